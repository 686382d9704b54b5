package sql

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
)

// refresh says how often a rollup is refreshed, and how young a bucket must be to be left for the next time.
var refresh = map[string]struct{ every, endOffset time.Duration }{
	"event_counts_15min":  {15 * time.Minute, 15 * time.Minute},
	"active_users_hourly": {30 * time.Minute, time.Hour},
}

// applyPolicies sets up the background jobs that maintain the schema: compression, refreshes, retention. Jobs that are as they should be
// stay, with the settings that an admin has made.
func applyPolicies(ctx context.Context, tx pgx.Tx, opts Options) error {
	compressAfter, err := keepPolicy(ctx, tx, "compression", "compress_after", opts.CompressAfter)
	if err != nil {
		return err
	}
	if compressAfter == nil {
		usual := DefaultCompressAfter
		if compressAfter, err = keepPolicy(ctx, tx, "compression", "compress_after", &usual); err != nil {
			return err
		}
	}
	retention, err := keepPolicy(ctx, tx, "retention", "drop_after", opts.Retention)
	if err != nil {
		return err
	}
	opts.Log(fmt.Sprintf("policies: columnstore after %s, retention %s", *compressAfter, retentionText(retention)))
	for _, rollup := range Rollups {
		if err := keepRefreshing(ctx, tx, rollup, retention); err != nil {
			return fmt.Errorf("refresh policy of %s: %w", rollup, err)
		}
	}
	for procedure, every := range map[string]time.Duration{"close_days": 20 * time.Minute, "refresh_profiles": time.Minute} {
		if err := scheduleJob(ctx, tx, opts.Schema, procedure, every); err != nil {
			return fmt.Errorf("the job %s: %w", procedure, err)
		}
	}
	return nil
}

// keepPolicy sets a policy of user_events to an age; 0 removes it, and nil leaves it as it is. It returns the age that now holds; nil means
// none. kind and setting are TimescaleDB's names.
func keepPolicy(ctx context.Context, tx pgx.Tx, kind, setting string, age *time.Duration) (*time.Duration, error) {
	var present *time.Duration
	err := tx.QueryRow(ctx, `SELECT extract(epoch FROM (config->>$2)::interval) * INTERVAL '1 second' FROM timescaledb_information.jobs
		WHERE hypertable_schema = current_schema() AND hypertable_name = 'user_events' AND proc_name = 'policy_' || $1`, kind, setting).Scan(&present)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("%s policy: %w", kind, err)
	}
	if age == nil || present != nil && *present == *age {
		return present, nil
	}
	if _, err := tx.Exec(ctx, `SELECT remove_`+kind+`_policy('user_events', if_exists => true)`); err != nil {
		return nil, fmt.Errorf("%s policy: %w", kind, err)
	}
	if *age == 0 {
		return nil, nil
	}
	if _, err = tx.Exec(ctx, `SELECT add_`+kind+`_policy('user_events', `+setting+` => $1::interval)`, *age); err != nil {
		return nil, fmt.Errorf("%s policy: %w", kind, err)
	}
	return age, nil
}

