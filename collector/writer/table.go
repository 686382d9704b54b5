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
		return Result{Refused: event.Refusals{{Field: fault.ColumnName, Reason: reason}}}, t.Reject(ctx, rejectionOf(&events[0], reason))
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

const storeEvents = `SELECT stored, told::text[] FROM store_events($1, $2, $3, $4, $5, $6, $7, $8::text[]::uuid[], $9, $10, $11, $12, $13::text[]::uuid[])`

// insertAll stores all events or none, with what they say about their users, and returns how many were not there yet.
func (t *Table) insertAll(ctx context.Context, events []event.Event) (stored int, err error) {
	err = t.transaction(ctx, func(tx pgx.Tx) error {
		columns := columnsOf(events)
		var told []string
		if err := tx.QueryRow(ctx, storeEvents, columns...).Scan(&stored, &told); err != nil {
			return err
		}
		// Days that were over are out of date from the moment their new events can be seen.
		if _, err := tx.Exec(ctx, `SELECT mark_late_days($1)`, columns[0]); err != nil {
			return err
		}
		for i := range events {
			if len(told) > 0 && slices.Contains(told, events[i].ID.String()) {
				if err := learn(ctx, tx, &events[i]); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return stored, err
}

// columnsOf are the arguments of [storeEvents].
func columnsOf(events []event.Event) []any {
	n := len(events)
	times, received, sent := make([]time.Time, n), make([]time.Time, n), make([]*time.Time, n)
	var texts [8][]string
	for i := range texts {
		texts[i] = make([]string, n)
	}
	chosen := make([]bool, n)
	var interesting []string
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
		if e.Alias != "" || e.Traits != nil {
			interesting = append(interesting, id)
		}
	}
	return []any{times, texts[0], texts[1], texts[2], texts[3], texts[4], texts[5], texts[6], received, texts[7], sent, chosen, interesting}
}

// learn stores what a new event says about its user.
func learn(ctx context.Context, tx pgx.Tx, e *event.Event) error {
	if e.Alias != "" {
		if _, err := tx.Exec(ctx, `SELECT join_users($1, $2, $3)`, e.Alias, e.UserID, e.Received); err != nil {
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
