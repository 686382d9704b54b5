package engine

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/footfall-analytics/footfall/internal/twin"
	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

// Without a database in between: lifecycle and stickiness of random worlds are the twin's.
func TestActivityOfRandomWorlds(t *testing.T) {
	asked := 0
	for seed := range *worlds {
		s := twin.Random(seed, 4)
		settings := plan.Settings(s.Settings)
		for _, q := range s.Queries {
			var diff string
			switch q.QueryType {
			case model.LifecycleType:
				starts, err := plan.LifecycleBuckets(q, plan.Range(s.Range), settings)
				if err != nil {
					t.Fatal(seed, s.Range, q.TimeZone, err)
				}
				l := analysis.NewLifecycle(inMicroseconds(starts))
				visitAllOf(t, q, s.World, plan.LifecycleScan(q, starts, settings), l)
				var got []twin.LifecycleRow
				for i, c := range l.Buckets {
					got = append(got, twin.LifecycleRow{
						Start: starts[i+1], End: starts[i+2],
						New: int(c.New), Returning: int(c.Returning), Resurrecting: int(c.Resurrecting), Dormant: int(c.Dormant),
					})
				}
				diff = gocmp.Diff(twin.Lifecycle(q, s.World, s.Range, s.Settings), got, cmpopts.EquateEmpty())
			case model.StickinessType:
				starts, err := plan.Buckets("", plan.Range(s.Range), q.Stickiness.Interval, settings)
				if err != nil {
					t.Fatal(seed, s.Range, q.TimeZone, err)
				}
				visitor := analysis.NewStickiness(inMicroseconds(starts))
				visitAllOf(t, q, s.World, plan.StickinessScan(q, plan.Range(s.Range), settings), visitor)
				var got []int
				for _, n := range visitor.Users {
					got = append(got, int(n))
				}
				diff = gocmp.Diff(twin.Stickiness(q, s.World, s.Range, s.Settings), got, cmpopts.EquateEmpty())
			default:
				continue
			}
			asked++
			if diff != "" {
				t.Fatalf("seed %d, %s: counted (+) differs from the twin (-)\n%s", seed, q.QueryType, diff)
			}
		}
	}
	t.Logf("%d questions", asked)
}

// visitAllOf shows a visitor the events of a world that lie in the scan's range.
func visitAllOf(t *testing.T, q *model.Query, w twin.World, scan plan.Scan, v analysis.Visitor) {
	t.Helper()
	from, to := bounds(scan.Range)
	for _, events := range actorsOf(t, q, w, scan, analysis.NewValues()) {
		var seen []analysis.Event
		for _, e := range events {
			if e.Time >= from && e.Time < to {
				seen = append(seen, e)
			}
		}
		if len(seen) > 0 {
			v.Visit(seen)
		}
	}
}
