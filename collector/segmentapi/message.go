package segmentapi

import (
	"bytes"
	"errors"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/rawjson"
)

// message has the fields of all calls, by Segment's names.
type message struct {
	Type              string                 `json:"type"`
	MessageID         id                     `json:"messageId"`
	UserID            id                     `json:"userId"`
	AnonymousID       id                     `json:"anonymousId"`
	PreviousID        id                     `json:"previousId"`
	GroupID           id                     `json:"groupId"`
	Event             string                 `json:"event"`
	Name              string                 `json:"name"`
	Category          string                 `json:"category"`
	Timestamp         string                 `json:"timestamp"`
	OriginalTimestamp string                 `json:"originalTimestamp"`
	SentAt            string                 `json:"sentAt"`
	ReceivedAt        string                 `json:"receivedAt"`
	WriteKey          string                 `json:"writeKey"`
	Properties        rawValue               `json:"properties"`
	Traits            rawValue               `json:"traits"`
	Context           lenient[clientContext] `json:"context"`

	// leftOut has the bad fields that were left out of the event.
	leftOut event.Refusals
}

// clientContext is the part of a context that is read.
type clientContext struct {
	UserAgent lenient[string]  `json:"userAgent"`
	IP        lenient[string]  `json:"ip"`
	SessionID lenient[id]      `json:"sessionId"`
	GroupID   lenient[id]      `json:"groupId"`
	Page      lenient[page]    `json:"page"`
	Consent   lenient[consent] `json:"consent"`
	App       rawValue         `json:"app"`
	OS        rawValue         `json:"os"`
	Device    rawValue         `json:"device"`
	Network   rawValue         `json:"network"`
	Campaign  rawValue         `json:"campaign"`
	Library   rawValue         `json:"library"`
	Screen    rawValue         `json:"screen"`
	Timezone  rawValue         `json:"timezone"`
	Locale    rawValue         `json:"locale"`
}

type page struct {
	URL      lenient[string] `json:"url"`
	Referrer lenient[string] `json:"referrer"`
}

// lenient is a part of a context. A value of a wrong type costs the part but not the event: odd says what is wrong with it. An empty list
// counts as absent, since PHP writes one for an empty object.
type lenient[T any] struct {
	value T
	odd   error
}

func (l *lenient[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	raw, err := d.ReadValue()
	if err != nil || rawValue(raw).isEmptyList() {
		return err
	}
	value := l.value // what it inherits
	if l.odd = json.Unmarshal(raw, &value); l.odd == nil {
		l.value = value
	}
	return nil
}

// readMessage reads one message, which inherits the context if it has none of its own. With an error, it still returns what could be read.
func readMessage(raw []byte, inherited lenient[clientContext]) (*message, error) {
	m := &message{Context: inherited}
	err := json.Unmarshal(raw, m)
	if inContext(err) {
		// For example text that is not UTF-8, or a repeated name: the message is read without the context.
		m = &message{Context: inherited}
		m.leaveOut(unreadable("", err))
		err = json.Unmarshal(withoutContext(raw), m)
	}
	if err == nil {
		m.leaveOutOdd()
	}
	return m, err
}

// inContext reports whether a message cannot be read because of its context.
func inContext(err error) bool {
	var syntax *jsontext.SyntacticError
	return errors.As(err, &syntax) && (syntax.JSONPointer == "/context" || strings.HasPrefix(string(syntax.JSONPointer), "/context/"))
}

// withoutContext returns a message without its context.
func withoutContext(raw []byte) []byte {
	var o object
	rawjson.Members(raw, func(name, value []byte) {
		if string(name) != "context" {
			o.add(string(name), value)
		}
	})
	return o.close()
}

// leaveOut notes that fields are left out of the event.
func (m *message) leaveOut(bad ...event.Refusal) {
	for _, r := range bad {
		if len(m.leftOut) < maxLeftOut {
			m.leftOut = append(m.leftOut, r)
		}
	}
}

// maxLeftOut is how many fields left out of one event are reported: an answer must not grow with the nonsense that was sent.
const maxLeftOut = 10

func (m *message) leaveOutOdd() {
	c := &m.Context.value
	for _, part := range []struct {
		field string
		odd   error
	}{
		{"context", m.Context.odd}, {"context.userAgent", c.UserAgent.odd}, {"context.ip", c.IP.odd}, {"context.sessionId", c.SessionID.odd},
		{"context.groupId", c.GroupID.odd}, {"context.page", c.Page.odd}, {"context.page.url", c.Page.value.URL.odd},
		{"context.page.referrer", c.Page.value.Referrer.odd}, {"context.consent", c.Consent.odd},
	} {
		if part.odd != nil {
			m.leaveOut(unreadable(part.field, part.odd))
		}
	}
}

// id is a text or a number as it was written.
type id string

func (i *id) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	switch kind := d.PeekKind(); kind {
	case '"', 'n', 0:
		return json.UnmarshalDecode(d, (*string)(i))
	case '0':
		number, err := d.ReadValue()
		*i = id(number)
		return err
	default:
		return errors.New("must be a string or a number, but is " + event.KindName(kind))
	}
}

// rawValue is JSON that is read later. Unlike a jsontext.Value, it never overwrites what it held, which may belong to another message.
type rawValue []byte

func (r *rawValue) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	value, err := d.ReadValue()
	*r = bytes.Clone(value)
	return err
}

// text returns the value if it is an id, else nothing.
func (r rawValue) text() string {
	var i id
	if len(r) == 0 || json.Unmarshal(r, &i) != nil {
		return ""
	}
	return string(i)
}

// isEmptyList reports whether the value is what PHP writes for an empty object.
func (r rawValue) isEmptyList() bool {
	return jsontext.Value(r).Kind() == '[' && len(bytes.Trim(r, "[] \t\r\n")) == 0 && bytes.Count(r, []byte("[")) == 1
}

// object returns the value, which must be an object; nil for null, nothing and an empty list.
func (r rawValue) object(field string) (rawValue, event.Refusals) {
	switch kind := jsontext.Value(r).Kind(); {
	case len(r) == 0 || kind == 'n' || r.isEmptyList():
		return nil, nil
	case kind != '{':
		return nil, event.Refusals{{Field: field, Reason: "must be an object, but is " + event.KindName(kind)}}
	}
	return r, nil
}

// consent says whether the user consented, nil if nothing is said. In Segment's own form, with categoryPreferences, it is the category
// Analytics, or false if every category is refused.
type consent struct{ given *bool }

func (c *consent) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	*c = consent{}
	if kind := d.PeekKind(); kind != '{' {
		return json.UnmarshalDecode(d, &c.given)
	}
	var segment struct {
		CategoryPreferences map[string]bool `json:"categoryPreferences"`
	}
	if err := json.UnmarshalDecode(d, &segment); err != nil {
		return err
	}
	some := false
	for category, allowed := range segment.CategoryPreferences {
		if strings.EqualFold(category, "analytics") {
			c.given = &allowed
			return nil
		}
		some = some || allowed
	}
	if len(segment.CategoryPreferences) > 0 && !some {
		c.given = &some
	}
	return nil
}
