package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/footfall-analytics/footfall/internal/programs"
	"github.com/footfall-analytics/footfall/sql"
)

// generation changes when the same parameters make other events.
const generation = 1

// load makes sure that the schema has exactly the events, and returns their parameters.
func (db *database) load(ctx context.Context, p parameters, printer *programs.Printer) (parameters, error) {
	now := time.Now().UTC()
	if now.Sub(now.Truncate(day)) < time.Hour {
		return p, errors.New("today (UTC) began less than an hour ago: the day before is not closed yet and today has no room for events; try again at 01:00")
	}
	p.Until = now.Truncate(time.Second)
	found, err := db.readParameters(ctx)
	if err != nil {
		return p, err
	}
	if found != nil && sameEvents(*found, p) {
		p = *found
		err = printer.Do("Events are there", func() (string, error) { return "", db.settle(ctx) })
	} else {
		err = db.reload(ctx, p, printer)
	}
	return p, err
}

func sameEvents(a, b parameters) bool {
	a.Until, b.Until = a.Until.UTC().Truncate(day), b.Until.UTC().Truncate(day)
	return a == b
}

// readParameters returns the parameters of the events in the schema: nil if these are incomplete, or if there is no schema. A schema that
// is not the bench's is an error.
func (db *database) readParameters(ctx context.Context) (*parameters, error) {
	exists, err := value[bool](ctx, db, `SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)`, db.schema)
	if err != nil || !exists {
		return nil, err
	}
	ours, err := value[bool](ctx, db, `SELECT to_regclass('bench_load') IS NOT NULL`)
	if err != nil {
		return nil, err
	}
	if !ours {
		return nil, fmt.Errorf("the schema %s is not the bench's, which would replace it: choose another by -schema", db.schema)
	}
	// As JSON, so that a column may be missing: an earlier version of the bench had no heavy users.
	var p parameters
	err = db.conn.QueryRow(ctx, `SELECT to_jsonb(bench_load) FROM bench_load WHERE generation = $1`, generation).Scan(&p)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	p.Until = p.Until.UTC()
	return &p, err
}

// reload replaces the schema by a new one with the events, as they are on a server where the background jobs have done their work.
func (db *database) reload(ctx context.Context, p parameters, printer *programs.Printer) error {
	for _, step := range []struct {
		name string
		do   func() (string, error)
	}{
		{"Schema", func() (string, error) { return db.schema, db.renew(ctx) }},
		{"Events", func() (string, error) { return db.loadDays(ctx, p, func(at string) { printer.Progress("Events", at) }) }},
		{"Rollups and closed days", func() (string, error) { return "", sql.RefreshRollups(ctx, db.conn, db.schema) }},
		{"Vacuum, statistics", func() (string, error) { return "", db.vacuum(ctx) }},
	} {
		if err := printer.Do(step.name, step.do); err != nil {
			return err
		}
	}
	_, err := db.conn.Exec(ctx, `INSERT INTO bench_load VALUES ($1, $2, $3, $4, $5, $6, $7)`, generation, p.Events, p.Users, p.Days, p.Seed, p.Heavy, p.Until)
	return err
}

func (db *database) renew(ctx context.Context) error {
	schema := pgx.Identifier{db.schema}.Sanitize()
	// The table without a row marks the schema as ours and its events as not complete.
	err := db.exec(ctx, "DROP SCHEMA IF EXISTS "+schema+" CASCADE", "CREATE SCHEMA "+schema,
		`CREATE TABLE bench_load (generation int, events bigint, users int, days int, seed bigint, heavy bigint, until timestamptz)`)
	if err != nil {
		return err
	}
	return db.migrate(ctx)
}

// migrate brings the schema up to date and stops its background jobs: they would run while something is measured.
func (db *database) migrate(ctx context.Context) error {
	if err := sql.Migrate(ctx, db.conn, sql.Options{Schema: db.schema}); err != nil {
		return err
	}
	if err := sql.EnterSession(ctx, db.conn, db.schema); err != nil { // again: the extension may be new
		return err
	}
	_, err := db.conn.Exec(ctx, `SELECT alter_job(job_id, scheduled => false)
		FROM timescaledb_information.jobs j LEFT JOIN timescaledb_information.continuous_aggregates c ON (j.hypertable_schema, j.hypertable_name)
			IN ((c.view_schema, c.view_name), (c.materialization_hypertable_schema, c.materialization_hypertable_name))
		WHERE $1 IN (j.hypertable_schema, j.proc_schema, c.view_schema)`, db.schema)
	return err
}

