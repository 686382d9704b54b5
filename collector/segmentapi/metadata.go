package segmentapi

import (
	"bytes"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/footfall-analytics/footfall/collector/event"
)

// properties are the properties that become columns, and the ones whose names metadata uses for fields of the message.
type properties struct {
	URL            rawValue `json:"url"`
	SessionID      rawValue `json:"session_id"`
	SessionIDCamel rawValue `json:"sessionId"`
	Name           rawValue `json:"name"`
	Category       rawValue `json:"category"`
	GroupID        rawValue `json:"group_id"`
	Context        rawValue `json:"context"`
}

// hasProperties reports whether the call has properties, unlike identify, group and alias.
func (m *message) hasProperties() bool {
	return m.Type == "track" || m.Type == "page" || m.Type == "screen"
}

// properties reads the message's properties.
func (m *message) properties() (p properties) {
	if !m.hasProperties() {
		m.Properties = nil
	} else if m.Properties != nil {
		_ = json.Unmarshal(m.Properties, &p) // it was read before, and any value fits
	}
	return p
}

// metadata makes the event's metadata.
func (m *message) metadata(p properties) ([]byte, event.Refusals) {
	o := openObject(m.Properties)
	addNew := func(there rawValue, name string, value []byte) {
		if len(there) == 0 {
			o.add(name, value)
		}
	}
	groupID := m.Context.value.GroupID.value
	switch m.Type {
	case "page", "screen":
		addNew(p.Name, "name", quote(m.Name))
		addNew(p.Category, "category", quote(m.Category))
	case "group":
		groupID = m.GroupID
		traits, bad := m.Traits.object("traits")
		if len(bad) > 0 {
			return nil, bad
		}
		o.add("traits", traits)
	}
	addNew(p.GroupID, "group_id", quote(string(groupID)))
	if len(p.Context) > 0 {
		return o.check()
	}
	return m.withContext(o)
}

// withContext adds the parts of the message's context that metadata keeps, as far as they fit and can be stored.
func (m *message) withContext(o object) ([]byte, event.Refusals) {
	parts := m.contextParts()
	full := o // it is read before anything else is appended to o
	full.add("context", toObject(parts))
	metadata, bad := full.check()
	if len(bad) == 0 || len(parts) == 0 {
		return metadata, bad
	}
	plain, bad := o.check()
	if len(bad) > 0 {
		return nil, bad
	}
	good := parts[:0]
	for _, part := range parts {
		_, bad := event.CheckObject("context", toObject([]member{part}))
		if len(bad) == 0 {
			good = append(good, part)
		}
		for _, r := range bad {
			if r.Field == "context" {
				r.Field += "." + part.name
			}
			m.leaveOut(r)
		}
	}
	full = o
	full.add("context", toObject(good))
	if metadata, bad = full.check(); len(bad) > 0 {
		m.leaveOut(event.Refusal{Field: "context", Reason: "does not fit into metadata: it " + bad[0].Reason})
		return plain, nil
	}
	return metadata, nil
}

// member is a name and a JSON value.
type member struct {
	name  string
	value []byte
}

// toObject returns an object of members, nil for none.
func toObject(members []member) []byte {
	var o object
	for _, m := range members {
		o.add(m.name, m.value)
	}
	return o.close()
}

// object is a JSON object being built.
type object struct {
	// text lacks the closing brace; it is empty if there are no members.
	text []byte
	// added are the names of the members added by [object.add].
	added []string
}

// openObject makes an object with the members of raw, which may be null or nothing.
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

// check returns the object as metadata, and why it cannot be stored, with the message's names for fields.
func (o *object) check() ([]byte, event.Refusals) {
	metadata, bad := event.CheckObject("properties", o.close())
	for i := range bad {
		bad[i].Field = o.fieldOf(bad[i].Field)
	}
	return metadata, bad
}

func (o *object) close() []byte {
	if len(o.text) == 0 {
		return nil
	}
	return append(o.text, '}')
}

// fieldOf returns the field of the message that a place in the metadata came from.
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

// quote returns a text as a JSON string; nil for an empty text.
func quote(s string) []byte {
	if s == "" {
		return nil
	}
	quoted, _ := jsontext.AppendQuote(nil, s) // the text was read from JSON: it is UTF-8
	return quoted
}
