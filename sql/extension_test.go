package sql_test

import (
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/sql"
)

// TimescaleDB may be in whichever schema: the writer stores, the jobs work, run by the server or in its place, and the reader finds the
// functions that queries call.
func TestExtensionMayBeInAnySchema(t *testing.T) {
	dbtest.Elsewhere(t, func(t *testing.T, dsn string) {
		schema := dbtest.Schema(t, dsn)
		p := place{t, dbtest.Connect(t, dsn), schema, nil}
		if err := sql.Migrate(t.Context(), p.conn, sql.Options{Schema: schema, Retention: age(24 * 90)}); err != nil {
			t.Fatal(err)
		}
		roles, err := sql.RolesOf(t.Context(), p.conn, schema)
		if err != nil {
			t.Fatal(err)
		}
		as := func(role, path, statement string, args ...any) {
			t.Helper()
			if err := pgx.BeginFunc(t.Context(), p.conn, func(tx pgx.Tx) error {
				if _, err := tx.Exec(t.Context(), "SET LOCAL ROLE "+role); err != nil {
					return err
				}
				if _, err := tx.Exec(t.Context(), "SELECT "+path, schema); err != nil {
					return err
				}
				_, err := tx.Exec(t.Context(), statement, args...)
				return err
			}); err != nil {
				t.Errorf("%s: %s: %v", role, statement, err)
			}
		}
		store := func() {
			as(roles.Writer, sql.Path, `SELECT store_events(array_agg(t), array_agg(u), array_agg('visit'::text), array_agg(''::text), array_agg(''::text), array_agg(''::text), array_agg('{}'::text),
					array_agg(gen_random_uuid()), array_agg(now()), array_agg(''::text), array_agg(NULL::timestamptz), array_agg(false), array_agg(0::bigint), '{}')
				FROM (SELECT now() - days * INTERVAL '1 day', u FROM unnest(ARRAY[0, 2, 5, 10, 100, 200]) AS days, unnest(ARRAY['ann', 'cookie']) AS u) e (t, u)`)
		}
		store()
		as(roles.Writer, sql.Path, `SELECT join_told('{cookie}', '{ann}', '{0}', ARRAY[now()], false), tell_traits('{ann}', '{"{}"}', ARRAY[now()])`)
		p.do("UPDATE %s.user_aliases SET joined_at = now() - INTERVAL '2 hours'", schema)
		if err := sql.SquashAliases(t.Context(), p.conn, schema); err != nil {
			t.Error(err)
		}
		if err := sql.RefreshRollups(t.Context(), p.conn, schema); err != nil {
			t.Error(err)
		}
		as(roles.Reader, sql.PathWithExtension, `SELECT time_bucket('1 hour', time), count(*) FROM known_events GROUP BY 1`)

		// A database that was moved keeps its roles, though one of them has rights on the extension's schema.
		p.do("UPDATE %s.installation SET database = 1 + (SELECT max(oid::bigint) FROM pg_database)", schema)
		if err := p.migrate(); err != nil {
			t.Error(err)
		}
		if again, err := sql.RolesOf(t.Context(), p.conn, schema); err != nil || again != roles {
			t.Errorf("moved, the roles are %v, %v", again, err)
		}

		extension := p.list("SELECT " + schema + ".extension_schema()")[0]
		if !strings.HasPrefix(extension, `"`) {
			t.Errorf("the extension is in %s: nothing is shown", extension)
		}
		jobs := p.list("SELECT job_id::text FROM " + schema + ".background_jobs() ORDER BY name DESC") // retention first: it drops two days
		if len(jobs) != 6 {
			t.Errorf("jobs %v", jobs)
		}
		p.do("DELETE FROM %s.closed_days", schema)
		for _, job := range jobs {
			p.do("CALL %s.run_job(%s)", extension, job)
		}
		done := strings.ReplaceAll(`SELECT concat_ws(' ', (SELECT sum(events) FROM SCHEMA.closed_days WHERE day > now() - INTERVAL '50 days'), (SELECT count(*) FROM SCHEMA.user_events), (SELECT sum(total_events) FROM SCHEMA.user_profiles),
			(SELECT count(*) FROM timescaledb_information.chunks WHERE hypertable_schema = 'SCHEMA' AND is_compressed))`, "SCHEMA", schema)
		if got := p.list(done)[0]; got != "6 8 12 2" {
			t.Errorf("events of closed days of late, events, events of profiles and compressed days after all jobs: %s", got)
		}

		// The same once more, in the place of a server that starts no job.
		store()
		p.do("SELECT %[1]s.decompress_chunk(c, if_compressed => true) FROM %[1]s.show_chunks('%[2]s.user_events') c", extension, schema)
		p.do("UPDATE %s.schema_migrations SET applied_at = now() - INTERVAL '3 days'", schema)
		p.do("UPDATE _timescaledb_internal.bgw_job_stat SET next_start = now() - INTERVAL '3 days', last_start = now() - INTERVAL '3 days' WHERE job_id IN (SELECT job_id FROM %s.background_jobs())", schema)
		for range 20 {
			as(roles.Writer, sql.Path, "SELECT run_overdue()")
		}
		as(roles.Writer, sql.Path, "SELECT wake_jobs()")
		if _, left, err := sql.RefreshOverdue(t.Context(), p.conn, schema, func(string) bool { return true }); err != nil || len(left) > 0 {
			t.Errorf("%v are left, %v", left, err)
		}
		if got := p.list(done)[0]; got != "12 16 24 2" {
			t.Errorf("events of closed days of late, events, events of profiles and compressed days after steps: %s", got)
		}
	})
}

