package sql_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/sql"
)

// place is a schema of a database.
type place struct {
	*testing.T
	conn   *pgx.Conn
	schema string
	// made are the roles to be dropped after the test.
	made *[]string
}

func (p place) do(format string, args ...any) {
	p.Helper()
	if _, err := p.conn.Exec(context.WithoutCancel(p.Context()), fmt.Sprintf(format, args...)); err != nil {
		p.Fatal(err)
	}
}

func (p place) migrate() error {
	return sql.Migrate(p.Context(), p.conn, sql.Options{Schema: p.schema})
}

func (p place) mustMigrate() sql.Roles {
	p.Helper()
	if err := p.migrate(); err != nil {
		p.Fatal(err)
	}
	roles, err := sql.RolesOf(p.Context(), p.conn, p.schema)
	if err != nil {
		p.Fatal(err)
	}
	*p.made = append(*p.made, roles.Writer, roles.Reader, roles.Analyzer)
	return roles
}

// login makes a login user that is a member of roles.
func (p place) login(roles ...string) string {
	p.Helper()
	name := "u" + unique()
	p.do("CREATE ROLE %s LOGIN", name)
	*p.made = append(*p.made, name)
	for _, role := range roles {
		p.do("GRANT %s TO %s", role, name)
	}
	return name
}

// reads returns what a role may read of the schema, and of the chunks behind it; calls is what it may execute there.
func (p place) reads(role string) (objects []string) {
	p.Helper()
	return p.list(`SELECT c.oid::regclass::text FROM pg_class c WHERE relkind IN ('r', 'v', 'm', 'S', 'p')
		AND (relnamespace = $1::text::regnamespace OR c.oid IN (
			SELECT format('%I.%I', chunk_schema, chunk_name)::regclass FROM timescaledb_information.chunks WHERE hypertable_schema = $1::text
			UNION ALL SELECT (to_jsonb(z)->>'compress_relid')::regclass FROM timescaledb_information.chunks k JOIN _timescaledb_catalog.compression_settings z
				ON z.relid = format('%I.%I', k.chunk_schema, k.chunk_name)::regclass WHERE hypertable_schema = $1::text))
		AND (has_table_privilege($2, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER, REFERENCES')) ORDER BY 1`, p.schema, role)
}

func (p place) calls(role string) []string {
	p.Helper()
	return p.list(`SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = $1::text::regnamespace AND has_function_privilege($2, oid, 'EXECUTE') ORDER BY 1`, p.schema, role)
}

func (p place) list(query string, args ...any) []string {
	p.Helper()
	rows, err := p.conn.Query(context.WithoutCancel(p.Context()), query, args...)
	if err != nil {
		p.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		p.Fatal(err)
	}
	return list
}

// rights returns what the roles hold in the schema, with which is which.
func (p place) rights(roles sql.Roles) []string {
	p.Helper()
	return p.list(`SELECT name || ': ' || CASE grantee::regrole::text WHEN $2 THEN 'writer ' WHEN $3 THEN 'reader ' ELSE 'analyzer ' END || privilege_type FROM (
			SELECT relname::text, relacl FROM pg_class WHERE relnamespace = $1::text::regnamespace
			UNION ALL SELECT proname, proacl FROM pg_proc WHERE pronamespace = $1::text::regnamespace
			UNION ALL SELECT 'the schema', nspacl FROM pg_namespace WHERE nspname = $1::text
		) objects (name, acl) CROSS JOIN aclexplode(acl) WHERE grantee::regrole::text IN ($2, $3, $4) ORDER BY 1`, p.schema, roles.Writer, roles.Reader, roles.Analyzer)
}

// wantNothing reports what the roles may do here.
func (p place) wantNothing(roles ...string) {
	p.Helper()
	for _, role := range roles {
		if objects := slices.Concat(p.reads(role), p.calls(role)); len(objects) > 0 {
			p.Errorf("%s may use %v", role, objects)
		}
	}
}

