package sql_test

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/sql"
)

// as runs fn in a transaction of a role.
func (p place) as(role string, fn func(tx pgx.Tx) error) {
	p.Helper()
	err := pgx.BeginFunc(p.Context(), p.conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(p.Context(), "SET LOCAL ROLE "+role); err != nil {
			return err
		}
		return fn(tx)
	})
	if err != nil {
		p.Fatal(err)
	}
}

// The embedded database runs no background jobs: a writer has done all that they would have, but for the rollups.
func TestOverdueJobsAreDone(t *testing.T) {
	dsn := dbtest.Embedded(t)
	p := place{t, dbtest.Connect(t, dsn), dbtest.Schema(t, dsn), nil}
	if err := sql.Migrate(t.Context(), p.conn, sql.Options{Schema: p.schema, Retention: age(24 * 90)}); err != nil {
		t.Fatal(err)
	}
	roles, err := sql.RolesOf(t.Context(), p.conn, p.schema)
	if err != nil {
		t.Fatal(err)
	}
	p.do(`INSERT INTO %[1]s.user_events (time, user_id, user_key, event_type, event_id)
		SELECT now() - days * INTERVAL '1 day', 'ann', %[1]s.user_key_of('ann'), 'visit', gen_random_uuid() FROM unnest(ARRAY[0, 2, 5, 10, 100, 200]) AS days`, p.schema)
	p.do("UPDATE %s.profile_state SET recount = true", p.schema)
	steps := func() (names []string) {
		for name := "some"; name != ""; {
			p.as(roles.Writer, func(tx pgx.Tx) (err error) {
				name, err = sql.RunOverdue(t.Context(), tx, p.schema)
				return err
			})
			if name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		return names
	}
	if names := steps(); len(names) > 0 {
		t.Errorf("%v are done before they are overdue", names)
	}
	p.do("UPDATE %s.schema_migrations SET applied_at = now() - INTERVAL '3 days'", p.schema)
	p.do("UPDATE _timescaledb_internal.bgw_job_stat SET next_start = now() - INTERVAL '3 days' WHERE job_id IN (SELECT job_id FROM %s.background_jobs())", p.schema)
	var jobs []sql.Job
	p.as(roles.Reader, func(tx pgx.Tx) (err error) {
		jobs, err = sql.Jobs(t.Context(), tx, p.schema)
		return err
	})
	if len(jobs) != 6 || slices.ContainsFunc(jobs, func(j sql.Job) bool { return j.Late < 24*time.Hour || j.Failed || j.LastRun != nil }) {
		t.Errorf("the jobs are %+v", jobs)
	}
	if names := steps(); !slices.Equal(names, []string{"refresh_profiles", "close_days", "retention", "columnstore"}) {
		t.Errorf("done: %v", names)
	}
	for what, query := range map[string]string{
		"events that are too old": "SELECT count(*)::text FROM user_events WHERE time < now() - INTERVAL '92 days'",
		"events that are left":    "SELECT (count(*) - 4)::text FROM user_events",
		"chunks to be compressed": "SELECT count(*)::text FROM timescaledb_information.chunks WHERE hypertable_schema = current_schema() AND hypertable_name = 'user_events' AND NOT is_compressed AND range_end < now() - INTERVAL '3 days'",
		"days that are not closed": `SELECT (count(*) - count(c.day))::text FROM (SELECT DISTINCT (time AT TIME ZONE 'UTC')::date FROM user_events WHERE time < now() - INTERVAL '2 days') e (day)
			LEFT JOIN closed_days c USING (day)`,
		"profiles": "SELECT (count(*) - 1)::text FROM user_profiles WHERE total_events = 6",
	} {
		dbtest.Enter(t, p.conn, p.schema)
		if n := p.list(query); n[0] != "0" {
			t.Errorf("%s: %s", what, n[0])
		}
		p.do("RESET search_path")
	}
}

// Where the server runs the deletion of old days and it fails, as for want of locks, a writer does it, a few days at a time; not where the
// server is only about to.
func TestRetentionThatFailsIsDone(t *testing.T) {
	dsn := dbtest.Embedded(t)
	p := place{t, dbtest.Connect(t, dsn), dbtest.Schema(t, dsn), nil}
	if err := sql.Migrate(t.Context(), p.conn, sql.Options{Schema: p.schema, Retention: age(24 * 90)}); err != nil {
		t.Fatal(err)
	}
	p.do(`INSERT INTO %[1]s.user_events (time, user_id, user_key, event_type, event_id)
		SELECT now() - days * INTERVAL '1 day', 'ann', %[1]s.user_key_of('ann'), 'visit', gen_random_uuid() FROM generate_series(89, 160) AS days`, p.schema)
	run := func() (steps int) {
		for name := "some"; name != ""; steps++ {
			if err := pgx.BeginFunc(t.Context(), p.conn, func(tx pgx.Tx) (err error) {
				name, err = sql.RunOverdue(t.Context(), tx, p.schema)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if name != "" && name != "retention" {
				t.Error(name)
			}
		}
		return steps - 1
	}
	if n := run(); n != 0 {
		t.Errorf("%d steps, though the job has not failed", n)
	}
	p.do(`INSERT INTO _timescaledb_internal.bgw_job_stat SELECT r.* FROM %[1]s.background_jobs() j, (SELECT * FROM _timescaledb_internal.bgw_job_stat LIMIT 1) s,
		jsonb_populate_record(s::_timescaledb_internal.bgw_job_stat, jsonb_build_object('job_id', j.job_id, 'last_run_success', false, 'last_start', now(), 'last_finish', now())) r
		WHERE name = 'retention'`, p.schema)
	if n := run(); n != 2 {
		t.Errorf("%d steps, want 2 of 50 days", n)
	}
	if n := p.list(`SELECT count(*)::text FROM ` + p.schema + `.user_events WHERE time < now() - INTERVAL '92 days'`); n[0] != "0" {
		t.Errorf("%s events are left", n[0])
	}
}

// A job that fails is tried again as often as it would run otherwise, also where it has failed many times.
func TestFailedJobsAreTriedAgain(t *testing.T) {
	dsn := os.Getenv("FOOTFALL_TEST_DSN")
	if dsn == "" {
		t.Log("FOOTFALL_TEST_DSN names no server, and the embedded database runs no background jobs")
		return
	}
	p := place{t, dbtest.Connect(t, dsn), dbtest.Schema(t, dsn), nil}
	roles, err := sql.RolesOf(t.Context(), p.conn, p.schema)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Enter(t, p.conn, p.schema)
	p.do("CREATE OR REPLACE PROCEDURE %s.close_days(job_id int, config jsonb) LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not today'; END $$", p.schema)
	p.do("SELECT alter_job(job_id, next_start => now()) FROM timescaledb_information.jobs WHERE proc_schema = '%s' AND proc_name = 'close_days'", p.schema)
	runs := func() (n int) { // that are over: total_runs counts one that goes on, and its end says when the next one starts
		t.Helper()
		if err := p.conn.QueryRow(t.Context(), `SELECT coalesce(sum(total_failures), 0) FROM timescaledb_information.job_stats JOIN timescaledb_information.jobs USING (job_id)
			WHERE proc_schema = $1 AND proc_name = 'close_days'`, p.schema).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	wait := func(want int) {
		t.Helper()
		for end := time.Now().Add(time.Minute); runs() < want; time.Sleep(200 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("the job ran %d times, want %d; has the server as many max_worker_processes as it needs for all databases?", runs(), want)
			}
		}
	}
	wait(1)
	p.do("SELECT alter_job(job_id, schedule_interval => '1 s') FROM timescaledb_information.jobs WHERE proc_schema = '%s' AND proc_name = 'close_days'", p.schema)
	wait(2)
	// As after many failures.
	p.do("SELECT alter_job(job_id, next_start => now() + INTERVAL '5 hours') FROM timescaledb_information.jobs WHERE proc_schema = '%s' AND proc_name = 'close_days'", p.schema)
	before := runs()
	time.Sleep(2 * time.Second)
	p.as(roles.Writer, func(tx pgx.Tx) error {
		if woken, err := sql.WakeJobs(t.Context(), tx, p.schema); err != nil || woken != 1 {
			t.Errorf("%d jobs are woken, %v", woken, err)
		}
		return nil
	})
	wait(before + 1)
	var failed bool
	p.as(roles.Reader, func(tx pgx.Tx) error {
		jobs, err := sql.Jobs(t.Context(), tx, p.schema)
		failed = slices.ContainsFunc(jobs, func(j sql.Job) bool { return j.Name == "close_days" && j.Failed })
		return err
	})
	if !failed {
		t.Error("nobody is told that the job fails")
	}
}
