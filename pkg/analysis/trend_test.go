package analysis_test

import (
	"context"
	"iter"
	"math/rand/v2"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/footfall-analytics/footfall/internal/twin"
	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

// Without a database in between: the trends and heatmaps of time of random worlds are the twin's, whichever days are closed.
func TestCountsOfRandomWorlds(t *testing.T) {
	asked := map[string]int{}
	for seed := range *worlds {
		s := twin.Random(seed, 4)
		for _, q := range s.Queries {
			var want, got any
			switch {
			case q.QueryType == model.TrendType && !q.BySegment(): // those are asked as one question for each segment
				want, got = twin.Trending(q, s.World, s.Range, s.Settings), runTrend(t, q, s)
				asked["trend"]++
			case q.QueryType == model.HeatmapType && q.Heatmap.X.OfTime() && q.Heatmap.Y.OfTime() && q.Heatmap.Breakdown == nil:
				want, got = gridCells(q.Heatmap, twin.Heatmap(q, s.World, s.Range, s.Settings)), gridOf(t, q, s)
				asked["heatmap"]++
			default:
				continue
			}
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Fatalf("seed %d: counted (+) differs from the twin (-)\n%s\n%+v %+v", seed, diff, q.Trend, q.Heatmap)
			}
		}
	}
	t.Logf("asked %v", asked)
}

// runTrend returns a world's trend in the twin's form.
func runTrend(t *testing.T, q *model.Query, s twin.Scenario) twin.Trend {
	t.Helper()
	b, err := plan.NewTrendBuckets(q.Trend, model.Range(s.Range), plan.Settings(s.Settings))
	if err != nil {
		t.Fatal(err)
	}
	trend := twin.Trend{Starts: b.Starts[:len(b.Counted)], Begun: b.Begun, CutFront: b.CutFront, CutBack: b.CutBack}
	var lines []analysis.TrendLine
	switch {
	case q.Trend.Value == model.TrendEvents && q.Trend.Breakdown == nil:
		for i := range q.Trend.Series {
			line := analysis.TrendLine{Series: i, Counts: make([]int64, len(b.Counted))}
			countWorld(t, q, &q.Trend.Series[i].EventSelector, s, b.Range(), func(at time.Time) { line.Counts[b.Bucket(at)]++ })
			lines = append(lines, line)
		}
	case q.Trend.Value == model.TrendEvents:
		for i := range q.Trend.Series {
			scan := plan.EventScan(q.Filters, &q.Trend.Series[i].EventSelector, q.Trend.Breakdown.Property, b.Range())
			counts, ranking := visitByValue(t, q, s, scan, q.Trend.Breakdown.Limit, func(grouping analysis.Grouping) *analysis.EventsByValue {
				return analysis.NewEventsByValue(b.Starts, grouping)
			})
			lines = append(lines, counts.Lines(i, ranking)...)
		}
	case q.Trend.Breakdown == nil:
		counts := analysis.NewDistinctOverTime(b.Counted, len(q.Trend.Series))
		visitWorld(t, q, s, plan.TrendScan(q, q.Trend.Series, b), analysis.NewValues(), counts)
		for i := range q.Trend.Series {
			lines = append(lines, analysis.TrendLine{Series: i, Counts: counts.Counts[i]})
		}
	default:
		for i := range q.Trend.Series {
			scan := plan.TrendScan(q, q.Trend.Series[i:i+1], b)
			counts, ranking := visitByValue(t, q, s, scan, q.Trend.Breakdown.Limit, func(grouping analysis.Grouping) *analysis.DistinctByValue {
				return analysis.NewDistinctByValue(b.Counted, grouping)
			})
			lines = append(lines, counts.Lines(i, ranking)...)
		}
	}
	for _, line := range lines {
		trend.Lines = append(trend.Lines, twinLine(q.Trend, line))
	}
	return trend
}

func twinLine(m *model.Trend, line analysis.TrendLine) twin.TrendLine {
	l := twin.TrendLine{Series: line.Series, Place: twinPlace(line.Group, m.Breakdown != nil)}
	for _, n := range line.Counts {
		l.Counts = append(l.Counts, int(n))
	}
	return l
}

// visitByValue counts a world as the engine does: again where the first count cannot tell the groups apart.
func visitByValue[V interface {
	analysis.Visitor
	Totals() iter.Seq2[uint32, int64]
	IsExact(*analysis.Ranking) bool
}](t *testing.T, q *model.Query, s twin.Scenario, scan plan.Scan, limit int, newCount func(analysis.Grouping) V) (V, *analysis.Ranking) {
	t.Helper()
	values := analysis.NewValues()
	count := newCount(analysis.FirstValues)
	visitWorld(t, q, s, scan, values, count)
	ranking := analysis.NewRanking(values, limit, count.Totals())
	if !count.IsExact(ranking) {
		count = newCount(ranking.Grouping())
		visitWorld(t, q, s, scan, values, count)
	}
	return count, ranking
}

