package writer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/sql"
)

// Table writes to user_events in one database schema. Its fields do not change once it is used.
type Table struct {
	Pool   *pgxpool.Pool
	Schema string
	Log    *slog.Logger
	// BatchEvents is the most events in one transaction; 0 means [defaultBatchEvents].
	BatchEvents int
	// JoinKnownUsers says that an event may join two users who are both known by name.
	JoinKnownUsers bool
	// Metrics count what [Table.Write] does; it needs them.
	Metrics *Metrics
	// size is how many events a transaction has at present: fewer while the database has no room or time for more, or to find an event at
	// fault; 0 means BatchEvents.
	size atomic.Int64
	// failed is the last transaction's failure; nil if it succeeded.
	failed atomic.Pointer[failure]
}

// Result says what became of the events of one [Table.Insert].
type Result struct {
	// New were stored, Known were there already.
	New, Known int
	// Rejected are the events that the database does not take; they are in rejected_events.
	Rejected []RejectedEvent
	// Apart has the positions of events that would join two users who are both known, or whose join was taken back: the events are stored,
	// but the users stay two.
	Apart []int
	// TraitsLeftOut is how many traits profiles had no room for.
	TraitsLeftOut int
}

// RejectedEvent is an event of a [Table.Insert] that went to rejected_events: its position from 0, and the reason. Field is the column at
// fault if the database names one.
type RejectedEvent struct {
	Index         int
	Field, Reason string
}

const (
	defaultBatchEvents = 1000
	// maxDays is how many days the events of one transaction may touch. Each day takes up to twenty of the server's locks; by default there
	// are 6400 for all sessions.
	maxDays = 32
	// minAttempt is the least time that a transaction gets, so that a slow database still makes progress.
	minAttempt = 5 * time.Second
)

// Insert stores all events that the database can hold, and returns after they are committed. They are stored in their order, in as many
// transactions as needed. A failed transaction is tried again, with fewer events, until patience has passed since the last success. A
// single event that has failed for that long while the database takes others is put aside, so that it holds up nobody; otherwise the last
// error is returned, and the result says what was stored until then. Storing an event again changes nothing.
func (t *Table) Insert(ctx context.Context, events []event.Event, patience time.Duration) (result Result, err error) {
	tries := newTries(patience)
	for done := 0; done < len(events); {
		part := t.part(events[done:])
		err := t.insertPart(ctx, part, done, tries.limit(), &result)
		if err != nil && ctx.Err() != nil {
			return result, fmt.Errorf("the database does not take events: %w", err)
		}
		t.note(err)
		if err != nil && len(part) == 1 && tries.over() {
			err = t.putAside(ctx, &part[0], done, err, tries.limit(), &result)
			tries.hurry()
		}
		if err == nil {
			done += len(part)
			tries.begin()
			continue
		}
		halve := len(part) > 1 && serverAnswered(err)
		if halve {
			t.size.Store(int64(len(part) / 2))
		}
		switch {
		case tries.over():
			return result, fmt.Errorf("the database does not take events: %w", err)
		case halve:
			t.Log.Debug("the database does not take so many events at once; trying half of them", "error", err, "events", len(part))
		default:
			t.Log.Warn("the database does not take events; trying again", "error", err, "events", len(part), "first_event_id", part[0].ID, "pause", tries.pause.String())
			tries.wait(ctx)
		}
	}
	return result, nil
}

// part returns as many of the first events as go into one transaction.
func (t *Table) part(events []event.Event) []event.Event {
	size := cmp.Or(int(t.size.Load()), t.BatchEvents, defaultBatchEvents)
	days := map[int64]struct{}{}
	for i := range events {
		days[dayOf(events[i].Time)] = struct{}{}
		if !events[i].SentTime.IsZero() { // the day where it may be stored already
			days[dayOf(events[i].SentTime)] = struct{}{}
		}
		if i == size || i > 0 && len(days) > maxDays {
			return events[:i]
		}
	}
	return events
}

