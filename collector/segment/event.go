package segment

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/footfall-analytics/footfall/collector/event"
)

// idSpace is the name space of the UUIDs that stand for message ids of other kinds. With another one, messages that were
// stored before would be taken for new.
var idSpace = uuid.MustParse("408652a4-e85b-45be-abd7-e9914545ad1b")

// maxSkew is how far a client's clock may be from the collector's, the time on the way included, before it is corrected.
const maxSkew = time.Minute

// event makes the event of a message. It is good only when nothing is refused.
func (m *message) event(received time.Time) (event.Event, event.Refusals) {
	if !slices.Contains(calls, m.Type) {
		return event.Event{}, event.Refusals{{Field: "type", Reason: unknownCall(m.Type).Error()}}
	}
	p := m.properties()
	e := event.Event{
		ID:          m.eventID(),
		UserID:      string(cmp.Or(m.UserID, m.AnonymousID)),
		Type:        m.Type,
		AnonymousID: string(m.AnonymousID),
		Received:    received,
		PageURL:     cmp.Or(m.Context.Page.URL, p.URL.text()),
		DeviceType:  strings.ToLower(m.Context.Device.Type),
		SessionID:   cmp.Or(string(m.Context.SessionID), p.SessionID.text(), p.SessionIDCamel.text()),
	}
	bad := m.callFields(&e)
	bad = append(bad, m.setTime(&e, received)...)
	var refused event.Refusals
	e.Metadata, refused = m.metadata(p)
	bad = append(bad, refused...)
	for _, r := range e.Validate(received) {
		r.Field = m.fieldOf(r.Field, p)
		// A field that is missing or could not be read is empty here; its own refusal says more than "is blank".
		if !slices.ContainsFunc(bad, func(b event.Refusal) bool { return b.Field == r.Field }) {
			bad = append(bad, r)
		}
	}
	return e, bad
}

func (m *message) eventID() uuid.UUID {
	if m.MessageID == "" {
		return uuid.Must(uuid.NewV7())
	}
	// uuid.Parse takes other forms, too, and those are other texts.
	if id, err := uuid.Parse(string(m.MessageID)); err == nil && len(m.MessageID) == 36 && id != uuid.Nil {
		return id
	}
	return uuid.NewSHA1(idSpace, []byte(m.MessageID))
}

// callFields sets what only one of the calls has, and refuses a message that lacks what its call is about.
func (m *message) callFields(e *event.Event) (bad event.Refusals) {
	need := func(field, value string) {
		if value == "" {
			bad = append(bad, event.Refusal{Field: field, Reason: "is missing; " + m.Type + " needs it"})
		}
	}
	if e.UserID == "" && m.Type != "alias" {
		bad = append(bad, event.Refusal{Field: "userId", Reason: "is missing; every message needs userId or anonymousId"})
	}
	switch m.Type {
	case "track":
		need("event", m.Event)
		e.Type = m.Event
	case "group":
		need("groupId", string(m.GroupID))
	case "alias":
		need("userId", string(m.UserID))
		need("previousId", string(m.PreviousID))
		e.Alias = string(m.PreviousID)
	case "identify":
		var refused event.Refusals
		e.Traits, refused = event.CheckObject("traits", m.Traits)
		bad = append(bad, refused...)
		e.Alias = e.AnonymousID
	}
	if e.Alias == e.UserID {
		e.Alias = ""
	}
	return bad
}

// setTime sets the event's time, corrected where the client's clock is wrong.
func (m *message) setTime(e *event.Event, received time.Time) (bad event.Refusals) {
	read := func(field, value string) time.Time {
		t, err := parseTime(value)
		if err != nil {
			bad = append(bad, event.Refusal{Field: field, Reason: err.Error()})
		}
		return t
	}
	var sent time.Time
	if m.OriginalTimestamp != "" {
		sent = read("originalTimestamp", m.OriginalTimestamp)
	} else if m.Timestamp != "" {
		sent = read("timestamp", m.Timestamp)
	} else {
		e.Time, e.TimeChosen = received, true
		return nil
	}
	e.Time = sent
	if m.SentAt == "" {
		return bad
	}
	skew := received.Sub(read("sentAt", m.SentAt))
	switch {
	case len(bad) > 0:
	case skew == math.MaxInt64 || skew == math.MinInt64: // what a duration holds at most
		bad = append(bad, event.Refusal{Field: "sentAt", Reason: fmt.Sprintf("%q is centuries away from now", m.SentAt)})
	case skew.Abs() > maxSkew:
		e.Time, e.SentTime, e.TimeChosen = sent.Add(skew), sent, true
	}
	return bad
}

// parseTime reads the forms of ISO 8601 that clients use.
func parseTime(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t, err = time.Parse("2006-01-02T15:04:05Z0700", s)
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("%.40q is not an ISO 8601 time with a time zone, such as 2026-11-24T06:00:00.000Z", s)
	}
	return t.UTC().Truncate(time.Microsecond), nil
}

// fieldOf names the field of the message that a field of the event came from.
func (m *message) fieldOf(field string, p properties) string {
	switch field {
	case "user_id":
		if m.UserID == "" && m.AnonymousID != "" {
			return "anonymousId"
		}
		return "userId"
	case "anonymous_id":
		return "anonymousId"
	case "alias":
		if m.Type == "identify" {
			return "anonymousId"
		}
		return "previousId"
	case "event_type":
		return "event"
	case "timestamp":
		if m.OriginalTimestamp != "" {
			return "originalTimestamp"
		}
	case "page_url":
		if m.Context.Page.URL == "" {
			return "properties.url"
		}
		return "context.page.url"
	case "device_type":
		return "context.device.type"
	case "session_id":
		switch {
		case m.Context.SessionID != "":
			return "context.sessionId"
		case p.SessionID.text() != "":
			return "properties.session_id"
		}
		return "properties.sessionId"
	case "metadata":
		return "properties"
	}
	return field
}
