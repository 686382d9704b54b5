package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// message is one event, as its sender knows it.
type message struct {
	id uuid.UUID
	// user is empty for a visitor who is not known yet, and person who that will turn out to be.
	user, anonymous, person string
	// previous is the id that the message joins with the user's; empty for none.
	previous string
	name     string
	number   int
	// at is when it happened; zero for the time of its request. traits are how many large traits it tells.
	at           time.Time
	traits       int
	tries        []try
	acknowledged bool
}

// try is what a message said about its time when it was sent.
type try struct {
	at time.Time // by the clock that the collector has, too
	// said is the event's time; zero when nothing was said. sentAt is the time of sending by the client's clock; zero for none.
	said, sentAt time.Time
}

// onTheWay is how long a request may take until the collector looks at its clock.
const onTheWay = 30 * time.Second

// explains reports whether the collector may have made this time from what the message said.
func (t try) explains(stored time.Time) bool {
	arrival := t.at.Truncate(time.Microsecond)
	switch {
	case t.said.IsZero():
		return !stored.Before(arrival) && stored.Before(arrival.Add(onTheWay))
	case t.sentAt.IsZero():
		return stored.Equal(t.said)
	}
	// Corrected by what this and other requests of the sender, whose clock jumps, have shown: by no more than it jumps, and never to
	// after the arrival, if it was before the sending. collector/segmentapi has tests of which it is.
	late := t.said.Before(t.sentAt) && !stored.Before(arrival.Add(onTheWay))
	return stored.Sub(t.said).Abs() < mostJump+jumpAtLeast+onTheWay && !late
}

// ledger knows what was sent and what was acknowledged.
type ledger struct {
	mu       sync.Mutex
	messages map[uuid.UUID]*message
	// bad are events that break a rule, and must be refused.
	bad map[uuid.UUID]bool
	// counts are of what senders did, by name.
	counts map[string]int
	// acknowledged is how many messages were.
	acknowledged int
}

func newLedger() *ledger {
	return &ledger{messages: map[uuid.UUID]*message{}, bad: map[uuid.UUID]bool{}, counts: map[string]int{}}
}

func (l *ledger) count(what string) {
	l.mu.Lock()
	l.counts[what]++
	l.mu.Unlock()
}

// sending notes, before it is done, that a message is sent.
func (l *ledger) sending(m *message, t try) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.messages[m.id] = m
	if len(m.tries) > 0 {
		l.counts[repeated]++
	}
	m.tries = append(m.tries, t)
}

func (l *ledger) sendingBad(id uuid.UUID) {
	l.mu.Lock()
	l.bad[id] = true
	l.mu.Unlock()
}

func (l *ledger) acknowledge(messages []*message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range messages {
		if !m.acknowledged {
			m.acknowledged = true
			l.acknowledged++
		}
	}
}

// giveUp takes back that events were acknowledged: they were damaged on disk.
func (l *ledger) giveUp(ids []uuid.UUID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range ids {
		if m := l.messages[id]; m != nil && m.acknowledged {
			m.acknowledged = false
			l.acknowledged--
			l.counts[damaged]++
		}
	}
}

// mostFaults is how many differences are reported.
const mostFaults = 10

// audit compares the database with what was sent, while nothing is being sent.
type audit struct {
	ledger *ledger
	rows   map[uuid.UUID]int
	faults []string
	// lost, doubled and foreign are acknowledged messages that are not there, messages that are there twice, and events that
	// are there without having been sent.
	lost, doubled, foreign int
}

func (a *audit) fault(format string, args ...any) {
	a.faults = append(a.faults, fmt.Sprintf(format, args...))
}

func (a *audit) err() error {
	if len(a.faults) == 0 {
		return nil
	}
	told := a.faults[:min(len(a.faults), mostFaults)]
	return fmt.Errorf("%d acknowledged events are lost, %d are there more than once, %d were never sent; %d differences in all:\n  %s",
		a.lost, a.doubled, a.foreign, len(a.faults), strings.Join(told, "\n  "))
}