func unique() string { return strings.ReplaceAll(uuid.NewString(), "-", "")[:12] }

// places are two schemas of one database; on a server, the schema of the same name in two databases too.
func places(t *testing.T, test func(t *testing.T, a, b place)) {
	newPlace := func(t *testing.T, dsn, schema string, made *[]string) place {
		p := place{t, dbtest.Connect(t, dsn), schema, made}
		t.Cleanup(func() {
			if err := dbtest.DropSchema(context.Background(), p.conn, p.schema); err != nil {
				p.Error(err)
			}
		})
		return p
	}
	dropRoles := func(t *testing.T, dsn string) *[]string {
		made, conn := &[]string{}, dbtest.Connect(t, dsn)
		t.Cleanup(func() {
			p := place{t, conn, "", made}
			for _, role := range p.list(`SELECT rolname FROM pg_roles WHERE rolname = ANY ($1)`, *made) {
				p.do("DROP OWNED BY %[1]s; DROP ROLE %[1]s", role)
			}
		})
		return made
	}
	dbtest.Each(t, func(t *testing.T, dsn string) {
		t.Run("schemas", func(t *testing.T) {
			made := dropRoles(t, dsn)
			test(t, newPlace(t, dsn, "site_"+unique(), made), newPlace(t, dsn, "site_"+unique(), made))
		})
	})
	dsn := os.Getenv("FOOTFALL_TEST_DSN")
	if dsn == "" {
		return
	}
	t.Run("databases", func(t *testing.T) {
		made := dropRoles(t, dsn)
		a := newPlace(t, dsn, "site_"+unique(), made)
		other := "footfall_" + unique()
		a.do("CREATE DATABASE %s TEMPLATE template0", other)
		t.Cleanup(func() { a.do("DROP DATABASE %s WITH (FORCE)", other) })
		address, err := url.Parse(dsn)
		if err != nil {
			t.Fatal(err)
		}
		address.Path = "/" + other
		b := newPlace(t, address.String(), a.schema, made)
		b.do("CREATE EXTENSION timescaledb")
		test(t, a, b)
	})
}

const someEvents = `INSERT INTO %[1]s.user_events (time, user_id, user_key, event_type, event_id)
	SELECT timestamptz '2026-03-01' + n * INTERVAL '12 hours', 'ann', %[1]s.user_key_of('ann'), 'visit', gen_random_uuid() FROM generate_series(1, 4) n`

// addEvents stores some, and moves their days to the columnstore.
func (p place) addEvents() {
	p.Helper()
	p.do(someEvents, p.schema)
	dbtest.Compress(p, p.conn, p.schema, 0)
}

// The roles of an installation have no rights on another one.
func TestInstallationsAreApart(t *testing.T) {
	places(t, func(t *testing.T, a, b place) {
		first, second := a.mustMigrate(), b.mustMigrate()
		a.addEvents()
		b.addEvents()
		if len(a.reads(first.Reader)) < 15 || len(b.calls(second.Writer)) < 5 {
			t.Errorf("the own roles may only use %v, %v", a.reads(first.Reader), b.calls(second.Writer))
		}
		a.wantNothing(second.Writer, second.Reader)
		b.wantNothing(first.Writer, first.Reader)
		for _, p := range []place{a, b} {
			p.wantNothing(p.login())
		}
	})
}

// before makes both places as older versions did, with the same roles.
func before(t *testing.T, version int, list ...place) sql.Roles {
	t.Helper()
	shared := sql.Roles{Writer: "w" + unique(), Reader: "r" + unique()}
	t.Cleanup(sql.SetClusterRoles(shared))
	for _, p := range list {
		if err := sql.MigrateAsBefore(t.Context(), p.conn, p.schema, version, shared); err != nil {
			t.Fatal(err)
		}
		p.addEvents()
	}
	*list[0].made = append(*list[0].made, shared.Writer, shared.Reader)
	return shared
}

