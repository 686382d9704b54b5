package segmentapi

import (
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/rawjson"
)

// The members of some parts of a context that are kept: what analyses use, and nothing that names a person or their device, such as a
// device's id, advertising id, token and name.
var (
	appMembers     = []string{"name", "version", "build", "namespace"}
	osMembers      = []string{"name", "version"}
	deviceMembers  = []string{"type", "manufacturer", "model"}
	networkMembers = []string{"carrier", "wifi", "cellular", "bluetooth"}
)

// contextParts returns the parts of a context that metadata keeps, in Segment's own shape. Bad parts are left out.
func (m *message) contextParts() (parts []member) {
	c := &m.Context.value
	add := func(name string, value []byte) {
		if len(value) > 0 {
			parts = append(parts, member{name, value})
		}
	}
	for _, part := range []struct {
		name    string
		value   rawValue
		members []string // nil for all
	}{
		{"app", c.App, appMembers}, {"campaign", c.Campaign, nil}, {"device", c.Device, deviceMembers}, {"library", c.Library, nil},
		{"network", c.Network, networkMembers}, {"os", c.OS, osMembers}, {"screen", c.Screen, nil},
	} {
		value, odd := part.value.object("context." + part.name)
		m.leaveOut(odd...)
		if len(odd) == 0 && part.members != nil {
			value = m.pick("context."+part.name, value, part.members)
		}
		add(part.name, value)
	}
	for _, text := range []member{{"locale", c.Locale}, {"timezone", c.Timezone}} {
		switch kind := jsontext.Value(text.value).Kind(); {
		case kind == '"':
			add(text.name, text.value)
		case len(text.value) > 0 && kind != 'n':
			m.leaveOut(event.Refusal{Field: "context." + text.name, Reason: "must be a string, but is " + event.KindName(kind)})
		}
	}
	if referrer := quote(c.Page.value.Referrer.value); referrer != nil {
		add("page", toObject([]member{{"referrer", referrer}}))
	}
	return parts
}

// pick returns an object with the named members of another, if they are texts, numbers, true or false; nil if there are none.
func (m *message) pick(field string, value rawValue, names []string) []byte {
	if value == nil {
		return nil
	}
	var o object
	rawjson.Members(value, func(name, value []byte) {
		if !slices.Contains(names, string(name)) {
			return
		}
		if kind := jsontext.Value(value).Kind(); kind == '{' || kind == '[' {
			m.leaveOut(event.Refusal{Field: field + "." + string(name), Reason: "must be a text or a number, but is " + event.KindName(kind)})
			return
		}
		o.add(string(name), value)
	})
	return o.close()
}

// deviceTypes maps what clients for applications call their device, in lower case, to the words for devices of user agents.
var deviceTypes = map[string]string{
	"ios": "mobile", "iphone": "mobile", "ipod": "mobile", "android": "mobile", "phone": "mobile", "smartphone": "mobile", "mobile phone": "mobile",
	"handset": "mobile", "ipados": "tablet", "ipad": "tablet", "pad": "tablet",
	"macos": "desktop", "mac": "desktop", "windows": "desktop", "linux": "desktop", "pc": "desktop", "laptop": "desktop", "computer": "desktop",
	"tvos": "tv", "appletv": "tv", "apple tv": "tv", "androidtv": "tv", "android tv": "tv", "smarttv": "tv", "smart tv": "tv", "television": "tv",
	"watchos": "watch", "applewatch": "watch", "apple watch": "watch", "wearos": "watch",
}

// deviceType returns the kind of device that a context names: mobile, tablet, desktop, tv or watch, else the context's own word in lower
// case.
func (c *clientContext) deviceType() string {
	if len(c.Device) == 0 || jsontext.Value(c.Device).Kind() != '{' {
		return ""
	}
	var said, model string
	rawjson.Members(c.Device, func(name, value []byte) {
		text, _ := rawjson.Text(value)
		switch string(name) {
		case "type":
			said = strings.ToLower(strings.TrimSpace(text))
		case "model":
			model = text
		}
	})
	kind, known := deviceTypes[said]
	switch {
	case known && kind == "mobile" && strings.HasPrefix(model, "iPad"):
		return "tablet"
	case known:
		return kind
	}
	return said
}

// authority matches the part of an address before its path.
var authority = regexp.MustCompile(`^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?//([^/]*)`)

// pageAddress returns the part of a page's address that is kept: the path and, with host, also scheme and host. Query and fragment may hold
// private things, and would make many pages of one. But a fragment that begins with a slash is kept: it is the path in an application that
// has all its pages at one address.
func pageAddress(address string, host bool) string {
	address, fragment, _ := strings.Cut(address, "#")
	address, _, _ = strings.Cut(address, "?")
	if at := authority.FindStringSubmatchIndex(address); at != nil {
		path := address[at[1]:]
		if path == "" {
			path = "/"
		}
		if host {
			user := strings.LastIndexByte(address[at[4]:at[5]], '@') + 1
			path = address[:at[4]] + address[at[4]+user:at[5]] + path
		}
		address = path
	}
	return address + route(fragment)
}

// route returns a fragment that is a path, with the # before it; empty for any other.
func route(fragment string) string {
	path, _, _ := strings.Cut(fragment, "?")
	if !strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "!/") || strings.ContainsAny(path, "=&") {
		return ""
	}
	return "#" + path
}
