package sql_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/internal/embedded"
	"github.com/footfall-analytics/footfall/sql"
)

func TestMigrateIsRepeatableAndChecked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		schema := dbtest.Schema(t, dsn)
		conn := dbtest.Connect(t, dsn)
		var steps []string
		log := func(s string) { steps = append(steps, s) }
		if err := sql.Migrate(t.Context(), conn, sql.Options{Schema: schema, Log: log}); err != nil {
			t.Fatal(err)
		}
		for _, step := range steps {
			if strings.HasPrefix(step, "migration") {
				t.Errorf("second run applied %s again", step)
			}
		}
		if _, err := sql.Check(t.Context(), conn, schema); err != nil {
			t.Error(err)
		}
		_, err := sql.Check(t.Context(), conn, "nowhere")
		if err == nil || !strings.Contains(err.Error(), "run collector migrate") {
			t.Errorf("Check of a schema that is not there: %v", err)
		}
		if _, err := conn.Exec(t.Context(), "INSERT INTO "+schema+".schema_migrations (version, name) VALUES ($1, 'later')", sql.LatestVersion+1); err != nil {
			t.Fatal(err)
		}
		version, err := sql.Check(t.Context(), conn, schema)
		if err == nil || version != sql.LatestVersion+1 {
			t.Errorf("Check of a newer schema: version %d, %v", version, err)
		}
	})
}

func age(hours time.Duration) *time.Duration {
	d := hours * time.Hour
	return &d
}

func TestPoliciesFollowTheOptions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		schema := dbtest.Schema(t, dsn)
		conn := dbtest.Connect(t, dsn)
		if jobs := policies(t, conn, schema); jobs != "policy_compression, policy_refresh_continuous_aggregate x2" {
			t.Errorf("by default: %s", jobs)
		}
		kept := sql.Options{Schema: schema, CompressAfter: age(24), Retention: age(365 * 24)}
		if err := sql.Migrate(t.Context(), conn, kept); err != nil {
			t.Fatal(err)
		}
		if jobs := policies(t, conn, schema); jobs != "policy_compression, policy_refresh_continuous_aggregate x2, policy_retention" {
			t.Errorf("with retention: %s", jobs)
		}
		ids := place{t, conn, schema, nil}.list("SELECT job_id::text FROM " + schema + ".background_jobs() ORDER BY 1")
		migrate := func(opts sql.Options, want string) {
			t.Helper()
			opts.Schema = schema
			var log string
			opts.Log = func(line string) { log += line }
			if err := sql.Migrate(t.Context(), conn, opts); err != nil || log != want {
				t.Errorf("%q, %v, want %q", log, err, want)
			}
		}
		// What is not named stays, with the jobs that do it.
		migrate(sql.Options{}, "policies: columnstore after 24h0m0s, retention 8760h0m0s")
		if again := (place{t, conn, schema, nil}).list("SELECT job_id::text FROM " + schema + ".background_jobs() ORDER BY 1"); !slices.Equal(ids, again) {
			t.Errorf("the jobs are %v instead of %v", again, ids)
		}
		migrate(sql.Options{CompressAfter: age(48)}, "policies: columnstore after 48h0m0s, retention 8760h0m0s")
		migrate(sql.Options{Retention: age(24 * 90)}, "policies: columnstore after 48h0m0s, retention 2160h0m0s")
		migrate(sql.Options{Retention: age(0)}, "policies: columnstore after 48h0m0s, retention off")
		if jobs := policies(t, conn, schema); jobs != "policy_compression, policy_refresh_continuous_aggregate x2" {
			t.Errorf("with retention off: %s", jobs)
		}
		// Also what was set by other means, in months.
		dbtest.Enter(t, conn, schema)
		place{t, conn, schema, nil}.do("SELECT add_retention_policy('user_events', INTERVAL '1 year'); RESET search_path")
		migrate(sql.Options{}, "policies: columnstore after 48h0m0s, retention 8766h0m0s")
	})
}

func policies(t *testing.T, conn *pgx.Conn, schema string) string {
	t.Helper()
	var jobs string
	err := conn.QueryRow(t.Context(), `SELECT string_agg(proc_name || CASE WHEN n > 1 THEN ' x' || n ELSE '' END, ', ' ORDER BY proc_name)
		FROM (SELECT proc_name, count(*) n FROM timescaledb_information.jobs j
			LEFT JOIN timescaledb_information.continuous_aggregates c
				ON (j.hypertable_schema, j.hypertable_name) IN ((c.view_schema, c.view_name), (c.materialization_hypertable_schema, c.materialization_hypertable_name))
			WHERE '`+schema+`' IN (j.hypertable_schema, c.view_schema) GROUP BY 1) counted`).Scan(&jobs)
	if err != nil {
		t.Fatal(err)
	}
	return jobs
}

