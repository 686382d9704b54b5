package visitor

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/footfall-analytics/footfall/collector/event"
)

const (
	iphone    = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
	firefox   = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
	ipad      = "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
	googlebot = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
)

func visitors(t testing.TB, s Settings) *Visitors {
	t.Helper()
	v, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	})
	return v
}

// withCountries knows 203.0.113.0/24 in Germany, 198.51.100.0/25 in France and 2001:db8:1::/48 in Japan; the file was made with
// github.com/maxmind/mmdbwriter.
func withCountries(t testing.TB, trusted ...string) *Visitors {
	s := Settings{CountryFile: "testdata/country.mmdb"}
	for _, network := range trusted {
		s.TrustedProxies = append(s.TrustedProxies, netip.MustParsePrefix(network))
	}
	return visitors(t, s)
}

func request(agent, remote string, forwarded ...string) *http.Request {
	r := httptest.NewRequest("POST", "/track", nil)
	r.RemoteAddr = remote
	r.Header.Set("User-Agent", agent)
	for _, f := range forwarded {
		r.Header.Add("X-Forwarded-For", f)
	}
	return r
}

func TestDescribe(t *testing.T) {
	v := withCountries(t)
	for _, test := range []struct {
		agent, remote            string // the request's
		saidAgent, saidIP        string // the message's
		device, metadata         string
		wantDevice, wantMetadata string
		wantAddress              string
	}{
		{agent: iphone, remote: "203.0.113.9:1", wantDevice: "mobile", wantMetadata: `{"browser":"Safari","os":"iOS","bot":false,"country":"DE"}`, wantAddress: "203.0.113.9"},
		{agent: ipad, remote: "192.0.2.1:1", metadata: `{"x":1}`, wantDevice: "tablet", wantMetadata: `{"x":1,"browser":"Safari","os":"iOS","bot":false}`, wantAddress: "192.0.2.1"},
		{agent: firefox, remote: "[2001:db8:1::5]:1", device: "kiosk", metadata: `{"browser":"Own","country":null}`,
			wantDevice: "kiosk", wantMetadata: `{"browser":"Own","country":null,"os":"Windows","bot":false}`, wantAddress: "2001:db8:1::5"},
		{agent: googlebot, remote: "198.51.100.7:1", wantDevice: "bot", wantMetadata: `{"browser":"Googlebot","bot":true,"country":"FR"}`, wantAddress: "198.51.100.7"},
		// A server's program sends for others.
		{agent: "analytics-node/2.1.3", remote: "203.0.113.9:1", metadata: `{"x":1}`, wantMetadata: `{"x":1}`, wantAddress: "invalid IP"},
		{agent: "", remote: "203.0.113.9:1", wantAddress: "invalid IP"},
		{agent: "Go-http-client/1.1", remote: "203.0.113.9:1", saidAgent: firefox, saidIP: "198.51.100.7",
			wantDevice: "desktop", wantMetadata: `{"browser":"Firefox","os":"Windows","bot":false,"country":"FR"}`, wantAddress: "198.51.100.7"},
		{agent: "Go-http-client/1.1", remote: "203.0.113.9:1", saidAgent: "curl/8.5", wantDevice: "bot", wantMetadata: `{"browser":"curl","bot":true}`, wantAddress: "invalid IP"},
		// A browser's client library repeats the agent and leaves the address to the server.
		{agent: firefox, remote: "203.0.113.9:1", saidAgent: iphone, wantDevice: "mobile", wantMetadata: `{"browser":"Safari","os":"iOS","bot":false,"country":"DE"}`, wantAddress: "203.0.113.9"},
		{agent: firefox, remote: "203.0.113.9:1", saidIP: "nonsense", wantDevice: "desktop", wantMetadata: `{"browser":"Firefox","os":"Windows","bot":false,"country":"DE"}`, wantAddress: "203.0.113.9"},
	} {
		e := event.Event{DeviceType: test.device, Metadata: []byte(test.metadata)}
		address := v.Sender(request(test.agent, test.remote)).Describe(&e, test.saidAgent, test.saidIP)
		got := fmt.Sprint(e.DeviceType, " ", string(e.Metadata), " ", address)
		if want := fmt.Sprint(test.wantDevice, " ", test.wantMetadata, " ", test.wantAddress); got != want {
			t.Errorf("%+v:\n%s, want\n%s", test, got, want)
		}
	}
}

