package sql_test

import (
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/sql"
)

// The roles can do what their programs do, and nothing else.
func TestRolesHaveNoMoreThanTheyNeed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		schema := dbtest.Schema(t, dsn)
		conn := dbtest.Connect(t, dsn)
		roles, err := sql.RolesOf(t.Context(), conn, schema)
		if err != nil {
			t.Fatal(err)
		}
		stored := `SELECT * FROM store_events('{2026-01-01}', '{u}', '{visit}', '{""}', '{""}', '{""}', '{"{}"}', ARRAY[gen_random_uuid()], ARRAY[now()], '{""}', '{null}', '{false}', '{0}', '{}')`
		event := `INSERT INTO user_events (time, user_id, user_key, event_type, event_id) VALUES ('2026-01-01', 'u', user_key_of('u'), 'visit', gen_random_uuid()) ON CONFLICT DO NOTHING`
		for _, c := range []struct {
			role, statement string
			allowed         bool
		}{
			{roles.Writer, stored, true},
			{roles.Writer, event, false},
			{roles.Reader, stored, false},
			{roles.Writer, `INSERT INTO write_keys (name, key_hash) VALUES ('mine', '')`, false},
			{roles.Writer, `SELECT count(*) FROM write_keys, forgotten_users, forget_state, installation`, true},
			{roles.Writer, `SELECT max(version) FROM schema_migrations`, true},
			{roles.Writer, `INSERT INTO user_profiles (user_id) VALUES ('u')`, false},
			{roles.Writer, `SELECT tell_traits('{u}', '{"{}"}', '{2026-01-01}')`, true},
			{roles.Writer, `SELECT join_told('{a}', '{u}', '{0}', '{2026-01-01}', false)`, true},
			{roles.Writer, `SELECT join_users('a', 'u')`, false},
			{roles.Writer, `SELECT count(*) FROM user_events`, false},
			{roles.Writer, `DELETE FROM user_events`, false},
			{roles.Writer, `DROP TABLE user_profiles`, false},
			{roles.Writer, `SELECT mark_late_days(ARRAY[now() - interval '3 days', now()])`, false},
			{roles.Writer, `DELETE FROM closed_days`, false},
			{roles.Writer, `SELECT wake_jobs(), run_overdue(), count(*) FROM background_jobs()`, true},
			{roles.Reader, `SELECT run_overdue()`, false},
			{roles.Reader, `SELECT wake_jobs()`, false},
			{roles.Reader, `CREATE TEMP TABLE mine (n int)`, false},
			{roles.Writer, `CREATE TEMP TABLE mine (n int)`, false},
			{roles.Reader, `CREATE TABLE public.mine (n int)`, false},
			{roles.Reader, `SELECT lo_create(0)`, false},
			{roles.Reader, `SELECT lo_from_bytea(0, 'x')`, false},
			{roles.Reader, `SELECT add_job('pg_stat_reset'::regproc, '1h')`, false},
			{roles.Reader, `INSERT INTO late_days VALUES ('2026-01-01', 1)`, false},
			{roles.Reader, `SELECT count(*) FROM user_events, user_profiles, active_users_hourly, event_counts_15min, event_blocks, quarter_counts, closed_days, late_days, user_aliases, alias_changes, schema_migrations, installation, background_jobs()`, true},
			{roles.Reader, event, false},
			{roles.Reader, `UPDATE user_profiles SET segment = 'x'`, false},
			{roles.Reader, `CREATE TABLE mine (n int)`, false},
			{roles.Reader, `INSERT INTO schema_migrations VALUES (99, 'x')`, false},
			{roles.Reader, `SELECT count(*) FROM segments, segment_members, segment_refreshes`, true},
			{roles.Reader, `INSERT INTO segments (name) VALUES ('x')`, false},
			{roles.Reader, `INSERT INTO segment_members (segment_id, user_key, entered_at) VALUES (1, 1, now())`, false},
			{roles.Reader, `UPDATE segment_turn SET holder = NULL`, false},
			{roles.Reader, `SELECT FROM segment_turn FOR UPDATE`, false},
			{roles.Writer, `SELECT count(*) FROM segments`, false},
			{roles.Writer, `SELECT count(*) FROM segment_members`, false},
			{roles.Writer, `UPDATE segments SET title = 'x'`, false},
			{roles.Analyzer, `SELECT count(*) FROM user_events, user_profiles, active_users_hourly, event_counts_15min, event_blocks, quarter_counts, closed_days, late_days, user_aliases, alias_changes, schema_migrations, installation, background_jobs()`, true},
			{roles.Analyzer, `INSERT INTO segments (name) VALUES ('x'); INSERT INTO segment_members (segment_id, user_key, entered_at) SELECT id, 1, now() FROM segments;
				UPDATE segment_members SET left_at = now() + INTERVAL '1 second'; UPDATE segments SET title = 'x'; UPDATE segment_turn SET holder = NULL;
				INSERT INTO segment_refreshes (segment_id, at, version, size, entered, "left", took) SELECT id, now(), 1, 1, 1, 0, '0' FROM segments`, true},
			{roles.Analyzer, `DELETE FROM segments`, false},
			{roles.Analyzer, `DELETE FROM segment_members`, false},
			{roles.Analyzer, `UPDATE segment_refreshes SET size = 0`, false},
			{roles.Analyzer, `DELETE FROM segment_turn`, false},
			{roles.Analyzer, event, false},
			{roles.Analyzer, stored, false},
			{roles.Analyzer, `UPDATE user_profiles SET segment = 'x'`, false},
			{roles.Analyzer, `SELECT count(*) FROM write_keys`, false},
			{roles.Analyzer, `SELECT count(*) FROM forgotten_users`, false},
			{roles.Analyzer, `SELECT run_overdue()`, false},
			{roles.Analyzer, `CREATE TABLE mine (n int)`, false},
			{roles.Analyzer, `CREATE TEMP TABLE mine (n int)`, false},
			{roles.Analyzer, `SELECT lo_create(0)`, false},
		} {
			tx, err := conn.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Exec(t.Context(), "SELECT "+sql.PathWithExtension, schema); err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Exec(t.Context(), `SET LOCAL ROLE `+c.role); err != nil {
				t.Fatal(err)
			}
			_, err = tx.Exec(t.Context(), c.statement)
			if (err == nil) != c.allowed {
				t.Errorf("%s: %s: %v", c.role, c.statement, err)
			}
			if err := tx.Rollback(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// What runs with the owner's rights, or on the owner's behalf, finds nothing that others may have made, and only those execute it who
// need to. Said of whatever the schema has.
func TestRoutinesFindTheirOwnObjectsOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		schema := dbtest.Schema(t, dsn)
		conn := dbtest.Connect(t, dsn)
		rows, err := conn.Query(t.Context(), `SELECT p.oid::regprocedure::text, prosecdef, l.lanname, prosrc,
				coalesce((SELECT split_part(c, '=', 2) FROM unnest(proconfig) c WHERE c LIKE 'search_path=%'), ''),
				EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee = 0)
			FROM pg_proc p JOIN pg_language l ON l.oid = prolang WHERE pronamespace = $1::text::regnamespace`, schema)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		var name, language, body, path string
		var definer, public bool
		_, err = pgx.ForEachRow(rows, []any{&name, &definer, &language, &body, &path, &public}, func() error {
			n++
			closed := schema + ", pg_temp"
			commits := strings.Contains(body, "COMMIT;")
			if public {
				t.Errorf("everybody may execute %s", name)
			}
			if strings.Contains(body, "advisory") {
				t.Errorf("%s takes advisory locks, which everybody may hold", name)
			}
			if definer && (commits || path != closed) || language == "plpgsql" && !commits && path != closed {
				t.Errorf("%s looks names up in %q, not in %q", name, path, closed)
			}
			// What commits cannot have a path of its own: it sets one, first of all and after each COMMIT.
			set := `PERFORM pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp', pg_catalog.jsonb_extract_path_text(config, 'schema')), true)`
			for i, part := range strings.Split(body, "COMMIT;") {
				if _, statements, begins := strings.Cut(part, "BEGIN"); begins && i == 0 {
					part = statements
				}
				if commits && !strings.HasPrefix(strings.TrimSpace(part), set) && !endsOrLoops(part) {
					t.Errorf("%s goes on without a path: %.60s", name, strings.TrimSpace(part))
				}
			}
			return nil
		})
		if err != nil || n < 15 {
			t.Errorf("%d routines, %v", n, err)
		}
	})
}

