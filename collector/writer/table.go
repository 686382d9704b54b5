// Package writer puts events into the table user_events: [Table] writes one batch, [Writer] makes batches of what many
// requests bring.
package writer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/footfall-analytics/footfall/collector/event"
)

// Table is user_events in one database schema.
type Table struct {
	Pool   *pgxpool.Pool
	Schema string
	Log    *slog.Logger
}

// Result says what became of the events of one [Table.Insert].
type Result struct {
	// New were stored, Known were there already.
	New, Known int
	// Refused are those that the database cannot hold, named by their position.
	Refused event.Refusals
}

// minAttempt is the time that a statement gets at least, so that a slow database still makes progress.
const minAttempt = 5 * time.Second

// Insert stores the events, all that the database can hold, and returns after they are committed. While the database does
// not answer it tries again for as long as patience lasts, and then reports the last error; some of the events may be
// stored then. Storing an event again changes nothing.
func (t *Table) Insert(ctx context.Context, events []event.Event, patience time.Duration) (Result, error) {
	giveUp := time.Now().Add(patience)
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		attempt, cancel := context.WithTimeout(ctx, max(patience, minAttempt))
		result, err := t.insertGood(attempt, events)
		cancel()
		if err == nil || ctx.Err() != nil {
			return result, err
		}
		if time.Now().Add(pause).After(giveUp) {
			return result, fmt.Errorf("the database does not take events: %w", err)
		}
		t.Log.Warn("the database does not take events; trying again", "error", err, "events", len(events), "pause", pause.String())
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return result, ctx.Err()
		}
	}
}

// insertGood stores the events in one transaction. When some event's data keeps it from that, halves are tried, so that
// the others do not suffer and the one at fault is found: it goes to rejected_events.
func (t *Table) insertGood(ctx context.Context, events []event.Event) (Result, error) {
	stored, err := t.insertAll(ctx, events)
	if err == nil {
		return Result{New: stored, Known: len(events) - stored}, nil
	}
	fault := dataFault(err)
	if fault == nil {
		return Result{}, err
	}
	if len(events) == 1 {
		reason := fmt.Sprintf("the database cannot store this event: %s (SQLSTATE %s)", fault.Message, fault.Code)
		return Result{Refused: event.Refusals{{Field: fault.ColumnName, Reason: reason}}}, t.reject(ctx, events[0], reason)
	}
	half := len(events) / 2
	first, err := t.insertGood(ctx, events[:half])
	if err != nil {
		return first, err
	}
	second, err := t.insertGood(ctx, events[half:])
	for _, r := range second.Refused {
		r.Index += half
		first.Refused = append(first.Refused, r)
	}
	first.New, first.Known = first.New+second.New, first.Known+second.Known
	return first, err
}

// dataFault returns the server's error when the data is to blame: it cannot be read as its type, breaks a constraint, or is
// too large for an index.
func dataFault(err error) *pgconn.PgError {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && len(pg.Code) == 5 && slices.Contains([]string{"22", "23", "54"}, pg.Code[:2]) {
		return pg
	}
	return nil
}

// reject keeps an event that cannot be stored.
func (t *Table) reject(ctx context.Context, e event.Event, reason string) error {
	return t.transaction(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO rejected_events (event_id, user_id, reason, record) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			e.ID.String(), e.UserID, reason, event.AppendRecord(nil, []event.Event{e}))
		return err
	})
}

// The settings of one transaction. Late events go into days that are compressed already; the server's limit on how many
// rows one statement may look at there protects interactive sessions, and would lose events here.
const transactionSettings = `SELECT set_config('search_path', quote_ident($1), true),
	set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true)`

func (t *Table) transaction(ctx context.Context, fn func(tx pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, t.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, transactionSettings, t.Schema); err != nil {
			return err
		}
		return fn(tx)
	})
}

// The first time that was chosen for an event holds.
const chooseTimes = `INSERT INTO chosen_times (event_id, time) SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) ON CONFLICT DO NOTHING`

