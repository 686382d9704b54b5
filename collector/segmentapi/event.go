package segmentapi

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

// idSpace is the namespace of the UUIDs made from message ids that are not UUIDs. If it changed, messages that were stored before would be
// taken for new.
var idSpace = uuid.MustParse("408652a4-e85b-45be-abd7-e9914545ad1b")

// event makes a message's event, which is good only if nothing is refused.
func (d *Decoder) event(m *message, received time.Time) (event.Event, event.Refusals) {
	if !slices.Contains(calls, m.Type) {
		return event.Event{}, event.Refusals{{Field: "type", Reason: unknownCall(m.Type).Error()}}
	}
	m.leaveOutNobodies()
	var bad event.Refusals
	if m.Properties, bad = m.Properties.object("properties"); len(bad) > 0 && m.hasProperties() {
		return event.Event{}, bad
	}
	p, c := m.properties(), &m.Context.value
	e := event.Event{
		ID:          m.eventID(),
		UserID:      string(cmp.Or(m.UserID, m.AnonymousID)),
		Type:        m.Type,
		AnonymousID: string(m.AnonymousID),
		Received:    received,
		PageURL:     pageAddress(cmp.Or(c.Page.value.URL.value, p.URL.text()), d.PageHost),
		DeviceType:  c.deviceType(),
		SessionID:   cmp.Or(string(c.SessionID.value), p.SessionID.text(), p.SessionIDCamel.text()),
	}
	bad = m.callFields(&e)
	bad = append(bad, d.setTime(m, &e, received)...)
	var refused event.Refusals
	e.Metadata, refused = m.metadata(p)
	bad = append(bad, refused...)
	for _, r := range e.Validate(received, d.Oldest) {
		column := r.Field
		r.Field = m.fieldOf(column, p)
		switch {
		case strings.HasPrefix(r.Field, "context."):
			m.leaveOut(r)
			clearColumn(&e, column)
		// A field that is missing or could not be read is empty here; its own refusal says more than "is blank".
		case !slices.ContainsFunc(bad, func(b event.Refusal) bool { return b.Field == r.Field }):
			bad = append(bad, r)
		}
	}
	return e, bad
}

// clearColumn clears a column that an event has from a context.
func clearColumn(e *event.Event, column string) {
	switch column {
	case "page_url":
		e.PageURL = ""
	case "device_type":
		e.DeviceType = ""
	case "session_id":
		e.SessionID = ""
	}
}

// leaveOutNobodies removes ids of nobody if the event has a user without them.
func (m *message) leaveOutNobodies() {
	if fault := event.NobodyFault(string(m.AnonymousID)); fault != "" && m.UserID != "" {
		m.leaveOut(event.Refusal{Field: "anonymousId", Reason: fault})
		m.AnonymousID = ""
	}
	if fault := event.NobodyFault(string(m.Context.value.GroupID.value)); fault != "" {
		m.leaveOut(event.Refusal{Field: "context.groupId", Reason: fault})
		m.Context.value.GroupID.value = ""
	}
}

func (m *message) eventID() uuid.UUID {
	if m.MessageID == "" {
		return uuid.Must(uuid.NewV7())
	}
	// uuid.Parse also accepts other forms, which are different texts.
	if id, err := uuid.Parse(string(m.MessageID)); err == nil && len(m.MessageID) == 36 && id != uuid.Nil {
		return id
	}
	return uuid.NewSHA1(idSpace, []byte(m.MessageID))
}

// callFields sets the fields of the message's call, and refuses a message that lacks what its call is about.
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
		if fault := event.NobodyFault(string(m.GroupID)); fault != "" {
			bad = append(bad, event.Refusal{Field: "groupId", Reason: fault})
		}
	case "alias":
		need("userId", string(m.UserID))
		need("previousId", string(m.PreviousID))
		e.Alias = string(m.PreviousID)
	case "identify":
		traits, refused := m.Traits.object("traits")
		if len(refused) == 0 {
			e.Traits, refused = event.CheckObject("traits", traits)
		}
		bad = append(bad, refused...)
		e.Alias = e.AnonymousID
	}
	if e.Alias == e.UserID {
		e.Alias = ""
	}
	return bad
}

// setTime sets the event's time, corrected if the client's clock is wrong.
func (d *Decoder) setTime(m *message, e *event.Event, received time.Time) (bad event.Refusals) {
	read := func(field, value string) time.Time {
		t, err := parseTime(value)
		if err != nil {
			bad = append(bad, event.Refusal{Field: field, Reason: err.Error()})
		}
		return t
	}
	relayed := m.ReceivedAt != ""
	if relayed {
		received = read("receivedAt", m.ReceivedAt)
	}
	switch {
	case relayed && m.Timestamp != "":
		e.Time = read("timestamp", m.Timestamp) // the first receiver has corrected it
		return bad
	case m.OriginalTimestamp != "":
		e.Time = read("originalTimestamp", m.OriginalTimestamp)
	case m.Timestamp != "":
		e.Time = read("timestamp", m.Timestamp)
	default:
		e.Time, e.TimeChosen = received, !relayed
		return bad
	}
	if m.SentAt == "" {
		return bad
	}
	sent := read("sentAt", m.SentAt)
	if len(bad) > 0 {
		return bad
	}
	skew := received.Sub(sent)
	if skew == math.MaxInt64 || skew == math.MinInt64 { // the limit of a duration
		return event.Refusals{{Field: "sentAt", Reason: fmt.Sprintf("%q is centuries away from now", m.SentAt)}}
	}
	// Even if the clock is believed: when the message comes again, the clock may say something else.
	e.TimeChosen = skew.Abs() > maxSkew
	if corrected := d.clocks.correct(m.sender(), e.Time, sent, received); !corrected.Equal(e.Time) {
		e.SentTime, e.Time, e.TimeChosen = e.Time, corrected, true
	}
	return nil
}

// sender returns a name for the sender whose clock gave the message's times: a browser or an application, which has an anonymous id, or one
// of the programs that send a user's events.
func (m *message) sender() string {
	if m.AnonymousID != "" {
		return "anonymous " + string(m.AnonymousID)
	}
	return "user " + string(m.UserID) + " " + string(m.Context.value.Library)
}

// parseTime reads RFC 3339, also with a zone without a colon, as some clients write it.
func parseTime(s string) (time.Time, error) {
	whole := s
	if zone := len(s) - len("+0700"); zone > 0 && (s[zone] == '+' || s[zone] == '-') {
		whole = s[:zone+3] + ":" + s[zone+3:]
	}
	t, err := event.ParseTime(whole)
	if err != nil {
		return t, fmt.Errorf("%.40q is not an ISO 8601 time with a time zone, such as 2026-11-24T06:00:00.000Z", s)
	}
	return t, nil
}

// fieldOf returns the field of the message that a field of the event came from.
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
		if m.OriginalTimestamp != "" && (m.ReceivedAt == "" || m.Timestamp == "") {
			return "originalTimestamp"
		}
	case "page_url":
		if m.Context.value.Page.value.URL.value == "" {
			return "properties.url"
		}
		return "context.page.url"
	case "device_type":
		return "context.device.type"
	case "session_id":
		switch {
		case m.Context.value.SessionID.value != "":
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
