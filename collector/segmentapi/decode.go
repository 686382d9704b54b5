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
// Ids may be numbers, as some clients send them: they are kept as written. Ids of nobody are refused, or left out if the event has a user
// without them. null and empty text count as absent, an empty list as an empty object, and other fields of a message are ignored. A batch's
// context applies to every message without its own. Bad parts of a context are left out, and the event is kept.
//
// # Time
//
// timestamp (or originalTimestamp, if there is one and no receivedAt) is by the client's clock, and sentAt tells how wrong that is: by the
// smallest difference among the sender's last requests, see [clock]. So an event that was kept offline keeps its distance from the time of
// sending, and a sender's events keep their order. The client's own time is then kept in event.SentTime. A message with receivedAt was
// received by another server, which has corrected its timestamp. Without a timestamp, an event happened when it arrived. The resulting time
// must be one that event.Validate accepts.
package segmentapi

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/footfall-analytics/footfall/collector/event"
)

// calls are the calls with one message.
var calls = []string{"track", "page", "screen", "identify", "group", "alias"}

// Decoder reads bodies. It remembers how wrong their senders' clocks are, and may be used by many goroutines at once.
type Decoder struct {
	// MaxBatch is how many messages a batch may have.
	MaxBatch int
	// Oldest is how long ago an event may have happened; 0 for any time since 1970.
	Oldest time.Duration
	// PageHost says that page_url keeps an address's scheme and host, not only its path.
	PageHost bool

	clocks clocks
}

// Decode reads the body of a call: track, page, screen, identify, group, alias, or batch, that is {"batch": [message, ...]}, where each
// message names its call as type. The error is for a body that cannot be read at all; bad messages in it are refused one by one. The
// message of a call with only one has index 0; refusals name Segment's fields, such as properties.price. The result keeps no part of the
// body.
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
		if m.ReceivedAt == "" { // else sentAt and receivedAt belong to an earlier request
			m.SentAt = cmp.Or(e.sentAt, m.SentAt)
		}
		d.add(&r, i, m, err, received)
	}
	return r, nil
}

// add adds a message's event, or refuses the message; err is the error of reading it.
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
