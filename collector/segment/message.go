package segment

import (
	"bytes"
	"errors"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/footfall-analytics/footfall/collector/event"
)

// message has the fields of all calls, by Segment's names.
type message struct {
	Type              string        `json:"type"`
	MessageID         id            `json:"messageId"`
	UserID            id            `json:"userId"`
	AnonymousID       id            `json:"anonymousId"`
	PreviousID        id            `json:"previousId"`
	GroupID           id            `json:"groupId"`
	Event             string        `json:"event"`
	Name              string        `json:"name"`
	Category          string        `json:"category"`
	Timestamp         string        `json:"timestamp"`
	OriginalTimestamp string        `json:"originalTimestamp"`
	SentAt            string        `json:"sentAt"`
	WriteKey          string        `json:"writeKey"`
	Properties        rawValue      `json:"properties"`
	Traits            rawValue      `json:"traits"`
	Context           clientContext `json:"context"`
}

// clientContext is the part of a context that is read.
type clientContext struct {
	UserAgent string `json:"userAgent"`
	IP        string `json:"ip"`
	SessionID id     `json:"sessionId"`
	GroupID   id     `json:"groupId"`
	Page      struct {
		URL      string `json:"url"`
		Referrer string `json:"referrer"`
	} `json:"page"`
	Device struct {
		Type string `json:"type"`
	} `json:"device"`
	Consent  consent  `json:"consent"`
	Campaign rawValue `json:"campaign"`
	Library  rawValue `json:"library"`
	Locale   rawValue `json:"locale"`
	Screen   rawValue `json:"screen"`
}

// readMessage reads one message, whose context is inherited where it has none of its own. What could be read is returned
// with an error, too.
func readMessage(raw []byte, inherited clientContext) (*message, error) {
	m := &message{Context: inherited}
	err := json.Unmarshal(raw, m)
	return m, err
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

// rawValue is JSON that is looked at later. Unlike a jsontext.Value it never writes over what it held, which may be another
// message's.
type rawValue []byte

func (r *rawValue) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	value, err := d.ReadValue()
	*r = bytes.Clone(value)
	return err
}

// text returns the value where it is an id, or nothing.
func (r rawValue) text() string {
	var i id
	if len(r) == 0 || json.Unmarshal(r, &i) != nil {
		return ""
	}
	return string(i)
}

// consent is what the user allowed, nil where nothing is said.
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
