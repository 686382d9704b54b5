package analysis_test

import (
	"cmp"
	"math"
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

// Without a database in between: the busy actors and unusual buckets of random worlds are the twin's.
func TestAnomaliesOfRandomWorlds(t *testing.T) {
	asked := 0
	for seed := range *worlds {
		s := twin.Random(seed, 6)
		for _, q := range s.Queries {
			if q.QueryType != model.AnomaliesType {
				continue
			}
			asked++
			q.Anomalies.Output = model.BusyActors
			if diff := gocmp.Diff(busyTimes(twin.Ask(q, s.World, s.Range, s.Settings).Anomalies.Busy), busyOf(t, q, s)); diff != "" {
				t.Fatalf("seed %d: busy actors (+) differ from the twin (-)\n%s\n%+v", seed, diff, q.Anomalies)
			}
			q.Anomalies.Output = model.UnusualBuckets
			want, got := twin.Ask(q, s.World, s.Range, s.Settings).Anomalies.Buckets, unusualOf(t, q, s)
			if diff := gocmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
				t.Fatalf("seed %d: buckets (+) differ from the twin (-)\n%s\n%+v", seed, diff, q.Anomalies)
			}
		}
	}
	t.Logf("asked %d", asked)
}

// busyTime is a busy actor without its id, which only the database knows.
type busyTime struct {
	Events int
	At     time.Time
}

func busyTimes(found []twin.Busy) []busyTime {
	var list []busyTime
	for _, b := range found {
		list = append(list, busyTime{b.Events, b.At})
	}
	return list
}

func busyOf(t *testing.T, q *model.Query, s twin.Scenario) []busyTime {
	t.Helper()
	v := analysis.NewBusyActors(q.Anomalies, s.Range.From)
	visitWorld(t, q, s, plan.BusyScan(q, model.Range(s.Range)), analysis.NewValues(), v)
	var list []busyTime
	for _, b := range v.Found {
		list = append(list, busyTime{int(b.Events), analysis.TimeOf(b.At)})
	}
	slices.SortFunc(list, func(a, b busyTime) int { return cmp.Or(cmp.Compare(b.Events, a.Events), a.At.Compare(b.At)) })
	return list
}

func unusualOf(t *testing.T, q *model.Query, s twin.Scenario) []twin.Unusual {
	t.Helper()
	buckets, err := plan.NewWeeklyBuckets(q.Anomalies, model.Range(s.Range), plan.Settings(s.Settings))
	if err != nil {
		t.Fatal(err)
	}
	counts := analysis.BucketCounts{}
	for _, run := range buckets.Runs() {
		countRunOf(t, q, s, run, counts)
	}
	var active analysis.ActiveQuarters
	for _, e := range s.World.Events {
		if e.Time.Before(s.Settings.Now) {
			active.Add(e.Time)
		}
	}
	var list []twin.Unusual
	for i, b := range analysis.CompareWeeks(buckets.Buckets, buckets.History, active.Sort(), counts, s.Settings.Now, q.Anomalies.Deviations) {
		u := twin.Unusual{Start: b.Start, Over: b.Over, Begun: b.Count != nil, Known: b.Expected != nil}
		if u.Begun {
			u.Count = int(*b.Count)
		}
		if u.Known {
			u.Expected, u.Deviation = *b.Expected, (*b.High-*b.Expected)/q.Anomalies.Deviations
			if u.Over != (b.Score != nil) || u.Over && (math.Abs(*b.Score*u.Deviation-(float64(u.Count)-u.Expected)) > 1e-9 || *b.Anomaly != (float64(u.Count) > *b.High || math.Abs(*b.Score) > q.Anomalies.Deviations)) {
				t.Errorf("bucket %d has score %v, anomaly %v", i, b.Score, b.Anomaly)
			}
		}
		list = append(list, u)
	}
	return list
}

func countRunOf(t *testing.T, q *model.Query, s twin.Scenario, starts []time.Time, counts analysis.BucketCounts) {
	t.Helper()
	b := plan.TrendBuckets{Starts: starts}
	span := model.Range{From: starts[0], To: starts[len(starts)-1]}
	users := map[int64]map[string]bool{}
	for _, e := range s.World.Events {
		if e.Time.Before(span.From) || !e.Time.Before(span.To) || !e.Time.Before(s.Settings.Now) || !twin.Picks(q, q.Anomalies.EventSelector, e) {
			continue
		}
		start := starts[b.Bucket(e.Time)].UnixMicro()
		if q.Anomalies.Value == model.AnomalousEvents {
			counts[start]++
			continue
		}
		if users[start] == nil {
			users[start] = map[string]bool{}
		}
		if e.User != "" && !users[start][e.User] {
			users[start][e.User] = true
			counts[start]++
		}
	}
}
