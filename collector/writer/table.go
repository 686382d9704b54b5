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
// the others do not suffer and the one at fault is found.
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
		return Result{Refused: event.Refusals{{Field: fault.ColumnName, Reason: fmt.Sprintf("the database cannot store this event: %s (SQLSTATE %s)", fault.Message, fault.Code)}}}, nil
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

const insertStatement = `INSERT INTO user_events (time, user_id, user_key, event_type, page_url, device_type, session_id, metadata, event_id)
	SELECT time, user_id, user_key_of(user_id), event_type, nullif(page_url, ''), nullif(device_type, ''), nullif(session_id, ''), metadata::jsonb, event_id::uuid
	FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
	AS e (time, user_id, event_type, page_url, device_type, session_id, metadata, event_id)
	ON CONFLICT DO NOTHING`

// insertAll stores all events or none, and returns how many were not there yet.
func (t *Table) insertAll(ctx context.Context, events []event.Event) (int, error) {
	times := make([]time.Time, len(events))
	texts := make([][]string, 7)
	for i := range texts {
		texts[i] = make([]string, len(events))
	}
	for i, e := range events {
		times[i] = e.Time
		metadata := string(e.Metadata)
		if metadata == "" {
			metadata = "{}"
		}
		for column, value := range []string{e.UserID, e.Type, e.PageURL, e.DeviceType, e.SessionID, metadata, e.ID.String()} {
			texts[column][i] = value
		}
	}
	var stored int
	err := pgx.BeginFunc(ctx, t.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, transactionSettings, t.Schema); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, insertStatement, times, texts[0], texts[1], texts[2], texts[3], texts[4], texts[5], texts[6])
		if err != nil {
			return err
		}
		stored = int(tag.RowsAffected())
		// Days that were over are out of date from the moment their new events can be seen.
		_, err = tx.Exec(ctx, `SELECT mark_late_days($1)`, times)
		return err
	})
	return stored, err
}
