package footfall

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Message is what can be enqueued: [Track], [Page], [Identify] or [Alias].
type Message interface {
	wire() (wire, error)
}

// Track says that a user did something.
type Track struct {
	// UserID is who did it. Where it is not known yet, AnonymousID is enough.
	UserID, AnonymousID string
	// Event is the name of what was done, such as "add_to_cart". Required.
	Event string
	// Properties are the event's own. They must be JSON: texts, numbers, booleans, maps and slices of them.
	Properties map[string]any
	// Timestamp is when it was done; now where it is zero.
	Timestamp time.Time
	Context   Context
	// MessageID is a UUID. The collector stores one event for each; one is made where it is empty.
	MessageID string
}

// Page says that a user saw a page.
type Page struct {
	// UserID is who saw it. Where it is not known yet, AnonymousID is enough.
	UserID, AnonymousID string
	// Name is the page's name, such as "Pricing"; its address goes into Context.PageURL.
	Name       string
	Properties map[string]any
	// Timestamp is when it was seen; now where it is zero.
	Timestamp time.Time
	Context   Context
	// MessageID is a UUID. The collector stores one event for each; one is made where it is empty.
	MessageID string
}

// Identify says who a user is: from then on, what was done under the anonymous id counts as the user's.
type Identify struct {
	// UserID is required, AnonymousID is not.
	UserID, AnonymousID string
	// Traits go into the user's profile.
	Traits map[string]any
	// Timestamp is when it was known; now where it is zero.
	Timestamp time.Time
	Context   Context
	// MessageID is a UUID. The collector stores one event for each; one is made where it is empty.
	MessageID string
}

// Alias says that two ids are the same user: events of PreviousID count as UserID's. Both are required.
type Alias struct {
	PreviousID, UserID string
	// Timestamp is when it was known; now where it is zero.
	Timestamp time.Time
	Context   Context
	// MessageID is a UUID. The collector stores one event for each; one is made where it is empty.
	MessageID string
}

// Context says where a message comes from. All of it is optional.
type Context struct {
	// PageURL is the address of the page, SessionID the visit.
	PageURL, SessionID string
	// UserAgent and IP are the user's own, for a server that reports requests of browsers. The collector finds the kind of device from
	// UserAgent.
	UserAgent, IP string
	// Consent says that the user has consented, for a collector that keeps only events with consent.
	Consent bool
}

// orNil returns the context, or nil if it is empty.
func (c Context) orNil() *Context {
	if c == (Context{}) {
		return nil
	}
	return &c
}

// MarshalJSON writes the context in the form of the Segment API.
func (c Context) MarshalJSON() ([]byte, error) {
	type page struct {
		URL string `json:"url"`
	}
	wire := struct {
		Page      *page  `json:"page,omitempty"`
		SessionID string `json:"sessionId,omitempty"`
		UserAgent string `json:"userAgent,omitempty"`
		IP        string `json:"ip,omitempty"`
		Consent   bool   `json:"consent,omitempty"`
	}{SessionID: c.SessionID, UserAgent: c.UserAgent, IP: c.IP, Consent: c.Consent}
	if c.PageURL != "" {
		wire.Page = &page{c.PageURL}
	}
	return json.Marshal(wire)
}

// wire is a message in the form of the Segment API.
type wire struct {
	Type        string         `json:"type"`
	MessageID   string         `json:"messageId"`
	UserID      string         `json:"userId,omitempty"`
	AnonymousID string         `json:"anonymousId,omitempty"`
	PreviousID  string         `json:"previousId,omitempty"`
	Event       string         `json:"event,omitempty"`
	Name        string         `json:"name,omitempty"`
	Properties  map[string]any `json:"properties,omitempty"`
	Traits      map[string]any `json:"traits,omitempty"`
	Context     *Context       `json:"context,omitempty"`
	Timestamp   time.Time      `json:"timestamp"`
}

func (m Track) wire() (wire, error) {
	w := wire{Type: "track", MessageID: m.MessageID, UserID: m.UserID, AnonymousID: m.AnonymousID, Event: m.Event,
		Properties: m.Properties, Context: m.Context.orNil(), Timestamp: m.Timestamp}
	if m.Event == "" {
		return w, errors.New(`a Track needs an Event, such as "add_to_cart"`)
	}
	return w, needUser(m.UserID, m.AnonymousID)
}

func (m Page) wire() (wire, error) {
	w := wire{Type: "page", MessageID: m.MessageID, UserID: m.UserID, AnonymousID: m.AnonymousID, Name: m.Name,
		Properties: m.Properties, Context: m.Context.orNil(), Timestamp: m.Timestamp}
	return w, needUser(m.UserID, m.AnonymousID)
}

func (m Identify) wire() (wire, error) {
	w := wire{Type: "identify", MessageID: m.MessageID, UserID: m.UserID, AnonymousID: m.AnonymousID,
		Traits: m.Traits, Context: m.Context.orNil(), Timestamp: m.Timestamp}
	if m.UserID == "" {
		return w, errors.New("an Identify needs a UserID")
	}
	return w, nil
}

func (m Alias) wire() (wire, error) {
	w := wire{Type: "alias", MessageID: m.MessageID, UserID: m.UserID, PreviousID: m.PreviousID,
		Context: m.Context.orNil(), Timestamp: m.Timestamp}
	if m.UserID == "" || m.PreviousID == "" {
		return w, fmt.Errorf("an Alias needs both a PreviousID and a UserID, not %q and %q", m.PreviousID, m.UserID)
	}
	return w, nil
}

func needUser(userID, anonymousID string) error {
	if userID == "" && anonymousID == "" {
		return errors.New("the message needs a UserID or an AnonymousID")
	}
	return nil
}

// encode returns the JSON to send. The id and the time are set here, once, so that they stay the same however often the message is sent.
func encode(m Message) (json.RawMessage, error) {
	w, err := m.wire()
	if err != nil {
		return nil, fmt.Errorf("footfall: %w", err)
	}
	if w.MessageID == "" {
		w.MessageID = uuid.Must(uuid.NewV7()).String()
	}
	if w.Timestamp.IsZero() {
		w.Timestamp = time.Now()
	}
	raw, err := json.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("footfall: the message cannot be written as JSON: %w", err)
	}
	return raw, nil
}