// endsOrLoops says whether what follows a COMMIT is nothing but the end of a loop or of the procedure.
func endsOrLoops(part string) bool {
	_, after, loops := strings.Cut(strings.TrimSpace(part), "END LOOP;")
	after = strings.TrimSpace(after)
	return !loops && strings.TrimSpace(part) == "END" || loops && (after == "END" || strings.HasPrefix(after, "PERFORM pg_catalog.set_config('search_path'"))
}

// trap returns the body of a function that a writer made. Whoever else calls it gets an error that tells of it.
func trap(writer, result string) string {
	return fmt.Sprintf(`LANGUAGE plpgsql AS $$ BEGIN IF current_user <> '%s' THEN RAISE EXCEPTION USING MESSAGE = 'trapped ' || current_user; END IF; %s; END $$`, writer, result)
}

// A writer puts traps wherever names may be looked up: tables with the names of the schema's and types with the names of the system's
// in its own temporary schema, functions that fit better than the system's in public. The rights that it needs for them, which it has
// not any more, are given to it here. Whatever it may call, and whatever the owner does regularly, does not run into one.
func TestWritersCodeNeverRunsAsOwner(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		schema := dbtest.Schema(t, dsn)
		p := place{t, dbtest.Connect(t, dsn), schema, nil}
		roles, err := sql.RolesOf(t.Context(), p.conn, schema)
		if err != nil {
			t.Fatal(err)
		}
		dbtest.Enter(t, p.conn, schema)
		p.do("%s", visits)
		p.do("%s", aliases)
		tables := p.list(`SELECT relname FROM pg_class WHERE relnamespace = $1::text::regnamespace AND relkind IN ('r', 'v', 'm') ORDER BY 1`, schema)
		calls := p.list(`SELECT format('SELECT %s.%I(%s)', pronamespace::regnamespace, proname, coalesce((SELECT string_agg(quote_nullable(CASE t::regtype::text
					WHEN 'bigint' THEN '1' WHEN 'integer' THEN '1' WHEN 'text' THEN 'dan' WHEN 'jsonb' THEN '{}' WHEN 'timestamp with time zone' THEN '2026-03-01' WHEN 'timestamp with time zone[]' THEN '{2026-03-01}'
					WHEN 'boolean[]' THEN '{true}' WHEN 'uuid[]' THEN '{00000000-0000-0000-0000-000000000001}' WHEN 'jsonb[]' THEN '{"{}"}' WHEN 'text[]' THEN '{"{}"}' END), ', ' ORDER BY i)
				FROM unnest(proargtypes) WITH ORDINALITY a (t, i)), ''))
			FROM pg_proc WHERE pronamespace = $1::text::regnamespace AND prokind = 'f' AND has_function_privilege($2, oid, 'EXECUTE') ORDER BY 1`, schema, roles.Writer)
		if len(tables) < 15 || len(calls) < 5 {
			t.Fatalf("tables %v, calls %v", tables, calls)
		}
		p.do("GRANT CREATE ON SCHEMA public TO %[1]s; GRANT TEMPORARY ON DATABASE %[2]s TO %[1]s", roles.Writer, p.list("SELECT quote_ident(current_database())")[0])
		for _, table := range tables {
			p.do("CREATE TEMP TABLE %[1]s (LIKE %[2]s.%[1]s); ALTER TABLE pg_temp.%[1]s OWNER TO %[3]s", table, schema, roles.Writer)
		}
		p.do("SET ROLE %s", roles.Writer)
		p.do("CREATE FUNCTION pg_temp.written() RETURNS trigger %s", trap(roles.Writer, "RETURN NULL"))
		p.do("CREATE FUNCTION pg_temp.looked_up() RETURNS boolean %s", trap(roles.Writer, "RETURN true"))
		for _, table := range tables {
			p.do("CREATE TRIGGER written BEFORE INSERT OR UPDATE OR DELETE ON pg_temp.%s FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.written()", table)
		}
		types := []string{"timestamptz", "jsonb", "int8", "int4", "date", "tid", "text", "uuid", "interval", "bytea", "bool", "regclass", "timestamp"}
		for _, name := range types {
			p.do("CREATE FUNCTION public.unnest(pg_catalog.%[1]s[]) RETURNS SETOF pg_catalog.%[1]s %[2]s", name, trap(roles.Writer, "RETURN QUERY SELECT pg_catalog.unnest($1)"))
		}
		for _, name := range types {
			p.do(`CREATE DOMAIN pg_temp."%[1]s" AS pg_catalog.%[1]s CHECK (pg_temp.looked_up())`, name)
		}
		for _, call := range calls {
			if _, err := p.conn.Exec(t.Context(), call); err != nil {
				t.Errorf("%s: %v", call, err)
			}
		}
		p.do("RESET ROLE; DISCARD TEMP")
		if err := sql.RefreshRollups(t.Context(), p.conn, schema); err != nil {
			t.Error(err)
		}
		if err := sql.SquashAliases(t.Context(), p.conn, schema); err != nil {
			t.Error(err)
		}
		if err := sql.Migrate(t.Context(), p.conn, sql.Options{Schema: schema, Retention: age(24 * 365)}); err != nil {
			t.Error(err)
		}
	})
}