// visitWorld shows a world to a visitor as a scan would.
func visitWorld(t *testing.T, q *model.Query, s twin.Scenario, scan plan.Scan, values *analysis.Values, v analysis.Visitor) {
	t.Helper()
	from, to := analysis.Bounds(scan.Range)
	for _, events := range actorsOf(t, q, s.World, scan, values) {
		first, last := 0, len(events)
		for first < last && events[first].Time < from {
			first++
		}
		for first < last && events[last-1].Time >= to {
			last--
		}
		if first < last {
			v.Visit(t.Context(), events[first:last])
		}
	}
}

// countWorld hands over when a selector's events in the range happened: of closed days, chosen by chance, by the quarter hour, where these fit.
func countWorld(t *testing.T, q *model.Query, selector *model.EventSelector, s twin.Scenario, span model.Range, add func(at time.Time)) {
	t.Helper()
	if c := (plan.Counting{Filters: q.Filters, Selector: selector, Range: span, Zone: s.Settings.Zone}); !c.FitsQuarters() {
		visitWorld(t, q, s, plan.EventScan(q.Filters, selector, "", span), analysis.NewValues(), visitTimes(add))
		return
	}
	random := rand.New(rand.NewPCG(s.Seed, 3))
	var days []plan.Day
	for day := s.Range.From.UTC().Truncate(24 * time.Hour); !day.After(s.Range.To); day = day.AddDate(0, 0, 1) {
		days = append(days, plan.Day{Start: day, End: day.AddDate(0, 0, 1), Closed: random.IntN(3) > 0})
	}
	c := plan.Counting{Filters: q.Filters, Selector: selector, Range: model.Range(s.Range), Zone: s.Settings.Zone}
	for _, p := range c.Pieces(days) {
		counted := map[time.Time][]int32{}
		for _, day := range p.Days {
			counted[day] = make([]int32, 96)
		}
		for _, e := range s.World.Events {
			if !twin.Picks(q, *selector, e) {
				continue
			}
			day := e.Time.UTC().Truncate(24 * time.Hour)
			if quarters := counted[day]; quarters != nil {
				quarters[e.Time.Sub(day)/(15*time.Minute)]++
			} else if p.Days == nil && !e.Time.Before(p.From) && e.Time.Before(p.To) {
				add(e.Time)
			}
		}
		for day, quarters := range counted {
			p.Quarters(day, quarters, func(start time.Time, events int64) {
				for range events {
					add(start)
				}
			})
		}
	}
}

// visitTimes is told the times of events.
type visitTimes func(at time.Time)

func (v visitTimes) Visit(_ context.Context, events []analysis.Event) {
	for _, e := range events {
		v(analysis.TimeOf(e.Time))
	}
}

// gridOf returns a world's heatmap of time, by cell: the events or actors, or both.
func gridOf(t *testing.T, q *model.Query, s twin.Scenario) map[[2]int]float64 {
	t.Helper()
	counts := analysis.NewHeatmapCounts(q.Heatmap, s.Settings.Zone, s.Range.From, s.Range.To, analysis.Ungrouped)
	if q.Heatmap.Value == model.Events {
		countWorld(t, q, &q.Heatmap.EventSelector, s, model.Range(s.Range), func(at time.Time) { counts.Add(analysis.Microseconds(at), 1) })
	} else {
		scan, ok := plan.HeatmapScan(q, model.Range(s.Range))
		if !ok {
			t.Fatal("no scan")
		}
		visitWorld(t, q, s, scan, analysis.NewValues(), counts)
	}
	cells := map[[2]int]float64{}
	for _, c := range counts.Cells(nil) {
		switch q.Heatmap.Value {
		case model.Events:
			cells[[2]int{c.X, c.Y}] = float64(c.Events)
		case model.EventsPerUser:
			cells[[2]int{c.X, c.Y}] = float64(c.Events) / float64(c.Actors)
		default:
			cells[[2]int{c.X, c.Y}] = float64(c.Actors)
		}
	}
	return cells
}

// gridCells returns the twin's cells that count something, by the engine's places.
func gridCells(h *model.Heatmap, g twin.Grid) map[[2]int]float64 {
	cells := map[[2]int]float64{}
	for i, x := range g.X {
		for j, y := range g.Y {
			if value := g.Parts[0].Cells[i][j]; value != nil && *value > 0 {
				cells[[2]int{placeNumber(h.X, x.Text), placeNumber(h.Y, y.Text)}] = *value
			}
		}
	}
	return cells
}

// placeNumber returns the engine's number for what the twin calls a place.
func placeNumber(d model.Dimension, text string) int {
	layout := map[model.Dimension]string{model.HourOfDay: "15", model.Weekday: "5", model.Date: time.DateOnly, model.CalendarMonth: "2006-01"}[d]
	if d == model.Weekday {
		return int(text[0] - '0')
	}
	if d == model.HourOfDay && len(text) == 1 {
		text = "0" + text
	}
	at, err := time.Parse(layout, text)
	if err != nil {
		panic(err)
	}
	switch d {
	case model.HourOfDay:
		return at.Hour()
	case model.Date:
		return int(at.Unix() / 86400)
	}
	return 12*at.Year() + int(at.Month()) - 1
}