func dayOf(t time.Time) int64 { return t.Unix() / int64((24 * time.Hour).Seconds()) }

// insertPart stores events in one transaction that takes no longer than the limit, or rejects a single event that the database cannot hold.
// It adds to the result what became of them; first is the position of the first event.
func (t *Table) insertPart(ctx context.Context, events []event.Event, first int, limit time.Duration, result *Result) error {
	start := time.Now()
	attempt, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	stored, err := t.insertAll(attempt, events, limit)
	if fault := dataFault(err); fault != nil && len(events) == 1 {
		err = t.rejectOne(attempt, &events[0], result, RejectedEvent{first, fault.ColumnName,
			fmt.Sprintf("the database cannot store this event: %s (SQLSTATE %s)", fault.Message, fault.Code)})
	}
	if err != nil {
		return err
	}
	result.New += stored.New
	result.Known += stored.Known
	result.TraitsLeftOut += stored.TraitsLeftOut
	for _, i := range stored.Apart {
		result.Apart = append(result.Apart, first+i)
	}
	// Raise the size again, up to the limit, while there is plenty of time.
	if size := t.size.Load(); size > 0 && time.Since(start) < limit/4 {
		if size *= 2; size >= int64(cmp.Or(t.BatchEvents, defaultBatchEvents)) {
			size = 0
		}
		t.size.Store(size)
	}
	return nil
}

// dataFault returns the server's error if the data is to blame: it cannot be read as its type, breaks a constraint, or is too large for an
// index.
func dataFault(err error) *pgconn.PgError {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && len(pg.Code) == 5 && slices.Contains([]string{"22", "23", "54"}, pg.Code[:2]) { // any of these classes, also of later servers
		return pg
	}
	return nil
}

// serverAnswered reports whether the server was reached but failed: it lacked memory, locks, disk or time, broke off or crashed. With fewer
// events it may succeed, or a single event may be the cause.
func serverAnswered(err error) bool { return !errors.As(err, new(*pgconn.ConnectError)) }

// The settings of one transaction. Late events go into days that are already compressed; the server's limit on how many rows one statement
// may decompress protects interactive sessions, but would lose events here. A statement times out before the collector would give up its
// connection, unless the server's own limit is even shorter.
const transactionSettings = `SELECT ` + sql.Path + `,
	set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true),
	set_config('statement_timeout', least($2::bigint, nullif(extract(epoch FROM current_setting('statement_timeout')::interval) * 1000, 0))::bigint::text, true)`

func (t *Table) transaction(ctx context.Context, limit time.Duration, fn func(tx pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, t.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, transactionSettings, t.Schema, (limit * 9 / 10).Milliseconds()); err != nil {
			return err
		}
		return fn(tx)
	})
}

// possibleForgets is the marks of events, $1, with 0 for a mark that the database has not reached: somebody with access to Kafka could have
// made it up, so that the events of forgotten users are stored.
const possibleForgets = `ARRAY(SELECT CASE WHEN mark <= s.forgets THEN mark ELSE 0 END FROM forget_state s, unnest($1::bigint[]) WITH ORDINALITY AS m (mark, place) ORDER BY place)`

const storeEvents = `SELECT stored, told::text[] FROM store_events($2, $3, $4, $5, $6, $7, $8, $9::text[]::uuid[], $10, $11, $12, $13, ` + possibleForgets + `, $14::text[]::uuid[])`

// insertAll stores all events or none, with what the new ones say about their users. It rejects nothing.
func (t *Table) insertAll(ctx context.Context, events []event.Event, limit time.Duration) (stored Result, err error) {
	err = t.transaction(ctx, limit, func(tx pgx.Tx) error {
		var told []string
		if err := tx.QueryRow(ctx, storeEvents, columnsOf(events)...).Scan(&stored.New, &told); err != nil {
			return err
		}
		stored.Known = len(events) - stored.New
		if len(told) == 0 {
			return nil
		}
		l := lessonsOf(events, told)
		if stored.Apart, err = l.join(ctx, tx, t.JoinKnownUsers); err != nil {
			return err
		}
		stored.TraitsLeftOut, err = l.tellTraits(ctx, tx)
		return err
	})
	return stored, err
}

