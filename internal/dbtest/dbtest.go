// Package dbtest gives tests real databases: the embedded TimescaleDB, started once a test program, and the server that
// FOOTFALL_TEST_DSN names, if it does.
package dbtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/embedded"
	footfallsql "github.com/footfall-analytics/footfall/sql"
)

// server is never stopped by hand: it ends with the test program, whose end of its standard input closes.
var server = sync.OnceValues(func() (*embedded.Server, error) {
	return embedded.Start(context.Background(), embedded.Options{})
})

// Each runs a test once for every database, with its connection string.
func Each(t *testing.T, test func(t *testing.T, dsn string)) {
	t.Run("embedded", func(t *testing.T) { test(t, Embedded(t)) })
	if dsn := os.Getenv("FOOTFALL_TEST_DSN"); dsn != "" {
		t.Run("server", func(t *testing.T) { test(t, dsn) })
	}
}

// elsewhere is another embedded one, with the extension in a schema of its own.
var elsewhere = sync.OnceValues(func() (string, error) {
	s, err := embedded.Start(context.Background(), embedded.Options{})
	if err != nil {
		return "", err
	}
	return s.DSN(), moveExtension(s.DSN())
})

func moveExtension(dsn string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	// A name that needs quotes.
	_, err = conn.Exec(ctx, `CREATE SCHEMA "Time-scale"; CREATE EXTENSION timescaledb SCHEMA "Time-scale"`)
	return err
}

// Elsewhere runs a test like [Each], in databases whose extension is not in the schema "public".
func Elsewhere(t *testing.T, test func(t *testing.T, dsn string)) {
	t.Run("embedded, extension elsewhere", func(t *testing.T) {
		dsn, err := elsewhere()
		if err != nil {
			t.Fatal(err)
		}
		test(t, dsn)
	})
	server := os.Getenv("FOOTFALL_TEST_DSN")
	if server == "" {
		return
	}
	t.Run("server, extension elsewhere", func(t *testing.T) {
		address, err := url.Parse(server)
		if err != nil {
			t.Fatal(err)
		}
		admin, name := Connect(t, server), "elsewhere_"+strings.ReplaceAll(uuid.NewString(), "-", "")
		if _, err := admin.Exec(t.Context(), "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if _, err := admin.Exec(context.Background(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
				t.Error(err)
			}
		})
		address.Path = "/" + name
		if err := moveExtension(address.String()); err != nil {
			t.Fatal(err)
		}
		test(t, address.String())
	})
}

// Embedded returns the connection string of the embedded TimescaleDB.
func Embedded(t testing.TB) string {
	t.Helper()
	s, err := server()
	if err != nil {
		t.Fatal(err)
	}
	return s.DSN()
}

// Schema makes a migrated schema of the test's own, which is dropped when the test ends, and returns its name.
func Schema(t testing.TB, dsn string) string {
	t.Helper()
	schema := "test_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	conn := Connect(t, dsn)
	if err := footfallsql.Migrate(t.Context(), conn, footfallsql.Options{Schema: schema}); err != nil {
		t.Fatal(err)
	}
	roles, err := footfallsql.RolesOf(t.Context(), conn, schema)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
		defer cancel()
		conn, err := pgx.Connect(ctx, dsn)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close(ctx) }()
		if err = DropSchema(ctx, conn, schema); err == nil {
			_, err = conn.Exec(ctx, fmt.Sprintf("DROP OWNED BY %[1]s, %[2]s, %[3]s; DROP ROLE %[1]s, %[2]s, %[3]s", roles.Writer, roles.Reader, roles.Analyzer))
		}
		if err != nil {
			t.Error(err)
		}
	})
	return schema
}

// StopColumnstore keeps the server's background job from compressing days of a schema: the test does it, when it wants to. Called while
// the schema has no events.
func StopColumnstore(t testing.TB, conn *pgx.Conn, schema string) {
	t.Helper()
	if err := pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), "SELECT "+footfallsql.PathWithExtension, schema); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), `SELECT alter_job(job_id, scheduled => false) FROM timescaledb_information.jobs
			WHERE hypertable_schema = $1 AND proc_name = 'policy_compression'`, schema)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// DropSchema drops a schema if there is one. Its roles stay.
func DropSchema(ctx context.Context, conn *pgx.Conn, schema string) (err error) {
	// Days by and by: one statement that dropped all would take more locks than the server may have.
	const days = 300
	for {
		var dropped int
		err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, "SELECT "+footfallsql.PathWithExtension, schema); err != nil {
				return err
			}
			return tx.QueryRow(ctx, `SELECT count(*) FROM drop_chunks(to_regclass('user_events'), older_than => (
				SELECT max(range_end) FROM (SELECT range_end FROM timescaledb_information.chunks WHERE hypertable_schema = $1 AND hypertable_name = 'user_events' ORDER BY range_end LIMIT $2) c))`,
				schema, days).Scan(&dropped)
		})
		if err != nil || dropped < days {
			break // what is the matter the next statement says
		}
	}
	// A background job of the server may be at work on the tables; then the next try succeeds.
	for range 5 {
		if _, err = conn.Exec(ctx, fmt.Sprintf("DROP SCHEMA IF EXISTS %s CASCADE", schema)); err == nil {
			return nil
		}
		time.Sleep(200 * time.Millisecond)
	}
	return err
}

// Connect opens a connection that is closed when the test ends.
func Connect(t testing.TB, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// Enter has the rest of a connection's statements find the names of a schema, and TimescaleDB's.
func Enter(t testing.TB, conn *pgx.Conn, schema string) {
	t.Helper()
	if err := footfallsql.EnterSession(t.Context(), conn, schema); err != nil {
		t.Fatal(err)
	}
}

// Compress moves a schema's days to the columnstore that ended so long ago, as far as they are not there.
func Compress(t testing.TB, conn *pgx.Conn, schema string, olderThan time.Duration) {
	t.Helper()
	if err := pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), "SELECT "+footfallsql.PathWithExtension, schema); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), `SELECT compress_chunk(c, if_not_compressed => true) FROM show_chunks('user_events', older_than => now() - $1::interval) c`, olderThan)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
