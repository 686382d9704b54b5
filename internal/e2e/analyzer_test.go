package e2e

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/footfall-analytics/footfall/analyzer/segments"
	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/people"
	"github.com/footfall-analytics/footfall/collector/writer"
	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/internal/programs"
	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/sql"
)

// What the collector does with users, the analyzer's segments follow: an alias is joined and squashed, and its membership is the user's; a
// user who is forgotten in the middle of a refresh is in no table afterwards.
func TestSegmentsFollowTheCollector(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		schema := dbtest.Schema(t, dsn)
		conn := dbtest.Connect(t, dsn)
		config, err := pgxpool.ParseConfig(programs.OneConnection(dsn))
		if err != nil {
			t.Fatal(err)
		}
		config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
		pool, err := pgxpool.NewWithConfig(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(pool.Close)
		table := &writer.Table{Pool: pool, Schema: schema, Log: slog.New(slog.DiscardHandler)}
		store := func(list ...event.Event) {
			t.Helper()
			for i := range list {
				list[i].ID, list[i].Received = uuid.New(), time.Now().UTC()
				list[i].Time = list[i].Received.Add(-3 * time.Hour)
			}
			if _, err := table.Insert(t.Context(), list, time.Minute); err != nil {
				t.Fatal(err)
			}
			if err := sql.RefreshRollups(t.Context(), conn, schema); err != nil {
				t.Fatal(err)
			}
		}
		s := segments.Open(pool, schema, time.Minute)
		buyers, err := model.ParseSegment([]byte(`{"name": "buyers", "definition": {"did": {"event": "buy"}}}`))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Save(t.Context(), []*model.Segment{buyers}); err != nil {
			t.Fatal(err)
		}
		refresh := func(size, entered, left int64) {
			t.Helper()
			if r, err := s.Refresh(t.Context(), "buyers"); err != nil || r.Size != size || r.Entered != entered || r.Left != left {
				t.Errorf("%+v, %v", r, err)
			}
		}
		store(event.Event{UserID: "phone", AnonymousID: "phone", Type: "buy"}, event.Event{UserID: "bob", Type: "buy"}, event.Event{UserID: "ann", Type: "visit"})
		refresh(2, 2, 0)
		store(event.Event{UserID: "ann", AnonymousID: "phone", Alias: "phone", Type: "identify", Traits: []byte(`{}`)})
		refresh(2, 1, 1)
		if _, err := conn.Exec(t.Context(), "UPDATE "+schema+".user_aliases SET joined_at = now() - INTERVAL '2 hours'"); err != nil {
			t.Fatal(err)
		}
		if err := sql.SquashAliases(t.Context(), conn, schema); err != nil {
			t.Fatal(err)
		}
		refresh(2, 0, 0)
		var out strings.Builder
		if _, err := people.Export(t.Context(), conn, schema, "ann", &out); err != nil || strings.Count(out.String(), `"segment_members"`) != 2 || !strings.Contains(out.String(), "buyers") {
			t.Error(out.String(), err)
		}
		members, times := s.Members, 0
		s.Members = func(ctx context.Context, q engine.SegmentQuestion, trace *engine.Trace) ([]int64, error) {
			keys, err := members(ctx, q, trace)
			if times++; times == 1 && err == nil {
				_, err = people.Forget(ctx, conn, schema, "phone")
			}
			return keys, err
		}
		refresh(1, 0, 0)
		out.Reset()
		if _, err := people.Export(t.Context(), conn, schema, "ann", &out); err != nil || times != 2 || out.Len() > 0 {
			t.Errorf("%v, looked for members %d times, and is left: %s", err, times, out.String())
		}
	})
}
