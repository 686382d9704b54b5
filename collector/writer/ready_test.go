package writer_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/footfall-analytics/footfall/collector/event"
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

// What keeps the database from taking events is said in plain words, as long as it does.
func TestReadySaysWhy(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		p := newProfileWorld(t, dsn)
		p.table.Log = slog.New(slog.DiscardHandler)
		p.do(`CREATE TABLE fault (code text)`)
		p.do(`CREATE FUNCTION faulty() RETURNS trigger LANGUAGE plpgsql AS $$
			DECLARE
				said text := (SELECT code FROM fault);
			BEGIN
				IF said <> '' THEN
					RAISE EXCEPTION 'could not extend file' USING ERRCODE = said;
				END IF;
				RETURN NEW;
			END $$`)
		p.do(`CREATE TRIGGER faulty BEFORE INSERT ON user_events FOR EACH ROW EXECUTE FUNCTION faulty()`)
		for code, cause := range map[string]string{"53100": "its disk is full", "53200": "no memory or no locks", "53300": "no connections left", "25006": "read-only", "58030": "disk cannot be", "XX000": "could not extend"} {
			p.do(`DELETE FROM fault`)
			p.do(`INSERT INTO fault VALUES ($1)`, code)
			if _, err := p.table.Insert(t.Context(), []event.Event{newEvent("ann")}, 200*time.Millisecond); err == nil {
				t.Error(code, "is no error")
			}
			if err := p.table.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), cause) || !strings.Contains(err.Error(), "has taken no events since 20") {
				t.Error(code, err)
			}
		}
		p.do(`DELETE FROM fault`)
		p.store(newEvent("ann"))
		if err := p.table.Ready(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