// user_events_once knows an event that comes again by its user and time. Where either may have been another one the first time,
// it is looked for under both; a client that says another time than before sends another event. An event of a forgotten user
// that was received before that is left out. The ids of $13 are returned where their events are new.
const insertStatement = `WITH inserted AS (
	INSERT INTO user_events (time, user_id, user_key, event_type, page_url, device_type, session_id, metadata, event_id, received_at,
		anonymous_id, sent_time)
	SELECT coalesce(c.time, e.time), coalesce(a.user_id, e.user_id), coalesce(a.user_key, user_key_of(e.user_id)), e.event_type,
		nullif(page_url, ''), nullif(device_type, ''), nullif(session_id, ''), metadata::jsonb, e.event_id, received_at,
		coalesce(nullif(anonymous_id, ''), a.alias), sent_time
	FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::uuid[], $9::timestamptz[],
		$10::text[], $11::timestamptz[], $12::bool[])
		AS e (time, user_id, event_type, page_url, device_type, session_id, metadata, event_id, received_at, anonymous_id, sent_time, chosen)
	LEFT JOIN user_aliases a ON a.alias = e.user_id
	LEFT JOIN chosen_times c ON c.event_id = e.event_id
	WHERE NOT EXISTS (SELECT FROM forgotten_users f WHERE f.user_key = user_key_of(e.user_id) AND f.forgotten_at > e.received_at)
		AND NOT ((a.alias IS NOT NULL OR e.chosen) AND EXISTS (
			SELECT FROM user_events o WHERE o.event_type = e.event_type AND o.event_id = e.event_id
				AND o.user_key IN (user_key_of(e.user_id), a.user_key) AND o.time IN (c.time, e.time, e.sent_time)))
	ON CONFLICT DO NOTHING
	RETURNING event_id
) SELECT count(*), array_agg(event_id::text) FILTER (WHERE event_id = ANY($13::uuid[])) FROM inserted`

// insertAll stores all events or none, with what they say about their users, and returns how many were not there yet.
func (t *Table) insertAll(ctx context.Context, events []event.Event) (stored int, err error) {
	err = t.transaction(ctx, func(tx pgx.Tx) error {
		r := rowsOf(events)
		if len(r.chosenIDs) > 0 {
			if _, err := tx.Exec(ctx, chooseTimes, r.chosenIDs, r.chosenTimes); err != nil {
				return err
			}
		}
		var told []string
		if err := tx.QueryRow(ctx, insertStatement, r.columns...).Scan(&stored, &told); err != nil {
			return err
		}
		// Days that were over are out of date from the moment their new events can be seen.
		if _, err := tx.Exec(ctx, `SELECT mark_late_days($1)`, r.columns[0]); err != nil {
			return err
		}
		for i := range events {
			if slices.Contains(told, events[i].ID.String()) {
				if err := learn(ctx, tx, &events[i]); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return stored, err
}

// rows are events as columns of [insertStatement].
type rows struct {
	columns     []any
	chosenIDs   []string
	chosenTimes []time.Time
}

func rowsOf(events []event.Event) rows {
	n := len(events)
	var r rows
	times, received, sent := make([]time.Time, n), make([]time.Time, n), make([]*time.Time, n)
	var texts [8][]string
	for i := range texts {
		texts[i] = make([]string, n)
	}
	chosen := make([]bool, n)
	var tells []string
	for i := range events {
		e := &events[i]
		times[i], received[i], chosen[i] = e.Time, e.Received, e.TimeChosen
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
		if e.TimeChosen {
			r.chosenIDs, r.chosenTimes = append(r.chosenIDs, id), append(r.chosenTimes, e.Time)
		}
		if e.Alias != "" || e.Traits != nil {
			tells = append(tells, id)
		}
	}
	r.columns = []any{times, texts[0], texts[1], texts[2], texts[3], texts[4], texts[5], texts[6], received, texts[7], sent, chosen, tells}
	return r
}

// learn stores what a new event says about its user.
func learn(ctx context.Context, tx pgx.Tx, e *event.Event) error {
	if e.Alias != "" {
		if _, err := tx.Exec(ctx, `SELECT join_users($1, $2)`, e.Alias, e.UserID); err != nil {
			return err
		}
	}
	if e.Traits == nil {
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO user_profiles AS p (user_id, traits)
		VALUES (coalesce((SELECT user_id FROM user_aliases WHERE alias = $1), $1), $2::text::jsonb)
		ON CONFLICT (user_id) DO UPDATE SET traits = p.traits || excluded.traits`, e.UserID, string(e.Traits))
	return err
}
