package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"
)

// request is what a sender sends until it is acknowledged.
type request struct {
	path     string
	messages []*message
	// bad are events among them that must be refused.
	bad []uuid.UUID
	// clock is what the client does with the time.
	clock clock
	at    time.Time // of the messages, by a right clock
}

// clock is how a client of Segment's calls tells the time.
type clock int

const (
	// noClock says no time at all.
	noClock clock = iota
	// goodClock says when each message happened, and mostly the right time of sending; sometimes it has jumped by hours until then.
	goodClock
	// jumpingClock is hours wrong, each time by others.
	jumpingClock
	clocks
)

// Paths of the collector.
const (
	trackPath   = "/track"
	batchPath   = "/track/batch"
	segmentPath = "/v1/batch"
)

// visitors is how many each sender has.
const visitors = 20

// A visitor turns out to be a user, and the user to be the owner of an account.
func anonymousOf(user string) string { return "visitor of " + user }
func accountOf(user string) string   { return "account of " + user }

// mostMessages is how many a request has at most.
const mostMessages = 12

// newRequest makes up a request of new messages.
func newRequest(rng *rand.Rand, sender int, number *int) *request {
	r := &request{path: []string{trackPath, batchPath, segmentPath, segmentPath}[rng.IntN(4)], clock: clock(rng.IntN(int(clocks)))}
	r.at = time.Now().UTC().Add(-time.Duration(rng.Int64N(int64(48 * time.Hour)))).Truncate(time.Millisecond)
	count := 1
	if r.path != trackPath {
		count += rng.IntN(mostMessages)
		for range max(0, rng.IntN(6)-3) {
			r.bad = append(r.bad, newID(rng))
		}
	}
	for range count {
		*number++
		m := &message{id: newID(rng), user: fmt.Sprintf("user %d of %d", rng.IntN(visitors), sender), number: *number,
			name: []string{"visit", "view_product", "pay_order"}[rng.IntN(3)]}
		if r.path == segmentPath {
			m.identify(rng)
		}
		r.messages = append(r.messages, m)
	}
	return r
}

// identify makes a message that of a visitor, or one that says who somebody is.
func (m *message) identify(rng *rand.Rand) {
	switch n := rng.IntN(40); {
	case n == 0:
		m.name, m.previous, m.user = "alias", m.user, accountOf(m.user)
	case n < 4:
		m.name, m.previous, m.anonymous = "identify", anonymousOf(m.user), anonymousOf(m.user)
	case n < 20:
		m.anonymous, m.person, m.user = anonymousOf(m.user), m.user, ""
	case n < 24:
		m.anonymous = anonymousOf(m.user)
	}
}

func newID(rng *rand.Rand) (id uuid.UUID) {
	for i := range id {
		id[i] = byte(rng.Uint32())
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return id
}

// mostJump is how far clocks jump, in either direction. No time may come to lie more than a day ahead.
const (
	mostJump    = 10 * time.Hour
	jumpAtLeast = time.Minute + time.Second
)

// body returns the request's body for one more try, which the ledger is told of.
func (r *request) body(rng *rand.Rand, l *ledger) ([]byte, error) {
	if r.path != segmentPath {
		return r.plainBody(l)
	}
	jump := jumpAtLeast + time.Duration(rng.Int64N(int64(mostJump)))
	if rng.IntN(2) == 0 {
		jump = -jump
	}
	t := try{at: time.Now().UTC(), said: r.at}
	t.sentAt = t.at.Truncate(time.Microsecond)
	switch r.clock {
	case noClock:
		t.said = time.Time{}
	case goodClock:
		if rng.IntN(2) == 0 {
			t.sentAt = t.sentAt.Add(jump)
		}
	case jumpingClock:
		t.said, t.sentAt = t.said.Add(jump), t.sentAt.Add(jump)
	}
	var items []map[string]any
	for _, m := range r.messages {
		l.sending(m, t)
		items = append(items, m.segment(t))
	}
	for _, id := range r.bad { // nobody's
		l.sendingBad(id)
		items = append(items, map[string]any{"type": "track", "event": "visit", "messageId": id})
	}
	return json.Marshal(map[string]any{"batch": shuffle(rng, items), "sentAt": t.sentAt})
}

// segment returns the message as Segment's clients send it.
func (m *message) segment(t try) map[string]any {
	item := map[string]any{"type": "track", "event": m.name, "messageId": m.id, "properties": map[string]any{"number": m.number}}
	switch m.name {
	case "identify":
		traits := map[string]any{"number": m.number}
		for i := range m.traits {
			traits[fmt.Sprintf("trait %d", i)] = strings.Repeat(fmt.Sprint(m.number, " "), traitBytes)[:traitBytes]
		}
		item = map[string]any{"type": "identify", "messageId": m.id, "traits": traits}
	case "alias":
		item = map[string]any{"type": "alias", "messageId": m.id, "previousId": m.previous}
	}
	for name, value := range map[string]string{"userId": m.user, "anonymousId": m.anonymous} {
		if value != "" {
			item[name] = value
		}
	}
	if !t.said.IsZero() {
		item["timestamp"] = t.said
	}
	return item
}

func (r *request) plainBody(l *ledger) ([]byte, error) {
	t := try{at: time.Now().UTC(), said: r.at}
	var items []map[string]any
	for _, m := range r.messages {
		if !m.at.IsZero() {
			t.said = m.at
		}
		l.sending(m, t)
		items = append(items, map[string]any{"event_id": m.id, "user_id": m.user, "event_type": m.name, "timestamp": t.said,
			"metadata": map[string]any{"number": m.number}})
	}
	if r.path == trackPath {
		return json.Marshal(items[0])
	}
	for _, id := range r.bad {
		l.sendingBad(id)
		items = append(items, map[string]any{"event_id": id, "user_id": "u", "event_type": "visit", "timestamp": "yesterday"})
	}
	return json.Marshal(map[string]any{"batch": items})
}

// A request with large traits fills most of what a body may have.
const (
	traitBytes = 1 << 10
	manyTraits = 12
)

// largeTraits says once more, at length, what is known of one user.
func largeTraits(rng *rand.Rand, sender int, number *int) *request {
	*number++
	m := &message{id: newID(rng), user: fmt.Sprintf("user 0 of %d", sender), number: *number, name: "identify", traits: manyTraits}
	m.previous, m.anonymous = anonymousOf(m.user), anonymousOf(m.user)
	return &request{path: segmentPath, clock: goodClock, at: time.Now().UTC().Truncate(time.Millisecond), messages: []*message{m}}
}

// daysOfRequest is how many days' events fit into a body.
const daysOfRequest = 60

// firstDay is how many days ago the last of the many days is.
const firstDay = 100

// manyDays has one event on each of some days, in random order.
func manyDays(rng *rand.Rand, sender int, number *int, first int) *request {
	r := &request{path: batchPath, at: time.Now().UTC().Truncate(time.Millisecond)}
	for _, day := range rng.Perm(daysOfRequest) {
		*number++
		r.messages = append(r.messages, &message{id: newID(rng), user: fmt.Sprintf("user %d of %d", day%visitors, sender), number: *number, name: "visit",
			at: r.at.AddDate(0, 0, -firstDay-first-day)})
	}
	return r
}

func shuffle(rng *rand.Rand, items []map[string]any) []map[string]any {
	rng.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	return items
}