// One sender's events do not share what is written into them.
func TestEventsOfOneRequestAreApart(t *testing.T) {
	s := visitors(t, Settings{}).Sender(request(firefox, "192.0.2.1:1"))
	first, second := event.Event{Metadata: []byte(`{"os":"Own"}`)}, event.Event{}
	s.Describe(&first, "", "")
	s.Describe(&second, "", "")
	if got, want := string(first.Metadata)+string(second.Metadata), `{"os":"Own","browser":"Firefox","bot":false}{"browser":"Firefox","os":"Windows","bot":false}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestAddress(t *testing.T) {
	for _, test := range []struct {
		trusted, remote string
		forwarded       []string
		want            string
	}{
		{"", "10.0.0.1:5", []string{"203.0.113.9"}, "10.0.0.1"},
		{"10.0.0.0/8", "10.0.0.1:5", nil, "10.0.0.1"},
		{"10.0.0.0/8", "10.0.0.1:5", []string{"203.0.113.9"}, "203.0.113.9"},
		{"10.0.0.0/8", "[::ffff:10.0.0.1]:5", []string{"203.0.113.9:4711"}, "203.0.113.9"},
		{"10.0.0.0/8", "10.0.0.1:5", []string{"[2001:db8::1]:4711"}, "2001:db8::1"},
		// A client writes what it likes; the proxies append.
		{"10.0.0.0/8", "10.0.0.1:5", []string{"1.1.1.1, 203.0.113.9", "10.0.0.2"}, "203.0.113.9"},
		{"10.0.0.0/8", "10.0.0.1:5", []string{"203.0.113.9, unknown"}, "10.0.0.1"},
		{"10.0.0.0/8", "192.0.2.1:5", []string{"203.0.113.9"}, "192.0.2.1"},
		{"fd00::/8", "[fd00::1]:5", []string{"203.0.113.9"}, "203.0.113.9"},
		{"10.0.0.0/8", "@", []string{"203.0.113.9"}, "invalid IP"},
	} {
		s := Settings{}
		if test.trusted != "" {
			s.TrustedProxies = []netip.Prefix{netip.MustParsePrefix(test.trusted)}
		}
		if got := visitors(t, s).address(request(firefox, test.remote, test.forwarded...)).String(); got != test.want {
			t.Errorf("%+v: %s", test, got)
		}
	}
}

func TestCountryFileThatCannotBeRead(t *testing.T) {
	for _, file := range []string{"nothing.mmdb", "visitor_test.go"} {
		if _, err := New(Settings{CountryFile: file}); err == nil || !strings.Contains(err.Error(), "--country-file "+file) {
			t.Error(err)
		}
	}
}

// Nothing of a user agent but names that are known is told, whatever it says and wherever.
func TestAgentsTellNothingOfTheirOwn(t *testing.T) {
	secrets := []string{"+49 151 23456789", "ann@example.org", "Ann Müller", "4711-secret", "Pixel 8 of Ann"}
	for _, shape := range []string{"%s", "%s/1.0", "MyApp/%s", "%s (iPhone; CPU iPhone OS 17_5 like Mac OS X)", "Mozilla/5.0 (%s) AppleWebKit/537.36", "Mozilla/5.0 (Linux; Android 14; %s) AppleWebKit/537.36 Chrome/142.0.0.0 Mobile Safari/537.36",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 %s/1.0", "Mozilla/5.0 (compatible; %s; +https://example.org)",
		"Mozilla/5.0 (Windows NT %s) Gecko Firefox/%s", "XiaoMi/MiuiBrowser/%s", "Instagram %s", "Opera/%s", "[%s]", "Linux %s"} {
		for _, secret := range secrets {
			a := ParseAgent(strings.ReplaceAll(shape, "%s", secret))
			if a.Browser != "" && a.Browser != "other" && browsers[strings.ToLower(a.Browser)] != a.Browser || a.OS != "" && systems[strings.ToLower(a.OS)] != a.OS {
				t.Errorf("%s of %s: %+v", shape, secret, a)
			}
			for _, word := range strings.Fields(secret) {
				if strings.Contains(fmt.Sprint(a), word) {
					t.Errorf("%s of %s: %+v", shape, secret, a)
				}
			}
		}
	}
	if a := ParseAgent("ann@example.org +49 151 23456789"); a.Browser != "other" || a.OS != "" {
		t.Errorf("%+v", a)
	}
}

func FuzzParseAgent(f *testing.F) {
	for _, seed := range []string{iphone, firefox, ipad, googlebot, "curl/8.5", "+49 151 23456789", "XiaoMi/MiuiBrowser/1", "\xff(/;"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a := ParseAgent(text)
		if a.Browser != "" && a.Browser != "other" && browsers[strings.ToLower(a.Browser)] != a.Browser || a.OS != "" && systems[strings.ToLower(a.OS)] != a.OS ||
			!slices.Contains([]string{"desktop", "mobile", "tablet", "bot", "other"}, a.Device) {
			t.Errorf("%q: %+v", text, a)
		}
	})
}

// The browsers that people use are told apart.
func TestBrowsersAreKnown(t *testing.T) {
	const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
	for agent, want := range map[string]string{
		iphone: "Safari iOS", firefox: "Firefox Windows", ipad: "Safari iOS", chrome: "Chrome Linux", chrome + " Edg/142.0.0.0": "Edge Linux", chrome + " OPR/120.0": "Opera Linux",
		chrome + " Vivaldi/7.0": "Vivaldi Linux", "Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36": "Samsung Browser Android",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 YaBrowser/25.6 Safari/537.36": "YaBrowser Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15":          "Safari macOS",
		"Mozilla/5.0 (Windows NT 10.0; Trident/7.0; rv:11.0) like Gecko":                                                                 "Trident Windows",
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36":                 "Chrome ChromeOS",
		"python-requests/2.32": "python-requests ", "okhttp/4.12": "okhttp ", "Wget/1.24": "Wget ", "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)": "AhrefsBot ",
		"facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)": "facebookexternalhit ", "": " ",
	} {
		if a := ParseAgent(agent); a.Browser+" "+a.OS != want {
			t.Errorf("%s: %+v, want %s", agent, a, want)
		}
	}
}

// What clients send as their agent bounds neither number nor size of what is remembered.
func TestAgentsAreBounded(t *testing.T) {
	v := visitors(t, Settings{})
	v.agent(firefox)
	v.agent(strings.Repeat("x", 10*maxAgentText))
	if !v.agents.Contains(strings.Repeat("x", maxAgentText)) {
		t.Error("a long agent is kept as it is")
	}
	for i := range maxAgents + 100 {
		v.agent(fmt.Sprint(i))
		v.agent(firefox) // what is used stays
	}
	if n := v.agents.Len(); n != maxAgents || !v.agents.Contains(firefox) {
		t.Error(n, v.agents.Contains(firefox))
	}
}

func BenchmarkDescribe(b *testing.B) {
	v := withCountries(b)
	r := request(firefox, "203.0.113.9:1")
	metadata := []byte(`{"product":"Trail shoe","price":89.9,"category":"shoes","position":{"x":120,"y":803},"element":"button.buy"}`)
	b.ReportAllocs()
	for b.Loop() {
		e := event.Event{Metadata: metadata}
		v.Sender(r).Describe(&e, "", "")
	}
}
