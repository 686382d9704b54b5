package visitor

import (
	"container/list"
	"regexp"
	"sync"

	"github.com/mileusna/useragent"
)

// Agent is what a user agent tells of its visitor.
type Agent struct {
	// Device is desktop, mobile, tablet, bot or other.
	Device string
	// Browser and OS are names such as Firefox and Windows; empty where they are not known.
	Browser, OS string
	// Bot marks programs that nobody sits at.
	Bot bool
}

// robotWords mark programs that the user agent library does not know as such, among agents without a known device.
var robotWords = regexp.MustCompile(`(?i)bot|crawl|spider|slurp|nutch|fetch|feed|reader|subscriber|wget|curl|python|ruby|perl|java/|go-http|lib|http|validator|link|scout|monitor|embed|archive|@`)

// ParseAgent reads a user agent, as browsers and programs send it; an empty one is a program's.
func ParseAgent(agent string) Agent {
	ua := useragent.Parse(agent)
	device := ua.Mobile || ua.Tablet || ua.Desktop
	a := Agent{Browser: ua.Name, OS: ua.OS, Bot: ua.Bot || agent == "" || !device && robotWords.MatchString(agent)}
	switch {
	case a.Bot:
		a.Device = "bot"
	case ua.Tablet:
		a.Device = "tablet"
	case ua.Mobile:
		a.Device = "mobile"
	case ua.Desktop:
		a.Device = "desktop"
	default:
		a.Device = "other"
	}
	return a
}

// Reading an agent takes longer than storing an event; a site's visitors share a few thousand of them. What the clients send
// bounds neither the number of those that are kept nor their length.
const (
	maxAgents    = 4096
	maxAgentText = 512
)

// agents keeps what was read of the agents that came last.
type agents struct {
	mu    sync.Mutex
	known map[string]*list.Element
	// byUse begins with the one that was used last; its elements hold knownAgent.
	byUse *list.List
}

type knownAgent struct {
	text string
	Agent
}

func (a *agents) parse(text string) Agent {
	text = text[:min(len(text), maxAgentText)]
	if agent, found := a.find(text); found {
		return agent
	}
	// Outside the lock, so that strange agents hold up nobody but those who send them.
	agent := ParseAgent(text)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.known[text] == nil {
		a.known[text] = a.byUse.PushFront(knownAgent{text, agent})
	}
	if len(a.known) > maxAgents {
		oldest := a.byUse.Remove(a.byUse.Back()).(knownAgent)
		delete(a.known, oldest.text)
	}
	return agent
}

func (a *agents) find(text string) (Agent, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	found := a.known[text]
	if found == nil {
		return Agent{}, false
	}
	a.byUse.MoveToFront(found)
	return found.Value.(knownAgent).Agent, true
}
