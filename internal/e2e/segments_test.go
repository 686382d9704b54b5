package e2e

import (
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/internal/twin"
	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

const segmentsPerWorld = 12

// The members of random segments of random worlds are those that the brute-force twin finds: from raw events, from closed days, and after late
// events; also where ids mean other users.
func TestRandomSegments(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		h := newHouse(t, dsn)
		h.widenChunks(t)
		members := 0
		for seed := *firstSeed; seed < *firstSeed+uint64(*worlds)/4; seed++ {
			s := twin.Random(seed, questionsPerWorld)
			e := engine.New(h.store, 128<<20)
			for _, stage := range stages(s) {
				h.settle(t, stage)
				for i := range uint64(segmentsPerWorld) {
					members += h.compareMembers(t, e, stage, twin.RandomSegment(s, seed*segmentsPerWorld+i))
				}
				if t.Failed() {
					return
				}
			}
		}
		if members < *worlds {
			t.Errorf("the segments have %d members in all, so they say little", members)
		}
	})
}

// compareMembers compares a segment's members, and returns how many there are.
func (h *house) compareMembers(t *testing.T, e *engine.Engine, s stage, definition *model.Condition) int {
	t.Helper()
	settings := plan.Settings{Zone: s.Settings.Zone, WeekStart: s.Settings.WeekStart, Now: s.Settings.Now}
	got, err := e.Members(t.Context(), engine.SegmentQuestion{Definition: definition, Settings: settings}, new(engine.Trace))
	if err != nil {
		t.Fatalf("%s\n%v", asJSON(t, definition), err)
	}
	users := twin.Members(definition, s.World, s.Settings)
	if want := h.keysOf(t, users); !slices.Equal(got, want) {
		t.Errorf("seed %d: the engine finds %d members %v, the twin %d: %q %v\n%s", s.Seed, len(got), got, len(want), users, want, asJSON(t, map[string]any{
			"definition": definition, "events": s.World.Events, "zone": s.Settings.Zone.String(), "now": s.Settings.Now, "aliases": s.World.Aliases,
			"closed": s.closed, "late": s.late, "squashed": s.squashed,
		}))
	}
	return len(got)
}

// keysOf returns the keys of users, in order.
func (h *house) keysOf(t *testing.T, users []string) (keys []int64) {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), h.conn, func(tx pgx.Tx) error {
		rows, err := tx.Query(t.Context(), `SELECT `+h.schema+`.user_key_of(u) FROM unnest($1::text[]) AS u ORDER BY 1`, users)
		if err == nil {
			keys, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}
