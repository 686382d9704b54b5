// Package segmentapi reads the bodies of the Segment HTTP tracking API, as its client libraries send them, into events.
//
// # What becomes what
//
//	event_id      messageId where that is a UUID, else a UUID made from its text, so that a message that is sent again is known
//	              again; without a messageId a new one (UUIDv7)
//	event_type    a track call's event; "page", "screen", "identify", "group" and "alias" for the other calls
//	user_id       userId, else anonymousId: one of them must be there. alias needs userId
//	anonymous_id  anonymousId
//	time          timestamp, see below
//	page_url      context.page.url, else properties.url: the path, without query and fragment; with [Decoder.PageHost] scheme and
//	              host before it
//	device_type   context.device.type, as mobile, tablet, desktop, tv, watch, or its own word; without it the receiver may look at
//	              the message's user agent
//	session_id    context.sessionId, else properties.session_id, else properties.sessionId
//	metadata      properties of track, page and screen, with name and category of the latter two; group_id (groupId, else
//	              context.groupId) and a group's traits; and, as context, what analyses ask for of the message's context: app,
//	              campaign, device, library, locale, network, os, screen, timezone and page.referrer. What properties say themselves
//	              under these names stays
//	traits        an identify call's traits, for the user's profile
//	alias         an alias call's previousId; the anonymousId of an identify call that has a userId as well
//
// Ids may be numbers, as some clients send them: they are kept as written. Ids of nobody are refused, or left out where the event
// has a user without them. null and empty text count as absent, an empty list as an empty object, and other fields of a message
// are ignored. A batch's context holds for every message that does not say otherwise. What is odd in a context is left out, and the
// event kept.
//
// # Time
//
// timestamp (without a receivedAt: originalTimestamp, where there is one) is the client's clock, and sentAt tells how wrong that is:
// by the smallest difference that the sender's last requests had, see [clock]. So an event that was kept offline keeps its distance
// from the time of sending, and a sender's events their order. The client's own time is kept in event.SentTime then. A message with
// receivedAt was taken, and its timestamp corrected, by another receiver. Without a timestamp an event happened when it arrived. The
// time that comes out must be one that event.Validate takes.
package segmentapi

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/footfall-analytics/footfall/collector/event"
)

// calls are those that are one message.
var calls = []string{"track", "page", "screen", "identify", "group", "alias"}

// Decoder reads bodies. It remembers how wrong the clocks of their senders are, and may be used by many goroutines at once.
type Decoder struct {
	// MaxBatch is how many messages a batch may have.
	MaxBatch int
	// Oldest is how long ago an event may have happened; 0 for any time since 1970.
	Oldest time.Duration
	// PageHost says that page_url keeps scheme and host of an address, not the path alone.
	PageHost bool

	clocks clocks
}

// Decode reads the body of a call: track, page, screen, identify, group, alias, or batch, that is {"batch": [message, ...]}, where
// each message names its call as type. The error is for a body that cannot be read as a whole; bad messages in it are refused one
// by one. The call that is one message has message 0; refusals name Segment's fields, such as properties.price. What is returned keeps no part
// of the body.
func (d *Decoder) Decode(call string, body []byte, received time.Time) (event.Request, error) {
	received = received.UTC().Truncate(time.Microsecond)
	if call == "batch" {
		return d.decodeBatch(body, received)
	}
	if !slices.Contains(calls, call) {
		return event.Request{}, unknownCall(call)
	}
	m, err := readMessage(body, lenient[clientContext]{})
	if err != nil {
		if fault := checkSyntax(body); fault != nil {
			return event.Request{}, fault
		}
	}
	m.Type = call
	r := event.Request{WriteKey: m.WriteKey}
	d.add(&r, 0, m, err, received)
	return r, nil
}

func unknownCall(call string) error {
	return fmt.Errorf("%q is not a call; the calls are track, page, screen, identify, group and alias", call)
}

func (d *Decoder) decodeBatch(body []byte, received time.Time) (event.Request, error) {
	e, err := readEnvelope(body, d.MaxBatch)
	if err != nil {
		return event.Request{}, err
	}
	if len(e.messages) == 0 {
		return event.Request{}, errors.New(`the body needs the field "batch", a list of one or more messages`)
	}
	r := event.Request{WriteKey: e.writeKey}
	for i, raw := range e.messages {
		m, err := readMessage(raw, e.context)
		if m.ReceivedAt == "" { // else sentAt and receivedAt are of the same request, an earlier one
			m.SentAt = cmp.Or(e.sentAt, m.SentAt)
		}
		d.add(&r, i, m, err, received)
	}
	return r, nil
}

// add takes a message in, or refuses it. The error is that of reading it.
func (d *Decoder) add(r *event.Request, index int, m *message, err error, received time.Time) {
	var e event.Event
	var bad event.Refusals
	if err != nil {
		bad = event.Refusals{unreadable("", err)}
	} else {
		e, bad = d.event(m, received)
	}
	for i := range bad {
		bad[i].Index = index
	}
	r.Refused = append(r.Refused, bad...)
	if len(bad) > 0 {
		return
	}
	for i := range m.leftOut {
		m.leftOut[i].Index = index
	}
	r.LeftOut = append(r.LeftOut, m.leftOut...)
	r.Events = append(r.Events, e)
	c := &m.Context.value
	r.Contexts = append(r.Contexts, event.Context{UserAgent: c.UserAgent.value, IP: c.IP.value, Consent: c.Consent.value.given})
}