// Where the extension's schema is somebody else's, migrate says what its owner has to do, and then the rest is as it should be.
func TestExtensionsSchemaMayBeSomebodyElses(t *testing.T) {
	if os.Getenv("FOOTFALL_TEST_DSN") == "" {
		t.Log("FOOTFALL_TEST_DSN names no server, and the embedded database has one user")
		return
	}
	dbtest.Elsewhere(t, func(t *testing.T, dsn string) {
		if strings.Contains(t.Name(), "embedded") {
			return
		}
		admin, server := place{t, dbtest.Connect(t, dsn), "", nil}, place{t, dbtest.Connect(t, os.Getenv("FOOTFALL_TEST_DSN")), "", nil}
		owner, database := "owner_"+unique(), admin.conn.Config().Database
		admin.do("CREATE ROLE %s LOGIN CREATEROLE; ALTER DATABASE %s OWNER TO %[1]s", owner, database)
		t.Cleanup(func() {
			server.do("DROP DATABASE %s WITH (FORCE)", database) // its jobs are at work: dropping the schema would meet them
			for _, role := range server.list("SELECT rolname::text FROM pg_roles WHERE rolname LIKE $1 || '%' UNION ALL SELECT $2", database, owner) {
				server.do("DROP ROLE %s", role)
			}
		})
		address, err := url.Parse(dsn)
		if err != nil {
			t.Fatal(err)
		}
		address.User = url.User(owner)
		var log string
		p := place{t, dbtest.Connect(t, address.String()), "footfall", nil}
		migrate := func() error {
			log = ""
			return sql.Migrate(t.Context(), p.conn, sql.Options{Log: func(line string) { log += line + "\n" }})
		}
		err = migrate()
		if err == nil {
			t.Fatal("it needs no rights on the extension's schema")
		}
		_, statement, _ := strings.Cut(err.Error(), "as the owner of that schema, ")
		usage, _, found := strings.Cut(statement, " WITH GRANT OPTION")
		if !found {
			t.Fatal(err)
		}
		admin.do("%s", usage)
		if err := migrate(); err != nil || !strings.Contains(log, "cannot be read") {
			t.Fatalf("with the right to use it alone: %v\n%s", err, log)
		}
		if err := dbtest.DropSchema(t.Context(), p.conn, "footfall"); err != nil {
			t.Fatal(err)
		}
		admin.do("%s", statement)
		if err := migrate(); err != nil || strings.Contains(log, "cannot be read") {
			t.Fatalf("with the right to pass it on: %v\n%s", err, log)
		}
	})
}