// Whoever may read, and nothing else, holds up nobody: neither what stores events, nor what is done regularly, nor migrations.
func TestReadersHoldUpNobody(t *testing.T) {
	dsn := os.Getenv("FOOTFALL_TEST_DSN")
	if dsn == "" {
		t.Log("FOOTFALL_TEST_DSN names no server, and the embedded database has one session")
		return
	}
	p := place{t, dbtest.Connect(t, dsn), dbtest.Schema(t, dsn), nil}
	reader := place{t, dbtest.Connect(t, dsn), p.schema, nil}
	roles, err := sql.RolesOf(t.Context(), p.conn, p.schema)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Enter(t, p.conn, p.schema)
	p.do("%s", visits)
	p.do("%s", aliases)
	dbtest.Enter(t, reader.conn, p.schema)
	reader.do("SET ROLE %s; BEGIN", roles.Reader)
	held := 0
	try := func(format string, args ...any) {
		if _, err := reader.conn.Exec(t.Context(), "SAVEPOINT s"); err != nil {
			t.Fatal(err)
		}
		if _, err := reader.conn.Exec(t.Context(), fmt.Sprintf(format, args...)); err == nil {
			held++
			return
		}
		reader.do("ROLLBACK TO s")
	}
	for _, table := range p.list(`SELECT relname FROM pg_class WHERE relnamespace = $1::text::regnamespace AND relkind IN ('r', 'v', 'm') ORDER BY 1`, p.schema) {
		for _, mode := range []string{"ACCESS EXCLUSIVE", "EXCLUSIVE", "SHARE ROW EXCLUSIVE", "SHARE", "SHARE UPDATE EXCLUSIVE", "ROW EXCLUSIVE", "ROW SHARE", "ACCESS SHARE"} {
			try("LOCK TABLE %s IN %s MODE NOWAIT", table, mode)
		}
		for _, strength := range []string{"UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"} {
			try("SELECT FROM %s FOR %s NOWAIT", table, strength)
		}
	}
	for _, key := range []string{"footfall migrate", "footfall squash " + p.schema + ", public", "footfall close day " + p.schema + ", public2026-03-01"} {
		try("SELECT pg_advisory_lock(hashtextextended('%s', 0))", key)
	}
	try("SELECT pg_advisory_lock(hashtext('footfall profiles'), 'user_profiles'::regclass::oid::int)")
	if held < 10 {
		t.Fatalf("the reader holds %d locks only", held)
	}
	p.do("SET lock_timeout = '3s'")
	for what, err := range map[string]error{
		"squash":  sql.SquashAliases(t.Context(), p.conn, p.schema),
		"refresh": sql.RefreshRollups(t.Context(), p.conn, p.schema),
		"migrate": sql.Migrate(t.Context(), p.conn, sql.Options{Schema: p.schema, Retention: age(24 * 365)}),
	} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	p.do("SELECT tell_traits('{ann}', '{\"{}\"}', '{2026-01-01}'), join_users('tablet', 'ann'), run_overdue()")
	if n := p.list("SELECT count(*)::text FROM closed_days WHERE events > 0")[0]; n != "3" {
		t.Errorf("%s days are closed", n)
	}
}