// columnsOf returns the arguments of [storeEvents].
func columnsOf(events []event.Event) []any {
	n := len(events)
	times, received, sent := make([]time.Time, n), make([]time.Time, n), make([]*time.Time, n)
	var texts [8][]string
	for i := range texts {
		texts[i] = make([]string, n)
	}
	chosen, forgets := make([]bool, n), make([]int64, n)
	var interesting []string
	for i := range events {
		e := &events[i]
		times[i], received[i], chosen[i], forgets[i] = e.Time, e.Received, e.TimeChosen, e.Forgets
		if !e.SentTime.IsZero() {
			sent[i] = &e.SentTime
		}
		metadata, id := string(e.Metadata), e.ID.String()
		if metadata == "" {
			metadata = "{}"
		}
		for column, value := range [8]string{e.UserID, e.Type, e.PageURL, e.DeviceType, e.SessionID, metadata, id, e.AnonymousID} {
			texts[column][i] = value
		}
		if e.Alias != "" || e.Traits != nil {
			interesting = append(interesting, id)
		}
	}
	return []any{forgets, times, texts[0], texts[1], texts[2], texts[3], texts[4], texts[5], texts[6], received, texts[7], sent, chosen, interesting}
}

// lessons are what new events say about their users, as columns.
type lessons struct {
	// Pairs of alias and user: each once, in the order of the events, with the position of the first event that says so.
	aliases, users []string
	forgets        []int64
	received       []time.Time
	positions      []int
	// Traits, the users whom they describe, and when they were set.
	described, traits []string
	times             []time.Time
}

// lessonsOf returns the lessons of the events with the given ids.
func lessonsOf(events []event.Event, told []string) (l lessons) {
	isNew := map[string]bool{}
	for _, id := range told {
		isNew[id] = true
	}
	pairs := map[[2]string]bool{}
	for i := range events {
		e := &events[i]
		id := e.ID.String()
		if !isNew[id] {
			continue
		}
		delete(isNew, id) // an event that is twice in one batch was stored once
		if pair := [2]string{e.Alias, e.UserID}; e.Alias != "" && !pairs[pair] {
			pairs[pair] = true
			l.aliases, l.users = append(l.aliases, e.Alias), append(l.users, e.UserID)
			l.forgets, l.received, l.positions = append(l.forgets, e.Forgets), append(l.received, e.Received), append(l.positions, i)
		}
		if e.Traits != nil {
			l.described, l.traits, l.times = append(l.described, e.UserID), append(l.traits, string(e.Traits)), append(l.times, e.Time)
		}
	}
	return l
}

// join joins the pairs, and returns the positions of events that must not join theirs.
func (l *lessons) join(ctx context.Context, tx pgx.Tx, knownToo bool) (apart []int, err error) {
	if len(l.aliases) == 0 {
		return nil, nil
	}
	var places []int
	err = tx.QueryRow(ctx, `SELECT join_told($2, $3, `+possibleForgets+`, $4, $5)`, l.forgets, l.aliases, l.users, l.received, knownToo).Scan(&places)
	for _, place := range places {
		apart = append(apart, l.positions[place-1])
	}
	return apart, err
}

// tellTraits stores the traits. Call it after join, since an alias has no profile of its own.
func (l *lessons) tellTraits(ctx context.Context, tx pgx.Tx) (leftOut int, err error) {
	if len(l.described) == 0 {
		return 0, nil
	}
	err = tx.QueryRow(ctx, `SELECT tell_traits($1, $2, $3)`, l.described, l.traits, l.times).Scan(&leftOut)
	return leftOut, err
}