// Everything that is written twice is there once, also when its day is already in the columnstore.
func TestEventsAreStoredOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		schema := dbtest.Schema(t, dsn)
		conn := dbtest.Connect(t, dsn)
		insert := `INSERT INTO ` + schema + `.user_events (time, user_id, user_key, event_type, event_id)
			SELECT '2026-01-01'::timestamptz + n * interval '1 minute', 'u' || n % 7, ` + schema + `.user_key_of('u' || n % 7), 'visit', ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid
			FROM generate_series(1, 100) n ON CONFLICT DO NOTHING`
		for n := range 3 {
			if _, err := conn.Exec(t.Context(), insert); err != nil {
				t.Fatal(err)
			}
			if n == 1 {
				dbtest.Compress(t, conn, schema, 0)
			}
		}
		var events, users int
		err := conn.QueryRow(t.Context(), `SELECT count(*), count(DISTINCT user_key) FROM `+schema+`.user_events`).Scan(&events, &users)
		if err != nil || events != 100 || users != 7 {
			t.Errorf("%d events of %d users, %v; want 100 of 7", events, users, err)
		}
	})
}

// After a refresh, each rollup says what the events say.
func TestRollupsAgreeWithTheEvents(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		schema := dbtest.Schema(t, dsn)
		conn := dbtest.Connect(t, dsn)
		if _, err := conn.Exec(t.Context(), `INSERT INTO `+schema+`.user_events (time, user_id, user_key, event_type, event_id)
			SELECT '2026-03-01'::timestamptz + n * interval '7 minutes', u, `+schema+`.user_key_of(u), 'e' || n % 5, gen_random_uuid()
			FROM generate_series(1, 2000) n CROSS JOIN LATERAL (SELECT nullif('u' || n % 31, 'u3') AS u) users`); err != nil {
			t.Fatal(err)
		}
		if err := sql.RefreshRollups(t.Context(), conn, schema); err != nil {
			t.Fatal(err)
		}
		late := `INSERT INTO ` + schema + `.user_events (time, user_id, user_key, event_type, event_id) VALUES ('2026-03-02 12:00Z', 'late', ` + schema + `.user_key_of('late'), 'e9', gen_random_uuid())`
		if _, err := conn.Exec(t.Context(), late); err != nil {
			t.Fatal(err)
		}
		if err := sql.RefreshRollups(t.Context(), conn, schema); err != nil {
			t.Fatal(err)
		}
		for rollup, source := range map[string]string{
			"event_counts_15min":  `SELECT time_bucket('15 minutes', time), event_type, count(*) FROM user_events GROUP BY 1, 2`,
			"active_users_hourly": `SELECT time_bucket('1 hour', time), count(DISTINCT user_id) FROM user_events GROUP BY 1`,
		} {
			var rows, differences int
			err := pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
				if _, err := tx.Exec(t.Context(), "SELECT "+sql.PathWithExtension, schema); err != nil {
					return err
				}
				return tx.QueryRow(t.Context(), `WITH rollup AS (SELECT * FROM `+rollup+`), source AS (`+source+`)
					SELECT (SELECT count(*) FROM rollup), (SELECT count(*) FROM ((TABLE rollup EXCEPT TABLE source) UNION ALL (TABLE source EXCEPT TABLE rollup)) d)`,
				).Scan(&rows, &differences)
			})
			if err != nil || rows == 0 || differences != 0 {
				t.Errorf("%s: %d rows, %d differ from the events, %v", rollup, rows, differences, err)
			}
		}
	})
}

func TestServerWithoutTimescaleDBIsToldWhatIsMissing(t *testing.T) {
	plain, err := embedded.Start(t.Context(), embedded.Options{WithoutTimescaleDB: true})
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Stop()
	conn := dbtest.Connect(t, plain.DSN())
	err = sql.Migrate(t.Context(), conn, sql.Options{})
	if err == nil || !strings.Contains(err.Error(), "has no TimescaleDB extension: install TimescaleDB 2.18.1 or later") {
		t.Errorf("Migrate: %v", err)
	}
	_, err = sql.Check(t.Context(), conn, sql.DefaultSchema)
	if err == nil || !strings.Contains(err.Error(), "extension is not enabled") {
		t.Errorf("Check: %v", err)
	}
}

func TestOptionsAreValidated(t *testing.T) {
	for want, opts := range map[string]sql.Options{
		`schema "Foot;fall"`: {Schema: "Foot;fall"},
		"retention 24h0m0s":  {Retention: age(24)},
		"compress after 0s":  {CompressAfter: age(0)},
	} {
		if err := sql.Migrate(t.Context(), nil, opts); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v", opts, err)
		}
	}
}