// An owner of the database who is no superuser can do all that is to be done, and says what a superuser should.
func TestOwnersNeedNotBeSuperusers(t *testing.T) {
	dsn := os.Getenv("FOOTFALL_TEST_DSN")
	if dsn == "" {
		t.Log("FOOTFALL_TEST_DSN names no server, and the embedded database has one user")
		return
	}
	admin := place{t, dbtest.Connect(t, dsn), "", nil}
	owner := "owner_" + unique()
	admin.do("CREATE ROLE %s LOGIN CREATEROLE PASSWORD 'secret'", owner)
	admin.do("CREATE DATABASE %[1]s OWNER %[1]s TEMPLATE template0", owner)
	t.Cleanup(func() {
		admin.do("DROP DATABASE %s WITH (FORCE)", owner)
		for _, role := range admin.list("SELECT rolname::text FROM pg_roles WHERE rolname LIKE $1 || '_%' UNION ALL SELECT $1", owner) {
			admin.do("DROP ROLE %s", role)
		}
	})
	address, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	address.Path, address.User = "/"+owner, url.UserPassword(owner, "secret")
	var log []string
	p := place{t, dbtest.Connect(t, address.String()), "footfall", nil}
	if err := sql.Migrate(t.Context(), p.conn, sql.Options{Log: func(line string) { log = append(log, line) }}); err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(log, "\n"); !strings.Contains(text, "restrict.sql") || strings.Contains(text, "temporary") || strings.Contains(text, "are looked up") {
		t.Errorf("it logs\n%s", text)
	}
	dbtest.Enter(t, p.conn, "footfall")
	p.do("%s", visits)
	p.do("%s", aliases)
	for _, err := range []error{sql.SquashAliases(t.Context(), p.conn, "footfall"), sql.RefreshRollups(t.Context(), p.conn, "footfall"),
		sql.Migrate(t.Context(), p.conn, sql.Options{Retention: age(24 * 365)})} {
		if err != nil {
			t.Error(err)
		}
	}
	roles, err := sql.RolesOf(t.Context(), p.conn, "footfall")
	if err != nil {
		t.Fatal(err)
	}
	p.do("CREATE ROLE %s_grafana IN ROLE %s", owner, roles.Reader)
	restricted := dbtest.Connect(t, strings.Replace(dsn, "/"+admin.conn.Config().Database, "/"+owner, 1))
	text, err := os.ReadFile("restrict.sql")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := restricted.Exec(t.Context(), string(text)); err != nil {
		t.Fatal(err)
	}
	for _, function := range []string{"add_job", "lo_create", "lo_from_bytea", "pg_logical_emit_message"} {
		if n := p.list("SELECT count(*)::text FROM pg_proc WHERE proname = $1 AND has_function_privilege($2, oid, 'EXECUTE')", function, owner+"_grafana")[0]; n != "0" {
			t.Errorf("readers may execute %s", function)
		}
	}
	if err := sql.Migrate(t.Context(), p.conn, sql.Options{CompressAfter: age(48)}); err != nil {
		t.Error(err)
	}
	p.do("SELECT add_job('footfall.close_days'::regproc, '1h')")
}
