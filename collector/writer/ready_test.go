package writer_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/footfall-analytics/footfall/collector/writer"
	"github.com/footfall-analytics/footfall/internal/dbtest"
)

// The database is ready when events can be written there, which more is needed for than that it answers.
func TestReady(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		schema := dbtest.Schema(t, dsn)
		config, err := pgxpool.ParseConfig(dsn)
		if err != nil {
			t.Fatal(err)
		}
		config.MaxConns = 1 // settings are made for the session
		pool, err := pgxpool.NewWithConfig(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(pool.Close)
		exec := func(statement string) {
			t.Helper()
			if _, err := pool.Exec(context.WithoutCancel(t.Context()), statement); err != nil {
				t.Fatal(err)
			}
		}
		table := &writer.Table{Pool: pool, Schema: schema, Log: slog.New(slog.DiscardHandler)}
		if err := table.Ready(t.Context()); err != nil {
			t.Error("the owner:", err)
		}
		exec(`SET default_transaction_read_only = on`)
		err = table.Ready(t.Context())
		exec(`SET default_transaction_read_only = off`)
		if err == nil || !strings.Contains(err.Error(), "read-only") {
			t.Error("a database that may not be written:", err)
		}
		role := "ready_" + schema
		exec(fmt.Sprintf(`CREATE ROLE %s`, role))
		t.Cleanup(func() {
			exec(fmt.Sprintf(`DROP OWNED BY %[1]s; DROP ROLE %[1]s`, role))
		})
		exec(fmt.Sprintf(`GRANT USAGE ON SCHEMA %s TO %s`, schema, role))
		for _, step := range []struct{ grant, reason string }{
			{"", "may not call the function"},
			{"EXECUTE ON ALL FUNCTIONS IN SCHEMA " + schema, "permission denied for table"},
			{"SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA " + schema, ""},
		} {
			if step.grant != "" {
				exec(fmt.Sprintf(`GRANT %s TO %s`, step.grant, role))
			}
			exec(`SET ROLE ` + role)
			err := table.Ready(t.Context())
			exec(`RESET ROLE`)
			if (err == nil) != (step.reason == "") || err != nil && !strings.Contains(err.Error(), step.reason) {
				t.Errorf("after GRANT %s: %v", step.grant, err)
			}
		}
	})
}
