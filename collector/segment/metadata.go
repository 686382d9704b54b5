package segment

import (
	"bytes"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/footfall-analytics/footfall/collector/event"
)

// properties are those that become columns, and those whose names metadata gives to fields of the message.
type properties struct {
	URL            rawValue `json:"url"`
	SessionID      rawValue `json:"session_id"`
	SessionIDCamel rawValue `json:"sessionId"`
	Name           rawValue `json:"name"`
	Category       rawValue `json:"category"`
	GroupID        rawValue `json:"group_id"`
	Context        rawValue `json:"context"`
}

// properties looks into the message's properties, which identify, group and alias calls do not have.
func (m *message) properties() (p properties) {
	switch m.Type {
	case "track", "page", "screen":
		if jsontext.Value(m.Properties).Kind() == '{' {
			_ = json.Unmarshal(m.Properties, &p) // it was read before, and any value fits
		}
	default:
		m.Properties = nil
	}
	return p
}

// metadata puts the event's metadata together.
func (m *message) metadata(p properties) ([]byte, event.Refusals) {
	if bad := mustBeObject("properties", m.Properties); bad != nil {
		return nil, bad
	}
	o := openObject(m.Properties)
	addNew := func(there rawValue, name string, value []byte) {
		if len(there) == 0 {
			o.add(name, value)
		}
	}
	groupID := m.Context.GroupID
	switch m.Type {
	case "page", "screen":
		addNew(p.Name, "name", quote(m.Name))
		addNew(p.Category, "category", quote(m.Category))
	case "group":
		groupID = m.GroupID
		if bad := mustBeObject("traits", m.Traits); bad != nil {
			return nil, bad
		}
		o.add("traits", m.Traits)
	}
	addNew(p.GroupID, "group_id", quote(string(groupID)))
	addNew(p.Context, "context", m.Context.kept())
	object, bad := event.CheckObject("properties", o.close())
	for i := range bad {
		bad[i].Field = o.fieldOf(bad[i].Field)
	}
	return object, bad
}

func mustBeObject(field string, value rawValue) event.Refusals {
	if kind := jsontext.Value(value).Kind(); len(value) > 0 && kind != '{' && kind != 'n' {
		return event.Refusals{{Field: field, Reason: "must be an object, but is " + event.KindName(kind)}}
	}
	return nil
}

// kept is what metadata has of a context, in Segment's own shape.
func (c *clientContext) kept() []byte {
	var o, page object
	o.add("campaign", c.Campaign)
	o.add("library", c.Library)
	o.add("locale", c.Locale)
	o.add("screen", c.Screen)
	page.add("referrer", quote(c.Page.Referrer))
	o.add("page", page.close())
	return o.close()
}

// object is a JSON object that is being put together.
type object struct {
	// text lacks the closing brace; it is empty where there are no members.
	text []byte
	// added are the names that [object.add] gave.
	added []string
}

// openObject makes an object that has the members of another, which may be null or nothing.
func openObject(raw rawValue) (o object) {
	if jsontext.Value(raw).Kind() == '{' {
		o.text = slices.Clip(bytes.TrimRight(raw[:len(raw)-1], " \t\r\n"))
	}
	return o
}

// add adds a member, unless its value is null or nothing.
func (o *object) add(name string, value []byte) {
	if len(value) == 0 || string(value) == "null" {
		return
	}
	if len(o.text) == 0 {
		o.text = append(o.text, '{')
	} else if o.text[len(o.text)-1] != '{' {
		o.text = append(o.text, ',')
	}
	o.text = append(append(o.text, quote(name)...), ':')
	o.text = append(o.text, value...)
	o.added = append(o.added, name)
}

func (o *object) close() []byte {
	if len(o.text) == 0 {
		return nil
	}
	return append(o.text, '}')
}

// fieldOf names the field of the message that a place in the metadata came from.
func (o *object) fieldOf(path string) string {
	rest, ok := strings.CutPrefix(path, "properties.")
	name := rest
	if end := strings.IndexAny(rest, ".["); end >= 0 {
		name = rest[:end]
	}
	switch {
	case !ok || !slices.Contains(o.added, name):
		return path
	case name == "group_id":
		return "groupId"
	}
	return rest
}

// quote makes a JSON string of a text, and nothing of none.
func quote(s string) []byte {
	if s == "" {
		return nil
	}
	quoted, _ := jsontext.AppendQuote(nil, s) // the text was read from JSON: it is UTF-8
	return quoted
}
