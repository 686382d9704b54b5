package writer_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/footfall-analytics/footfall/collector/writer"
	"github.com/footfall-analytics/footfall/internal/dbtest"
)

// Whatever is to be rejected, its content never keeps it from being done with.
func TestRejectionTakesAnything(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		schema := dbtest.Schema(t, dsn)
		pool, err := pgxpool.New(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(pool.Close)
		var log strings.Builder
		table := &writer.Table{Pool: pool, Schema: schema, Log: slog.New(slog.NewTextHandler(&log, nil))}
		reject := func(user, reason, record string, received time.Time) {
			t.Helper()
			r := writer.Rejection{ID: uuid.New(), UserID: user, Reason: reason, Record: []byte(record), Received: received}
			for range 2 { // the second time changes nothing
				if err := table.Reject(t.Context(), r); err != nil {
					t.Error(err)
				}
			}
		}
		rows := func() (list []string) {
			t.Helper()
			rows, err := pool.Query(t.Context(), fmt.Sprintf(`SELECT user_id || '|' || left(reason, 20) || '|' || length(reason) || '|' || length(record) FROM %s.rejected_events ORDER BY id`, schema))
			if err != nil {
				t.Fatal(err)
			}
			if list, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
				t.Fatal(err)
			}
			return list
		}
		now := time.Now()
		reject("u\x00", "NUL \x00", "\x00", now)
		reject("\xff\xfe", "bytes \xc3", "\xff", time.Time{})
		reject(strings.Repeat("é", 150), strings.Repeat("r", 5000), "", time.UnixMicro(1<<62))
		reject("", "", "", time.UnixMicro(-1<<62))
		want := []string{"u\uFFFD|NUL \uFFFD|5|1", "\uFFFD|bytes \uFFFD|7|1", strings.Repeat("é", 100) + "|" + strings.Repeat("r", 20) + "|2000|0", "||0|0"}
		if got := rows(); strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%q", got)
		}
		// A database that takes less, and one that takes nothing.
		for _, step := range []struct {
			check string
			rows  int
			log   string
		}{{`user_id !~ '[^ -~]' AND length(record) < 10`, len(want) + 1, "without its record"}, {`false`, len(want) + 1, "could not be kept"}} {
			if _, err := pool.Exec(t.Context(), fmt.Sprintf(`ALTER TABLE %s.rejected_events ADD CHECK (%s) NOT VALID`, schema, step.check)); err != nil {
				t.Fatal(err)
			}
			reject("é", "é", strings.Repeat("x", 20), now)
			if got := rows(); len(got) != step.rows || !strings.Contains(log.String(), step.log) {
				t.Errorf("%s: %q %s", step.check, got, log.String())
			}
		}
		if got := rows(); got[len(got)-1] != "?|?|1|0" {
			t.Errorf("%q", got)
		}
	})
}
