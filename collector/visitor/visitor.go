package visitor

import (
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/rawjson"
)

// Settings say how to find out about visitors. The zero value is ready to use.
type Settings struct {
	CountryFile    string         `help:"Database of the countries of addresses, in MaxMind's format (.mmdb), such as GeoLite2-Country or DB-IP's country lite. Events get the country of their visitor in metadata. Read at start." type:"path" placeholder:"FILE"`
	TrustedProxies []netip.Prefix `help:"Networks of your own proxies, such as 10.0.0.0/8: where a request comes from one, X-Forwarded-For says whose it is. Others are not believed." placeholder:"NETWORK"`
}

// Visitors tells visitors apart. It may be used by many goroutines at once.
type Visitors struct {
	trusted   []netip.Prefix
	countries *maxminddb.Reader
	// agents has the results for the most recent agents.
	agents *lru.Cache[string, Agent]
}

// New opens the file of countries, if there is one.
func New(s Settings) (*Visitors, error) {
	known, err := lru.New[string, Agent](maxAgents)
	if err != nil {
		return nil, err
	}
	v := &Visitors{trusted: s.TrustedProxies, agents: known}
	if s.CountryFile == "" {
		return v, nil
	}
	if v.countries, err = maxminddb.Open(s.CountryFile); err != nil {
		return nil, fmt.Errorf("--country-file %s cannot be read as a MaxMind database: %w", s.CountryFile, err)
	}
	return v, nil
}

// Close closes the file.
func (v *Visitors) Close() error {
	if v.countries == nil {
		return nil
	}
	return v.countries.Close()
}

// Sender says who sent a request.
type Sender struct {
	visitors *Visitors
	// agent and address are the visitor's, if the request has them; facts is what they say.
	agent   string
	address netip.Addr
	facts   facts
}

// names are the members that are added to an event's metadata unless it has them.
var names = [...]string{"browser", "os", "bot", "country"}

// facts is what agent and address say about a visitor: the device, and a JSON value for each of names, nil if not known.
type facts struct {
	device string
	values [len(names)][]byte
}

// Sender returns a request's sender. The request's agent and address are the visitor's only if a browser sent it: a program on a server
// sends the events of others, and its messages may say whose they are.
func (v *Visitors) Sender(r *http.Request) Sender {
	agent := r.UserAgent()
	if !strings.HasPrefix(agent, "Mozilla/") && !strings.HasPrefix(agent, "Opera/") {
		return Sender{visitors: v}
	}
	address := v.address(r)
	return Sender{v, agent, address, v.read(agent, address)}
}

// read returns what agent and address say; both may be missing.
func (v *Visitors) read(agent string, address netip.Addr) facts {
	var s facts
	set := func(i int, text string) {
		if text != "" {
			s.values[i] = rawjson.Quote(text)
		}
	}
	if agent != "" {
		a := v.agent(agent)
		s.device = a.Device
		set(0, a.Browser)
		set(1, a.OS)
		s.values[2] = strconv.AppendBool(nil, a.Bot)
	}
	set(3, v.country(address))
	return s
}

// country returns the two-letter code (ISO 3166-1) of an address's country, or empty.
func (v *Visitors) country(address netip.Addr) string {
	if v.countries == nil || !address.IsValid() {
		return ""
	}
	var record struct {
		Country struct {
			Code string `maxminddb:"iso_code"`
		} `maxminddb:"country"`
	}
	if err := v.countries.Lookup(address).Decode(&record); err != nil {
		return "" // a damaged entry must not keep an event from being stored
	}
	return record.Country.Code
}

// address returns where a request comes from: the last of the addresses noted by proxies that is not a trusted proxy's. What comes before
// that, anybody may have written.
func (v *Visitors) address(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	address := peer.Addr().Unmap().WithZone("")
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && v.trusts(address); i-- {
		hop, valid := ParseAddress(hops[i])
		if !valid {
			break
		}
		address = hop
	}
	return address
}

func (v *Visitors) trusts(address netip.Addr) bool {
	for _, network := range v.trusted {
		if network.Contains(address) {
			return true
		}
	}
	return false
}

// ParseAddress reads an address as headers and clients write it, perhaps with a port.
func ParseAddress(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	address, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		var withPort netip.AddrPort
		if withPort, err = netip.ParseAddrPort(text); err != nil {
			return netip.Addr{}, false
		}
		address = withPort.Addr()
	}
	return address.Unmap().WithZone(""), true
}

// Describe adds to an event what is known about its visitor, unless the event says it itself: the device type and, in metadata, browser,
// os, bot and country. agent and ip are what the event's message says about its visitor; if they are empty, the request's are used. It
// returns the visitor's address; zero if unknown.
func (s Sender) Describe(e *event.Event, agent, ip string) netip.Addr {
	known, address := s.facts, s.address
	if agent != "" || ip != "" {
		if agent == "" {
			agent = s.agent
		}
		if told, valid := ParseAddress(ip); valid {
			address = told
		}
		known = s.visitors.read(agent, address)
	}
	if e.DeviceType == "" {
		e.DeviceType = known.device
	}
	if len(e.Metadata) > 0 {
		rawjson.Members(e.Metadata, func(name, _ []byte) {
			for i := range names {
				if string(name) == names[i] {
					known.values[i] = nil
				}
			}
		})
	}
	var added []byte
	for i, value := range known.values {
		if value == nil {
			continue
		}
		if added != nil {
			added = append(added, ',')
		}
		added = append(append(append(append(added, '"'), names[i]...), `":`...), value...)
	}
	e.Metadata = rawjson.Append(e.Metadata, added)
	return address
}
