package analysis_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/footfall-analytics/footfall/internal/twin"
	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

// Without a database in between: the matrices of random retention queries are the twin's, counted the fast way, event by event,
// in two parts, and by states of consecutive times that are merged.
func TestRetentionOfRandomWorlds(t *testing.T) {
	asked, merged := 0, 0
	for seed := range *worlds {
		s := twin.Random(seed, 4)
		for _, q := range s.Queries {
			if q.QueryType != model.RetentionType || q.BySegment() { // those are asked as one question for each segment
				continue
			}
			asked++
			r := newRetentionRun(t, q, s)
			want := describeTwin(twin.Retention(q, s.World, s.Range, s.Settings))
			ways := map[string]*analysis.RetentionTally{"tally": r.tally(), "list": r.list(analysis.Cell{}), "two parts": r.twoParts()}
			if r.spec.Mergeable() {
				merged++
				ways["merged states"] = r.mergedStates(seed)
			}
			for way, tally := range ways {
				if diff := gocmp.Diff(want, describe(r.spec, tally.Groups(q.Retention.Breakdown.Groups()))); diff != "" {
					t.Fatalf("seed %d: %s (+) differs from the twin (-)\n%s\n%+v", seed, way, diff, q.Retention)
				}
			}
		}
	}
	t.Logf("%d questions, %d of them mergeable", asked, merged)
}

// retentionRun is a world as a scan would bring it, actor by actor.
type retentionRun struct {
	spec   *analysis.Retention
	actors [][]analysis.Event
}

func newRetentionRun(t *testing.T, q *model.Query, s twin.Scenario) *retentionRun {
	t.Helper()
	cohorts, err := plan.RetentionCohorts(q.Retention, model.Range(s.Range), plan.Settings(s.Settings))
	if err != nil {
		t.Fatal(err)
	}
	spec := analysis.NewRetention(q.Retention, cohorts.Starts, cohorts.Names, s.Settings.Now)
	scan := plan.RetentionScan(q, cohorts, plan.Settings(s.Settings))
	r := &retentionRun{spec: spec}
	from, to := analysis.Bounds(scan.Range)
	for _, events := range actorsOf(t, q, s.World, scan, spec.Values) {
		events = slices.DeleteFunc(events, func(e analysis.Event) bool { return e.Time < from || e.Time >= to })
		if len(events) > 0 {
			r.actors = append(r.actors, events)
		}
	}
	return r
}

func (r *retentionRun) tally() *analysis.RetentionTally {
	t := analysis.NewRetentionTally(r.spec)
	for _, events := range r.actors {
		t.Visit(context.Background(), events)
	}
	return t
}

// list counts the same event by event.
func (r *retentionRun) list(cell analysis.Cell) *analysis.RetentionTally {
	t := analysis.NewRetentionList(r.spec, cell)
	for _, events := range r.actors {
		t.Visit(context.Background(), events)
	}
	return t
}

func (r *retentionRun) twoParts() *analysis.RetentionTally {
	halves := [2]*analysis.RetentionTally{analysis.NewRetentionTally(r.spec), analysis.NewRetentionTally(r.spec)}
	for i, events := range r.actors {
		halves[i%2].Visit(context.Background(), events)
	}
	halves[0].Add(halves[1])
	return halves[0]
}

// mergedStates cuts time at some bounds of buckets, and merges in any order.
func (r *retentionRun) mergedStates(seed uint64) *analysis.RetentionTally {
	random := rand.New(rand.NewPCG(seed, 2))
	var cuts []int64
	for range random.IntN(4) {
		cuts = append(cuts, r.spec.Bounds[random.IntN(len(r.spec.Bounds))])
	}
	slices.Sort(cuts)
	cuts = append(cuts, 1<<63-1)
	var states []*analysis.RetentionState
	from := int64(-1 << 63)
	for _, to := range cuts {
		state := analysis.NewRetentionState(r.spec)
		for _, events := range r.actors {
			part := slices.DeleteFunc(slices.Clone(events), func(e analysis.Event) bool { return e.Time < from || e.Time >= to })
			if len(part) > 0 {
				state.Visit(context.Background(), part)
			}
		}
		states = append(states, state)
		from = to
	}
	for len(states) > 1 {
		i := random.IntN(len(states) - 1)
		states[i] = states[i].Merge(states[i+1])
		states = slices.Delete(states, i+1, i+2)
	}
	return states[0].Tally()
}

// describe writes a row a cohort: group, cohort, size, and what each column counts in which state.
func describe(spec *analysis.Retention, groups []analysis.RetentionGroup) []string {
	var rows []string
	for _, g := range groups {
		for c, cohort := range g.Cohorts {
			text := fmt.Sprintf("%v %d: %d", twinPlace(g.Group, spec.Breakdown), c, cohort.Size)
			for i, users := range cohort.Users {
				text += fmt.Sprintf(" %d(%d)", users, spec.State(c, i))
			}
			rows = append(rows, text)
		}
	}
	return rows
}

func describeTwin(matrices []twin.Matrix) []string {
	states := map[twin.State]analysis.CellState{twin.Incomplete: analysis.Incomplete, twin.Future: analysis.Future}
	var rows []string
	for _, m := range matrices {
		for c, cohort := range m.Cohorts {
			text := fmt.Sprintf("%v %d: %d", twin.Place{Kind: m.Kind, Text: m.Breakdown}, c, cohort.Size())
			for _, cell := range cohort.Cells {
				text += fmt.Sprintf(" %d(%d)", cell.Users, states[cell.State])
			}
			rows = append(rows, text)
		}
	}
	return rows
}
