package analysis_test

import (
	"cmp"
	"flag"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/footfall-analytics/footfall/internal/twin"
	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

var worlds = flag.Uint64("worlds", 5_000, "random worlds in which funnels are walked and compared with the brute-force twin")

// Without a database in between: the outcomes of random funnels are the twin's, also when the starts are cut into spans whose
// outcomes are merged.
func TestFunnelsOfRandomWorlds(t *testing.T) {
	for seed := range *worlds {
		s := twin.Random(seed, 4)
		for _, q := range s.Queries {
			if q.QueryType != model.FunnelType || q.BySegment() { // those are asked as one question for each segment
				continue
			}
			want := twin.Funnel(q, s.World, s.Range, s.Settings)
			for _, cuts := range []int{0, 2} {
				if diff := gocmp.Diff(want, walkRows(t, q, s, cuts), cmpopts.EquateApprox(0, 1e-9), cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("seed %d, %d cuts: walked (+) differs from the twin (-)\n%s\n%+v", seed, cuts, diff, q.Funnel)
				}
			}
		}
	}
}

// walkRows returns a world's funnel in the twin's form.
func walkRows(t *testing.T, q *model.Query, s twin.Scenario, cuts int) []twin.FunnelRow {
	t.Helper()
	f := q.Funnel
	spec := analysis.NewFunnel(f)
	scan := plan.FunnelScan(q, model.Range(s.Range))
	edges := []time.Time{s.Range.From, s.Range.To}
	random := rand.New(rand.NewPCG(s.Seed, 1))
	for range cuts {
		edges = append(edges, s.Range.From.Add(time.Duration(random.Int64N(int64(s.Range.To.Sub(s.Range.From))))).Truncate(time.Microsecond))
	}
	slices.SortFunc(edges, time.Time.Compare)
	var lists []*analysis.Outcomes
	actors := actorsOf(t, q, s.World, scan, spec.Values)
	for i := range edges[1:] {
		list := analysis.NewOutcomes(spec, analysis.Starts{From: analysis.Microseconds(edges[i]), To: analysis.Microseconds(edges[i+1])})
		for _, events := range actors {
			list.Visit(t.Context(), events)
		}
		lists = append(lists, list)
	}
	end := int64(0)
	for _, e := range s.World.Events {
		end = max(end, analysis.Microseconds(e.Time))
	}
	end = min(end, analysis.Microseconds(s.Settings.Now))
	tally := analysis.NewFunnelTally(spec, end)
	analysis.MergeOutcomes(spec, lists, func(_ int64, o analysis.Outcome) { tally.Add(o) })
	return rowsOf(f, tally.Groups(f.Breakdown.Groups()))
}

// actorsOf returns a world's events as a scan would bring them, by actor, in any order within a time.
func actorsOf(t *testing.T, q *model.Query, w twin.World, scan plan.Scan, values *analysis.Values) [][]analysis.Event {
	t.Helper()
	keys := map[twin.Actor]int64{}
	actors := map[int64][]analysis.Event{}
	for _, e := range w.Events {
		actor, known := twin.Actor{}, true
		if scan.Actor != plan.Anyone {
			actor, known = e.Actor(scan.Actor)
		}
		if !known {
			continue
		}
		if keys[actor] == 0 {
			keys[actor] = int64(len(keys) + 1)
		}
		event := analysis.Event{Actor: keys[actor], Time: analysis.Microseconds(e.Time)}
		for bit, selector := range scan.Picks {
			if twin.Picks(q, *selector, e) {
				event.Picks |= 1 << bit
			}
		}
		if text, set := twin.PropertyOf(e, cmp.Or(scan.Value, "user_id")); set && event.Picks&scan.ValueOf != 0 {
			id, err := values.ID([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			event.Value = id
		}
		if event.Picks != 0 {
			actors[event.Actor] = append(actors[event.Actor], event)
		}
	}
	var list [][]analysis.Event
	for actor := int64(1); actor <= int64(len(keys)); actor++ {
		if events := actors[actor]; events != nil {
			slices.SortFunc(events, func(a, b analysis.Event) int { return cmp.Compare(a.Time, b.Time) })
			list = append(list, events)
		}
	}
	return list
}

// twinPlace returns a group in the twin's form.
func twinPlace(g analysis.Group, isBrokenDown bool) twin.Place {
	switch {
	case !isBrokenDown:
		return twin.Place{Kind: twin.All}
	case g.Place == analysis.OtherPlace:
		return twin.Place{Kind: twin.Other}
	case g.Place == analysis.NonePlace:
		return twin.Place{Kind: twin.None}
	case g.Place == analysis.EndPlace:
		return twin.Place{Kind: twin.End}
	}
	return twin.Place{Kind: twin.Value, Text: g.Value}
}

func rowsOf(f *model.Funnel, groups []analysis.FunnelGroup) []twin.FunnelRow {
	var rows []twin.FunnelRow
	for _, g := range groups {
		place := twinPlace(g.Group, f.Breakdown != nil)
		main, optional := 0, 0
		for i, step := range f.Steps {
			row := twin.FunnelRow{Breakdown: place.Text, Kind: place.Kind, Step: i + 1, Optional: step.Optional}
			if step.Optional {
				row.Users = int(g.Optional[optional])
				optional++
			} else {
				row.Users, row.InProgress = int(g.Reached[main]), int(g.InProgress[main])
				if main+1 < len(g.Reached) {
					row.Dropped = row.Users - int(g.Reached[main+1]) - row.InProgress
				}
				row.MedianSeconds, row.P90Seconds, row.MeanSeconds = g.FromPrevious[main].Median, g.FromPrevious[main].P90, g.FromPrevious[main].Mean
				main++
			}
			rows = append(rows, row)
		}
	}
	return rows
}