// keepRefreshing schedules a rollup's refreshes. Without retention they pick up every late event, however old. With retention, a refresh
// must not reach back to where the raw events are gone: it would empty the rollup there.
func keepRefreshing(ctx context.Context, tx pgx.Tx, rollup string, retention *time.Duration) error {
	var startOffset *time.Duration
	if retention != nil {
		beforeDrop := *retention - 48*time.Hour
		startOffset = &beforeDrop
	}
	r := refresh[rollup]
	var right bool
	// Older versions of TimescaleDB name the table behind the rollup.
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM timescaledb_information.jobs j JOIN timescaledb_information.continuous_aggregates c
			ON (j.hypertable_schema, j.hypertable_name) IN ((view_schema, view_name), (materialization_hypertable_schema, materialization_hypertable_name))
		WHERE view_schema = current_schema() AND view_name = $1 AND proc_name = 'policy_refresh_continuous_aggregate'
			AND (config->>'start_offset')::interval IS NOT DISTINCT FROM $2::interval AND (config->>'end_offset')::interval = $3::interval)`,
		rollup, startOffset, r.endOffset).Scan(&right)
	if err != nil || right {
		return err
	}
	if _, err := tx.Exec(ctx, `SELECT remove_continuous_aggregate_policy($1::text::regclass, if_exists => true)`, rollup); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `SELECT add_continuous_aggregate_policy($1::text::regclass, start_offset => $2::interval,
		end_offset => $3::interval, schedule_interval => $4::interval)`, rollup, startOffset, r.endOffset, r.every)
	return err
}

// scheduleJob makes the server call one of the schema's procedures at intervals.
func scheduleJob(ctx context.Context, tx pgx.Tx, schema, procedure string, every time.Duration) error {
	_, err := tx.Exec(ctx, `SELECT add_job(format('%I.%I', $1::text, $2::text)::regproc, $3::interval, config => jsonb_build_object('schema', $1::text))
		WHERE NOT EXISTS (SELECT FROM timescaledb_information.jobs WHERE proc_schema = $1 AND proc_name = $2)`, schema, procedure, every)
	return err
}

func retentionText(d *time.Duration) string {
	if d == nil {
		return "off"
	}
	return d.String()
}

// RefreshRollups refreshes all rollups, closes the days that are over and refreshes the profiles. Servers do this by themselves; the
// embedded database has no background jobs.
func RefreshRollups(ctx context.Context, conn *pgx.Conn, schema string) error {
	return refreshFrom(ctx, conn, schema, "NULL")
}

// RefreshSince does the same as [RefreshRollups], but only from a time on. So it keeps the rollups of older events that retention has
// dropped.
func RefreshSince(ctx context.Context, conn *pgx.Conn, schema string, since time.Time) error {
	return refreshFrom(ctx, conn, schema, "'"+since.UTC().Format(time.RFC3339)+"'::timestamptz")
}

// refreshFrom takes the time as SQL.
func refreshFrom(ctx context.Context, conn *pgx.Conn, schema, from string) error {
	if err := validateSchema(schema); err != nil {
		return err
	}
	for _, rollup := range Rollups {
		// A refresh cannot run inside a transaction, where a search_path could be set, so its argument names the schema. Without an end it
		// would look for the last event, and lock all days.
		refresh := fmt.Sprintf(`refresh_continuous_aggregate('%s.%s', %s, now() + INTERVAL '3 days')`, schema, rollup, from)
		err := callExtension(ctx, conn, refresh)
		for wait := range 10 {
			if pgCode(err) != pgerrcode.LockNotAvailable { // a background job is at it, and may have begun too early
				break
			}
			time.Sleep(time.Duration(wait+1) * 100 * time.Millisecond)
			err = callExtension(ctx, conn, refresh)
		}
		if err != nil {
			return fmt.Errorf("refresh %s: %w", rollup, err)
		}
	}
	// The schema's name was checked above: nothing in it needs quotes.
	if _, err := conn.Exec(ctx, fmt.Sprintf(`CALL %[1]s.close_days(NULL, '{"schema": "%[1]s"}')`, schema)); err != nil {
		return fmt.Errorf("close the days that are over: %w", err)
	}
	return RefreshProfiles(ctx, conn, schema)
}

// RefreshProfiles takes all stored events into the profiles.
func RefreshProfiles(ctx context.Context, conn *pgx.Conn, schema string) error {
	if err := validateSchema(schema); err != nil {
		return err
	}
	// The schema's name was checked above: nothing in it needs quotes.
	if _, err := conn.Exec(ctx, fmt.Sprintf(`CALL %[1]s.refresh_profiles(NULL, '{"schema": "%[1]s"}')`, schema)); err != nil {
		return fmt.Errorf("refresh the profiles: %w", err)
	}
	return nil
}
