package visitor

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/mileusna/useragent"
)

// Agent is what a user agent says about its visitor.
type Agent struct {
	// Device is desktop, mobile, tablet, bot or other.
	Device string
	// Browser is a name in [browsers], or other; OS is a name in [systems], or other. They are empty if the agent names none.
	Browser, OS string
	// Bot says that the visitor is a program on its own.
	Bot bool
}

// robotWords match robots that the user agent library does not know, among agents without a known device.
var robotWords = regexp.MustCompile(`(?i)bot|crawl|spider|slurp|nutch|fetch|feed|reader|subscriber|wget|curl|python|ruby|perl|java/|go-http|lib|http|validator|link|scout|monitor|embed|archive|@`)

// browsers and systems are the only names that are stored: anybody can write anything into a user agent, such as a mail address or a
// telephone number, and that must not be stored.
var (
	browsers = closedList(
		// Browsers, and applications that show web pages.
		"Android browser", "BlackBerry", "Brave", "Chrome", "Chromium", "DuckDuckGo", "Ecosia", "Edge", "Electron", "Epiphany", "Facebook App", "Falkon", "Firefox",
		"Huawei Browser", "Instagram App", "Internet Explorer", "Konqueror", "LinkedInApp", "Line", "MicroMessenger", "Miui Browser", "Mobile Safari", "NetFront", "Opera",
		"Opera Mini", "Opera Touch", "Pinterest", "QQBrowser", "Safari", "Samsung Browser", "SeaMonkey", "Silk", "Snapchat", "TikTok App", "Trident", "UCBrowser", "Vivaldi", "Whale", "YaBrowser",
		// Libraries and tools.
		"aiohttp", "Apache-HttpClient", "axios", "CFNetwork", "curl", "Dalvik", "Deno", "Dart", "Go-http-client", "GuzzleHttp", "Headless Chrome", "HTTPie", "Java", "libwww-perl",
		"node", "node-fetch", "okhttp", "PHP", "PostmanRuntime", "python-httpx", "python-requests", "Python-urllib", "Ruby", "undici", "Wget",
		// Programs that index, monitor and preview pages.
		"AhrefsBot", "AdsBot-Google", "Amazonbot", "Applebot", "archive.org_bot", "Baiduspider", "bingbot", "Bytespider", "CCBot", "ChatGPT-User", "ClaudeBot", "DataForSeoBot",
		"Discordbot", "DotBot", "DuckDuckBot", "facebookcatalog", "facebookexternalhit", "Feedly", "Google Ads Bot", "Googlebot", "Googlebot-Image", "GPTBot", "LinkedInBot",
		"meta-externalagent", "MJ12bot", "msnbot", "OAI-SearchBot", "PerplexityBot", "PetalBot", "Pingdom", "Pinterestbot", "SemrushBot", "SeznamBot", "Slackbot", "Sogou web spider",
		"TelegramBot", "Twitterbot", "UptimeRobot", "WhatsApp", "Yahoo Ad monitoring", "YandexAdNet", "YandexBot", "Yahoo! Slurp")
	systems = closedList("Android", "BlackBerry", "ChromeOS", "FreeBSD", "Harmony", "iOS", "Linux", "macOS", "Windows", "Windows Phone")
)

// closedList returns a map from the lower-case names to the names.
func closedList(list ...string) map[string]string {
	found := map[string]string{}
	for _, name := range list {
		found[strings.ToLower(name)] = name
	}
	return found
}

// nameOf returns the text's name in the list, or other; an empty name for an empty text.
func nameOf(list map[string]string, text string) string {
	if text == "" {
		return ""
	}
	return cmp.Or(list[strings.ToLower(text)], "other")
}

// ParseAgent reads a user agent as browsers and programs send it; an empty one counts as a program's.
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

// Reading an agent takes longer than storing an event, and a site's visitors share a few thousand of them. Clients may send any number of
// agents of any length, so both are bounded here.
const (
	maxAgents    = 4096
	maxAgentText = 512
)

// agent reads a user agent, or returns the kept result.
func (v *Visitors) agent(text string) Agent {
	text = text[:min(len(text), maxAgentText)]
	agent, known := v.agents.Get(text)
	if !known {
		agent = ParseAgent(text)
		v.agents.Add(strings.Clone(text), agent) // without keeping a longer text alive
	}
	return agent
}
