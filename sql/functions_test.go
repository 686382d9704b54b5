package sql_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/sql"
)

// released are the migrations that installations have applied, with the checksums of their texts: they stay as they are. Add to them with
// each release.
var released = map[string]string{
	"0001_events.sql":         "27be873f2356bc4d498462e76767536a1b941926844d7678100da97505cb5393",
	"0002_rollups.sql":        "7809c256ef2662dc8edf0afdfaee7f35aa8793837a1fa0f6a8cb735b5ec3a36d",
	"0003_roles.sql":          "f2be77575c54c353b06debe057a953f6582705707a3e40829d80062e19254c26",
	"0004_closed_days.sql":    "49fcb6506ac315d8489cf6e1bf389a879319d5d98d5e972575f4d13d58733c1b",
	"0005_collector.sql":      "9b8e3cd04df47220559095c08ef7ee06d2fb5ec919bc91b475e128aa05031110",
	"0006_squash_aliases.sql": "ab5e6c9d6f0964ee0705023710f9ef449ef3f6b5197b0064aae45a361ba700a8",
	"0007_profiles.sql":       "44e69a4f18efef7ec7ab577fcbfe7f84fd10cfa822bd858eb53ef7a5598b2175",
}

// Migrations that were released stay as they are, and later ones make no functions: these live in sql/functions.
func TestMigrationsStay(t *testing.T) {
	names, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(names) < len(released) {
		t.Fatalf("%d migrations, %v", len(names), err)
	}
	makes := regexp.MustCompile(`(?i)\bCREATE\s+(OR\s+REPLACE\s+)?(FUNCTION|PROCEDURE|AGGREGATE)\b`)
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(text)
		switch want, isReleased := released[filepath.Base(name)]; {
		case isReleased && hex.EncodeToString(sum[:]) != want:
			t.Errorf("%s was released, and has changed: a change of the schema is a new migration", name)
		case !isReleased && makes.Match(text):
			t.Errorf("%s makes a function: functions live in sql/functions", name)
		}
	}
	for name := range released {
		if !slices.Contains(names, filepath.Join("migrations", name)) {
			t.Errorf("the migration %s was released, and is gone", name)
		}
	}
}