// An only installation takes over who was a member of the roles of all of them.
func TestUpgradeKeepsTheMembers(t *testing.T) {
	places(t, func(t *testing.T, a, _ place) {
		shared := before(t, sql.LastVersionOfSharedRoles, a)
		collector, grafana := a.login(shared.Writer), a.login(shared.Reader)
		could, called := a.reads(grafana), a.calls(collector)
		roles := a.mustMigrate()
		a.wantNothing(shared.Writer, shared.Reader)
		for _, object := range could {
			if !slices.Contains(a.reads(grafana), object) {
				t.Errorf("Grafana may not read %s any more", object)
			}
		}
		for _, routine := range []string{"store_events", "join_told", "user_key_of"} {
			if !slices.ContainsFunc(a.calls(collector), func(c string) bool { return strings.Contains(c, routine) }) || len(called) == 0 {
				t.Errorf("the collector may not call %s any more", routine)
			}
		}
		if again := a.mustMigrate(); again != roles {
			t.Errorf("migrated again, the roles are %v", again)
		}
	})
}

// Where the roles of all installations served several, nobody is taken over before somebody has said whose they are; nothing has
// changed then.
func TestUpgradeOfSeveralInstallations(t *testing.T) {
	places(t, func(t *testing.T, a, b place) {
		shared := before(t, sql.LastVersionOfSharedRoles, a, b)
		first, second := a.login(shared.Reader), b.login(shared.Reader)
		say := func(p place, member string, others string) {
			t.Helper()
			err := p.migrate()
			if err == nil || !strings.Contains(err.Error(), member) || !strings.Contains(err.Error(), others) {
				t.Fatalf("nobody said whose %s is: %v", member, err)
			}
			if len(p.reads(member)) == 0 {
				t.Errorf("%s may read nothing, though nothing should have changed", member)
			}
			_, statements, _ := strings.Cut(err.Error(), "again:\n")
			if !strings.Contains(statements, "CREATE ROLE") {
				t.Fatalf("%v says not what to do", err)
			}
			create, grant, _ := strings.Cut(statements, ";")
			grant, _, _ = strings.Cut(grant, " TO ")
			p.do("%s; %s TO %s", create, grant, member)
		}
		say(a, first, second)
		a.mustMigrate()
		a.wantNothing(second, shared.Writer, shared.Reader)
		say(b, second, first) // one of the members is known to be of the other installation
		b.mustMigrate()
		b.wantNothing(first, shared.Writer, shared.Reader)
		if len(a.reads(first)) == 0 || len(b.reads(second)) == 0 {
			t.Error("those who were said to be members may read nothing")
		}
	})
}

// A copy of a database gets roles of its own; one that was moved keeps what it has.
func TestCopiesGetRolesOfTheirOwn(t *testing.T) {
	places(t, func(t *testing.T, a, b place) {
		roles := a.mustMigrate()
		grafana := a.login(roles.Reader)
		a.do("UPDATE %s.installation SET database = 1 + (SELECT max(oid::bigint) FROM pg_database)", a.schema)
		if moved := a.mustMigrate(); moved != roles {
			t.Errorf("moved, the roles are %v instead of %v", moved, roles)
		}
		rights := a.rights(roles)
		b.do("CREATE SCHEMA %s; GRANT USAGE ON SCHEMA %[1]s TO %s", b.schema, roles.Reader)
		a.do("UPDATE %s.installation SET database = 1 + (SELECT max(oid::bigint) FROM pg_database)", a.schema)
		copied := a.mustMigrate()
		if copied == roles {
			t.Error("a copy has the roles of what it was copied from")
		}
		a.wantNothing(roles.Writer, roles.Reader, roles.Analyzer, grafana)
		again := a.rights(copied)
		if !slices.Equal(rights, again) {
			t.Errorf("grants/*.sql do not say all:\n%v\n%v", rights, again)
		}
		b.do("REVOKE ALL ON SCHEMA %s FROM %s", b.schema, roles.Reader)
	})
}