// check reads everything that is in the schema and returns how many events there are.
func (l *ledger) check(ctx context.Context, tx pgx.Tx, schema string) (events int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := &audit{ledger: l, rows: map[uuid.UUID]int{}}
	for _, step := range []func(context.Context, pgx.Tx, string) error{a.readEvents, a.readAliases, a.readRejected} {
		if err := step(ctx, tx, pgx.Identifier{schema}.Sanitize()); err != nil {
			return 0, err
		}
	}
	for id, m := range l.messages {
		if m.acknowledged && a.rows[id] == 0 {
			a.lost++
			a.fault("lost: %s", describe(m))
		}
	}
	for id, rows := range a.rows {
		if m := l.messages[id]; m != nil && rows > 1 {
			a.doubled++
			a.fault("%d times there: %s", rows, describe(m))
		}
	}
	return len(a.rows), a.err()
}

func (a *audit) readEvents(ctx context.Context, tx pgx.Tx, schema string) error {
	rows, err := tx.Query(ctx, `SELECT event_id::text, user_id, coalesce(anonymous_id, ''), event_type, time, coalesce(metadata ->> 'number', '')
		FROM `+schema+`.user_events`)
	if err != nil {
		return err
	}
	var key, user, anonymous, name, number string
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&key, &user, &anonymous, &name, &at, &number}, func() error {
		id, err := uuid.Parse(key)
		if err != nil {
			return err
		}
		a.rows[id]++
		m := a.ledger.messages[id]
		switch {
		case a.ledger.bad[id]:
			a.foreign++
			a.fault("there, though it breaks a rule: %s", id)
		case m == nil:
			a.foreign++
			a.fault("there, though never sent: %s, %s of user %s at %s", id, name, user, at)
		default:
			a.compare(m, user, anonymous, name, number, at)
		}
		return nil
	})
	return err
}

// compare looks at an event's values.
func (a *audit) compare(m *message, user, anonymous, name, number string, at time.Time) {
	// An id's events are the user's from when the two are known to be the same.
	rightUser := user == m.user || user == accountOf(m.user) ||
		m.user == "" && (user == m.anonymous || user == m.person || user == accountOf(m.person))
	rightNumber := number == strconv.Itoa(m.number) || m.previous != "" && number == ""
	// What came under an id that is an alias by then keeps it as the anonymous one.
	rightAnonymous := anonymous == m.anonymous || m.anonymous == "" && user != m.user && anonymous == m.user
	if !rightUser || !rightAnonymous || !rightNumber || name != m.name {
		a.fault("there as %s %s of user %q, anonymous %q: %s", name, number, user, anonymous, describe(m))
	}
	for _, t := range m.tries {
		if t.explains(at) {
			return
		}
	}
	a.fault("there with the time %s: %s", at.UTC().Format(time.RFC3339Nano), describe(m))
}

// readAliases checks that the joins that were sent are known.
func (a *audit) readAliases(ctx context.Context, tx pgx.Tx, schema string) error {
	rows, err := tx.Query(ctx, `SELECT alias, user_id FROM `+schema+`.user_aliases`)
	if err != nil {
		return err
	}
	users := map[string]string{}
	var alias, user string
	if _, err := pgx.ForEachRow(rows, []any{&alias, &user}, func() error { users[alias] = user; return nil }); err != nil {
		return err
	}
	for _, m := range a.ledger.messages {
		joined := users[m.previous]
		if m.acknowledged && m.previous != "" && joined != m.user && joined != accountOf(m.user) {
			a.fault("%q is joined with %q: %s", m.previous, joined, describe(m))
		}
	}
	return nil
}

func (a *audit) readRejected(ctx context.Context, tx pgx.Tx, schema string) error {
	rows, err := tx.Query(ctx, `SELECT event_id::text, reason FROM `+schema+`.rejected_events`)
	if err != nil {
		return err
	}
	var id, reason string
	_, err = pgx.ForEachRow(rows, []any{&id, &reason}, func() error { a.fault("in rejected_events: %s: %s", id, reason); return nil })
	return err
}

// describe returns what a message is and how it was sent.
func describe(m *message) string {
	var tries []string
	for _, t := range m.tries {
		said := "without a time"
		if !t.said.IsZero() {
			said = "as of " + t.said.Format(time.RFC3339Nano)
		}
		if !t.sentAt.IsZero() {
			said += ", sent by its clock at " + t.sentAt.Format(time.RFC3339Nano)
		}
		tries = append(tries, fmt.Sprintf("%s %s", t.at.UTC().Format(time.RFC3339Nano), said))
	}
	return fmt.Sprintf("%s, %s %d of user %q, anonymous %q, acknowledged %t, tried %s", m.id, m.name, m.number, m.user, m.anonymous,
		m.acknowledged, strings.Join(tries, "; "))
}
