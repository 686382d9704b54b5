package people

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/sql"
)

// transaction runs fn with only the schema's tables on the search path, and nothing that others could have made. Days in the columnstore
// may be changed as a whole.
func transaction(ctx context.Context, conn *pgx.Conn, options pgx.TxOptions, schema string, fn func(tx pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, conn, options, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT `+sql.Path+`,
			set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true),
			set_config('plan_cache_mode', 'force_custom_plan', true)`, schema); err != nil { // a plan for any day would lock all of them
			return err
		}
		return fn(tx)
	})
}

// stretch is a range of time, excluding its end.
type stretch struct{ From, To time.Time }

// stretches returns the times that may have events, in order. Each has few days: a statement locks everything that it might read, and the
// server has a limited number of locks for everybody.
func stretches(ctx context.Context, tx pgx.Tx) ([]stretch, error) {
	const days = 200
	rows, err := tx.Query(ctx, `SELECT min(day)::timestamp AT TIME ZONE 'UTC', (max(day) + 1)::timestamp AT TIME ZONE 'UTC'
		FROM (SELECT day, (row_number() OVER (ORDER BY day) - 1) / $1 AS part FROM unnest(days_of_events()) AS day) AS d GROUP BY part ORDER BY part`, days)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[stretch])
}

// apart runs fn, which only reads, within a transaction, and gives back its locks.
func apart(ctx context.Context, tx pgx.Tx, fn func(tx pgx.Tx) error) error {
	part, err := tx.Begin(ctx)
	if err != nil {
		return err
	}
	return errors.Join(fn(part), part.Rollback(ctx))
}

// idsOf returns all ids of the user that id names; id itself is the first.
func idsOf(ctx context.Context, tx pgx.Tx, id string) ([]string, error) {
	rows, err := tx.Query(ctx, `WITH me AS (SELECT coalesce((SELECT user_id FROM user_aliases WHERE alias = $1), $1) AS user_id)
		SELECT id FROM (SELECT user_id AS id FROM me UNION SELECT alias FROM user_aliases JOIN me USING (user_id) UNION SELECT $1) ids
		ORDER BY id <> $1, id`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// rejection is a row of rejected_events.
type rejection struct {
	id         int64
	rejectedAt string
	reason     string
	events     []event.Event
	// unread is the record if it cannot be read as a whole; events are the part that can.
	unread []byte
}

// rejectionsOf returns the rejected events that name one of the ids. unclear are rows whose record cannot be read but contains the text of
// an id: nobody can tell whose they are.
func rejectionsOf(ctx context.Context, tx pgx.Tx, ids []string) (list []rejection, unclear []int64, err error) {
	// Only the user's id is a column; other ids are in the record. Searching for their bytes leaves few records to read.
	rows, err := tx.Query(ctx, `SELECT id, to_jsonb(rejected_at) #>> '{}', reason, record, user_id = ANY($1) FROM rejected_events
		WHERE user_id = ANY($1) OR EXISTS (SELECT FROM unnest($1::text[]) AS u WHERE position(convert_to(u, 'UTF8') IN record) > 0) ORDER BY id`, ids)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r rejection
		var record []byte
		var own bool
		if err := rows.Scan(&r.id, &r.rejectedAt, &r.reason, &record, &own); err != nil {
			return nil, nil, err
		}
		if r.events, err = event.DecodeRecord(nil, record); err != nil {
			r.unread = record
		}
		switch {
		case own || names(r.events, ids):
			list = append(list, r)
		case r.unread != nil:
			unclear = append(unclear, r.id)
		}
	}
	return list, unclear, rows.Err()
}

func names(events []event.Event, ids []string) bool {
	for _, e := range events {
		for _, id := range ids {
			if e.UserID == id || e.AnonymousID == id || e.Alias == id {
				return true
			}
		}
	}
	return false
}

func checkID(id string) error {
	if strings.TrimSpace(id) == "" {
		return fmt.Errorf("the user id %q is blank: name a user", id)
	}
	return nil
}
