package visitor

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/mileusna/useragent"
)

// Agent holds what a user agent tells of its visitor.
type Agent struct {
	// Device is desktop, mobile, tablet, bot or other.
	Device string
	// Browser is a name of [browsers], or other; OS one of [systems]. They are empty where the agent tells of none.
	Browser, OS string
	// Bot marks programs that nobody sits at.
	Bot bool
}

// robotWords mark programs that the user agent library does not know as such, among agents without a known device.
var robotWords = regexp.MustCompile(`(?i)bot|crawl|spider|slurp|nutch|fetch|feed|reader|subscriber|wget|curl|python|ruby|perl|java/|go-http|lib|http|validator|link|scout|monitor|embed|archive|@`)

// browsers and systems are the only names that are told: a user agent is a text that anybody may write anything into, such as a
// mail address or a telephone's number, and what it says must not be stored as it is.
var (
	browsers = closedList(
		// Browsers, and applications that show web pages.
		"Android browser", "BlackBerry", "Brave", "Chrome", "Chromium", "DuckDuckGo", "Ecosia", "Edge", "Electron", "Epiphany", "Facebook App", "Falkon", "Firefox",
		"Huawei Browser", "Instagram App", "Internet Explorer", "Konqueror", "LinkedInApp", "Line", "MicroMessenger", "Miui Browser", "Mobile Safari", "NetFront", "Opera",
		"Opera Mini", "Opera Touch", "Pinterest", "QQBrowser", "Safari", "Samsung Browser", "SeaMonkey", "Silk", "Snapchat", "TikTok App", "Trident", "UCBrowser", "Vivaldi", "Whale", "YaBrowser",
		// Libraries and tools.
		"aiohttp", "Apache-HttpClient", "axios", "CFNetwork", "curl", "Dalvik", "Deno", "Dart", "Go-http-client", "GuzzleHttp", "Headless Chrome", "HTTPie", "Java", "libwww-perl",
		"node", "node-fetch", "okhttp", "PHP", "PostmanRuntime", "python-httpx", "python-requests", "Python-urllib", "Ruby", "undici", "Wget",
		// Programs that search, watch and preview pages.
		"AhrefsBot", "AdsBot-Google", "Amazonbot", "Applebot", "archive.org_bot", "Baiduspider", "bingbot", "Bytespider", "CCBot", "ChatGPT-User", "ClaudeBot", "DataForSeoBot",
		"Discordbot", "DotBot", "DuckDuckBot", "facebookcatalog", "facebookexternalhit", "Feedly", "Google Ads Bot", "Googlebot", "Googlebot-Image", "GPTBot", "LinkedInBot",
		"meta-externalagent", "MJ12bot", "msnbot", "OAI-SearchBot", "PerplexityBot", "PetalBot", "Pingdom", "Pinterestbot", "SemrushBot", "SeznamBot", "Slackbot", "Sogou web spider",
		"TelegramBot", "Twitterbot", "UptimeRobot", "WhatsApp", "Yahoo Ad monitoring", "YandexAdNet", "YandexBot", "Yahoo! Slurp")
	systems = closedList("Android", "BlackBerry", "ChromeOS", "FreeBSD", "Harmony", "iOS", "Linux", "macOS", "Windows", "Windows Phone")
)

// closedList finds names however they are written.
func closedList(list ...string) map[string]string {
	found := map[string]string{}
	for _, name := range list {
		found[strings.ToLower(name)] = name
	}
	return found
}

// nameOf returns the name of a list that the text is, or other; nothing for nothing.
func nameOf(list map[string]string, text string) string {
	if text == "" {
		return ""
	}
	return cmp.Or(list[strings.ToLower(text)], "other")
}

// ParseAgent reads a user agent, as browsers and programs send it; an empty one is a program's.
func ParseAgent(agent string) Agent {
	ua := useragent.Parse(agent)
	device := ua.Mobile || ua.Tablet || ua.Desktop
	a := Agent{Browser: nameOf(browsers, ua.Name), OS: nameOf(systems, ua.OS), Bot: ua.Bot || agent == "" || !device && robotWords.MatchString(agent)}
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

// agent reads a user agent unless it is known.
func (v *Visitors) agent(text string) Agent {
	text = text[:min(len(text), maxAgentText)]
	agent, known := v.agents.Get(text)
	if !known {
		agent = ParseAgent(text)
		v.agents.Add(strings.Clone(text), agent) // not the rest of a longer one with it
	}
	return agent
}