// Nobody takes advisory locks, which everybody may hold: released migrations made functions that did. So no key of one has to be the same
// in two places.
func TestNobodyTakesAdvisoryLocks(t *testing.T) {
	for _, folder := range []string{"../collector", "../pkg", "../sql"} {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || strings.HasSuffix(path, "_test.go") || released[filepath.Base(path)] != "" ||
				!slices.Contains([]string{".go", ".sql"}, filepath.Ext(path)) {
				return err
			}
			text, err := os.ReadFile(path)
			if strings.Contains(string(text), "_advisory_") {
				t.Errorf("%s takes an advisory lock: lock a row or a table that only the owner may (docs/decisions/roles.md)", path)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// routines returns the definitions of the schema's functions, each with who may execute it.
func (p place) routines(roles sql.Roles) []string {
	p.Helper()
	list := p.list(`SELECT pg_get_functiondef(p.oid) || coalesce((SELECT string_agg(CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END || ' ' || privilege_type, ', '
			ORDER BY grantee::regrole::text = $3, grantee::regrole::text = $2) FROM aclexplode(proacl)), 'everybody')
		FROM pg_proc p WHERE pronamespace = $1::text::regnamespace ORDER BY proname, p.oid::regprocedure::text`, p.schema, roles.Writer, roles.Reader)
	for i, text := range list {
		list[i] = strings.NewReplacer(p.schema, "SCHEMA", roles.Writer, "WRITER", roles.Reader, "READER", roles.Analyzer, "ANALYZER").Replace(text)
	}
	return list
}

// wantRoutines reports how the definitions differ from those that are wanted.
func (p place) wantRoutines(got, want []string) {
	p.Helper()
	for _, text := range got {
		if !slices.Contains(want, text) {
			p.Errorf("there should not be\n%s", text)
		}
	}
	for _, text := range want {
		if !slices.Contains(got, text) {
			p.Errorf("there should be\n%s", text)
		}
	}
}

// From whichever version an installation comes, with events and jobs, it has the same functions as a new one, with the same rights, and
// nothing is left of older ones; its jobs go on. A job holds its procedure by number, and so does a trigger: none is dropped.
func TestUpgradesEndWithTheSameFunctions(t *testing.T) {
	places(t, func(t *testing.T, a, b place) {
		want := b.routines(b.mustMigrate())
		if len(want) < 25 {
			t.Fatalf("%d functions", len(want))
		}
		for version := 1; version <= sql.LastVersionOfSharedRoles; version++ {
			before(t, version, a)
			a.do("INSERT INTO %[1]s.user_profiles (user_id) VALUES ('ann')", a.schema)
			if version >= 7 {
				a.do("SELECT %s.recount_profiles()", a.schema)
			}
			dbtest.Enter(t, a.conn, a.schema)
			for first, job := range map[int]string{4: "close_days", 6: "squash_aliases", 7: "refresh_profiles"} {
				if version >= first {
					a.do(`SELECT add_job('%[1]s.%[2]s'::regproc, '1h', config => '{"schema": "%[1]s"}', initial_start => '2100-01-01')`, a.schema, job)
				}
			}
			held := `SELECT concat_ws(' ', job_id, proc_name, format('%I.%I', proc_schema, proc_name)::regproc::oid) FROM timescaledb_information.jobs WHERE proc_schema = $1
				UNION ALL SELECT concat_ws(' ', tgname, tgfoid) FROM pg_trigger WHERE tgrelid = format('%I.user_profiles', $1)::regclass AND NOT tgisinternal ORDER BY 1`
			jobs := a.list(held, a.schema)
			a.do("RESET search_path")
			roles := a.mustMigrate()
			t.Logf("from version %d", version)
			a.wantRoutines(a.routines(roles), want)
			for _, job := range jobs {
				if !slices.Contains(a.list(held, a.schema), job) {
					t.Errorf("from version %d: %s is gone, there are %v", version, job, a.list(held, a.schema))
				}
			}
			if err := sql.RefreshRollups(t.Context(), a.conn, a.schema); err != nil {
				t.Fatal(err)
			}
			if n := a.list(strings.ReplaceAll("SELECT concat_ws(' ', (SELECT count(*) FROM SCHEMA.closed_days WHERE events > 0), (SELECT sum(total_events) FROM SCHEMA.user_profiles))", "SCHEMA", a.schema))[0]; n != "3 4" {
				t.Errorf("from version %d: closed days and events of profiles: %s", version, n)
			}
			if err := dbtest.DropSchema(t.Context(), a.conn, a.schema); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// readNames returns the names of the functions in sql/functions, in order, each as often as it is made.
func readNames(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob("functions/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	makes := regexp.MustCompile(`(?m)^CREATE OR REPLACE (?:FUNCTION|PROCEDURE) (\w+)\(`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range makes.FindAllStringSubmatch(string(text), -1) {
			names = append(names, match[1])
		}
	}
	slices.Sort(names)
	return names
}

// Whatever functions a schema of the right version has, with whatever rights, each migration puts them right, and each of them is from
// sql/functions.
func TestFunctionsAreMadeAnew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		schema := dbtest.Schema(t, dsn)
		p := place{t, dbtest.Connect(t, dsn), schema, nil}
		roles, err := sql.RolesOf(t.Context(), p.conn, schema)
		if err != nil {
			t.Fatal(err)
		}
		want := p.routines(roles)
		number := func() string {
			return strings.Join(p.list("SELECT concat(oid) FROM pg_proc WHERE pronamespace = $1::text::regnamespace ORDER BY oid", schema), " ")
		}
		numbers := number()
		p.do(`CREATE OR REPLACE FUNCTION %[1]s.mark_late_days(times timestamptz[]) RETURNS void LANGUAGE sql AS ''; GRANT EXECUTE ON FUNCTION %[1]s.mark_late_days TO PUBLIC, %[2]s;
			ALTER FUNCTION %[1]s.join_told RESET ALL; REVOKE EXECUTE ON FUNCTION %[1]s.store_events FROM %[3]s`, schema, roles.Reader, roles.Writer)
		if err := p.migrate(); err != nil {
			t.Fatal(err)
		}
		p.wantRoutines(p.routines(roles), want)
		if now := number(); now != numbers {
			t.Errorf("functions have other numbers: %s instead of %s", now, numbers)
		}
		if got, want := p.list("SELECT proname::text FROM pg_proc WHERE pronamespace = $1::text::regnamespace ORDER BY proname COLLATE \"C\"", schema), readNames(t); !slices.Equal(got, want) {
			t.Errorf("the schema has the functions\n%v, and in sql/functions are\n%v: one that goes, or gets other arguments, is dropped by a migration", got, want)
		}
	})
}
