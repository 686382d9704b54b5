package analysis_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/footfall-analytics/footfall/internal/twin"
	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

// Without a database in between: lifecycle and stickiness of random worlds are the twin's, counted in one go, and from what was kept of
// the time before some moment.
func TestActivityOfRandomWorlds(t *testing.T) {
	asked := map[model.QueryType]int{}
	for seed := range *worlds {
		s := twin.Random(seed, 4)
		for _, q := range s.Queries {
			if q.QueryType != model.LifecycleType && q.QueryType != model.StickinessType {
				continue
			}
			asked[q.QueryType]++
			r := newActivityRun(t, q, s)
			want := twin.Ask(q, s.World, s.Range, s.Settings)
			for way, tally := range map[string]*analysis.ActivityTally{"in one go": r.tally(), "kept": r.runKept(seed)} {
				got := r.answer(tally)
				for i := range got.Lifecycle {
					if got.Lifecycle[i].End.After(s.Settings.Now) { // not known yet; the twin counts those who are missing so far
						want.Lifecycle[i].Dormant = 0
					}
				}
				if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("seed %d: %s counted %s (+) differs from the twin (-)\n%s", seed, q.QueryType, way, diff)
				}
			}
		}
	}
	t.Log("asked", asked)
}

// activityRun is a world as a scan would bring it.
type activityRun struct {
	*testing.T
	query    *model.Query
	scenario twin.Scenario
	starts   []time.Time
	scan     plan.Scan
	activity *analysis.Activity
}

func newActivityRun(t *testing.T, q *model.Query, s twin.Scenario) *activityRun {
	t.Helper()
	r := &activityRun{T: t, query: q, scenario: s}
	settings := plan.Settings(s.Settings)
	var err error
	if q.QueryType == model.LifecycleType {
		r.starts, err = plan.LifecycleBuckets(q.Lifecycle, model.Range(s.Range), settings)
		r.activity = analysis.NewLifecycle(analysis.AllMicroseconds(r.starts))
		r.scan = plan.LifecycleScan(q, r.starts, settings)
	} else {
		r.starts, err = plan.StickinessBuckets(q.Stickiness, model.Range(s.Range), settings)
		r.activity = analysis.NewStickiness(analysis.AllMicroseconds(r.starts))
		r.scan = plan.StickinessScan(q, r.starts, settings)
	}
	if err != nil {
		t.Fatal(s.Seed, err)
	}
	return r
}

func (r *activityRun) visit(scan plan.Scan, visitors ...analysis.Visitor) {
	turns := &inTurn{visitors: visitors}
	visitWorld(r.T, r.query, r.scenario, scan, analysis.NewValues(), turns)
}

// inTurn hands actors to visitors in turn.
type inTurn struct {
	visitors []analysis.Visitor
	seen     int
}

func (t *inTurn) Visit(ctx context.Context, events []analysis.Event) {
	t.visitors[t.seen%len(t.visitors)].Visit(ctx, events)
	t.seen++
}

func (r *activityRun) tally() *analysis.ActivityTally {
	halves := []*analysis.ActivityTally{analysis.NewActivityTally(r.activity), analysis.NewActivityTally(r.activity)}
	r.visit(r.scan, halves[0], halves[1])
	halves[0].Add(halves[1])
	return halves[0]
}

// runKept counts from what is known after some bucket's start, and what came later.
func (r *activityRun) runKept(seed uint64) *analysis.ActivityTally {
	cut := r.starts[rand.New(rand.NewPCG(seed, 2)).IntN(len(r.starts))]
	before, after := r.scan, r.scan
	before.To, after.From = cut, cut
	if r.scan.To.Before(cut) {
		before.To = r.scan.To
	}
	states := func(scan plan.Scan) []*analysis.ActivityState {
		halves := []*analysis.ActivityState{analysis.NewActivityState(r.activity), analysis.NewActivityState(r.activity)}
		r.visit(scan, halves[0], halves[1])
		return halves
	}
	return analysis.CloseActivity(states(before)).Tally(states(after))
}

// answer returns a tally in the twin's form.
func (r *activityRun) answer(t *analysis.ActivityTally) (a twin.Answer) {
	now := analysis.Microseconds(r.scenario.Settings.Now)
	if r.query.QueryType == model.StickinessType {
		s := t.Stickiness(now)
		a.Stickiness = twin.Sticky{Users: ints(s.Users), Open: s.Open}
		return a
	}
	for i, b := range t.Lifecycle(now) {
		row := twin.LifecycleRow{Start: r.starts[i+1], End: r.starts[i+2]}
		begun, over := row.Start.Before(r.scenario.Settings.Now), !row.End.After(r.scenario.Settings.Now)
		if !b.Start.Equal(row.Start) || b.Over != over || (b.New != nil) != begun || (b.Dormant != nil) != over {
			r.Errorf("bucket %d of %v is %+v", i, r.starts, b)
		}
		if begun {
			row.New, row.Returning, row.Resurrecting = int(*b.New), int(*b.Returning), int(*b.Resurrecting)
		}
		if over {
			row.Dormant = int(*b.Dormant)
		}
		a.Lifecycle = append(a.Lifecycle, row)
	}
	return a
}

func ints(list []int64) []int {
	short := make([]int, len(list))
	for i, n := range list {
		short[i] = int(n)
	}
	return short
}