// settle brings up to date what an earlier run left.
func (db *database) settle(ctx context.Context) error {
	if err := db.migrate(ctx); err != nil {
		return err
	}
	if err := db.removeAddition(ctx); err != nil {
		return err
	}
	return sql.RefreshRollups(ctx, db.conn, db.schema)
}

// loaders is how many connections load events side by side.
const loaders = 2

// loadDays copies the events into the table, and those that a server would have in the columnstore into that.
func (db *database) loadDays(ctx context.Context, p parameters, progress func(at string)) (string, error) {
	keys, err := db.userKeys(ctx, p.Users)
	if err != nil {
		return "", err
	}
	var loaded atomic.Int64
	days := make(chan int, p.calendarDays())
	for n := range p.calendarDays() {
		days <- n
	}
	close(days)
	group, ctx := errgroup.WithContext(ctx)
	for range loaders {
		group.Go(func() error {
			conn, err := db.connect(ctx)
			if err != nil {
				return err
			}
			defer func() { _ = conn.Close(context.Background()) }()
			if _, err := conn.Exec(ctx, `SET synchronous_commit = off`); err != nil {
				return err
			}
			for n := range days {
				count, err := loadDay(ctx, conn, &p, n, keys)
				if err != nil {
					return fmt.Errorf("load %s: %w", p.midnight(n).Format(time.DateOnly), err)
				}
				progress(fmt.Sprintf("%d of %d", loaded.Add(int64(count)), p.Events))
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d events of %d users in %d days", p.Events, p.Users, p.calendarDays()), nil
}

func loadDay(ctx context.Context, conn *pgx.Conn, p *parameters, n int, keys []int64) (int, error) {
	events, midnight := p.day(n), p.midnight(n)
	_, err := conn.CopyFrom(ctx, pgx.Identifier{"user_events"}, columns, pgx.CopyFromSlice(len(events), func(i int) ([]any, error) {
		return events[i].row(midnight, keys[events[i].user]), nil
	}))
	if err == nil && p.Until.Sub(midnight) > sql.DefaultCompressAfter+day {
		_, err = conn.Exec(ctx, `SELECT compress_chunk(c) FROM show_chunks('user_events', newer_than => $1::timestamptz, older_than => $2::timestamptz) c`,
			midnight, midnight.Add(day))
	}
	return len(events), err
}

// vacuum puts tables into the state in which autovacuum leaves them, and gathers statistics.
func (db *database) vacuum(ctx context.Context) error {
	tables, err := value[string](ctx, db, `SELECT string_agg(format('%I.%I', s, t), ', ') FROM (
			SELECT schemaname, tablename FROM pg_tables WHERE schemaname = $1
			UNION SELECT materialization_hypertable_schema, materialization_hypertable_name
			FROM timescaledb_information.continuous_aggregates WHERE view_schema = $1) AS t (s, t)`, db.schema)
	if err != nil {
		return err
	}
	return db.exec(ctx, "VACUUM (ANALYZE) "+tables, "CHECKPOINT")
}

// addedMark marks the events that the bench adds between two questions.
const addedMark = `{"bench": true}`

// add stores one more event, as the collector does, and returns its user's key.
func (db *database) add(ctx context.Context, midnight time.Time, e *event) (key int64, err error) {
	at := e.time(midnight)
	err = pgx.BeginFunc(ctx, db.conn, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `INSERT INTO user_events (time, user_id, user_key, event_type, device_type, session_id, metadata, event_id)
			VALUES ($1, $2, user_key_of($2), $3, $4, $5, $6::jsonb || $7, gen_random_uuid()) RETURNING user_key`,
			at, userID(e.user), eventTypes[e.typ].name, devices[e.device()], e.session(midnight), e.metadata(), addedMark).Scan(&key)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `SELECT mark_late_days(ARRAY[$1::timestamptz])`, at)
		return err
	})
	return key, err
}

// removeAddition removes the added events. All of them are younger than what is in the columnstore.
func (db *database) removeAddition(ctx context.Context) error {
	since := time.Now().UTC().Truncate(day).Add(-day)
	return pgx.BeginFunc(ctx, db.conn, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `WITH removed AS (DELETE FROM user_events WHERE time >= $1 AND metadata @> $2 RETURNING time)
			SELECT mark_late_days(array_agg(time)) FROM removed`, since, addedMark)
		return err
	})
}
