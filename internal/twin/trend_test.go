package twin

import (
	"fmt"
	"strings"
	"testing"

	"github.com/footfall-analytics/footfall/pkg/model"
)

func TestTrend(t *testing.T) {
	w := world(t, `2025-12-20 12:00:00 o a x
		2026-01-01 12:00:00 u a x
		2026-01-05 23:30:00 u a x
		2026-01-06 00:00:00 v a y
		2026-01-06 01:00:00 u b x
		2026-01-06 01:30:00 u a x
		2026-01-06 02:00:00 - a
		2026-01-08 10:00:00 w a z
		2026-01-09 10:00:00 w a z`)
	r := between(t, "2026-01-05 12:00:00", "2026-01-10 00:00:00")
	s := Settings{Zone: zone(t, "Europe/Berlin"), Now: at(t, "2026-01-08 12:00:00")} // an hour ahead of UTC
	for query, want := range map[string]string{
		`{}`: "any event: 0 5 0 1 - -; front, back",
		`{"series":[{"event":"a","label":"A"},{"event":"b"}],"value":"users"}`:    "A: 0 2 0 1 - -, b: 0 1 0 0 - -; front, back",
		`{"series":[{"event":"a"}],"value":"users_7_days"}`:                       "a: 1 2 2 3 - -; back",
		`{"series":[{"event":"a"}],"value":"users_30_days"}`:                      "a: 2 3 3 4 - -; back",
		`{"series":[{"event":"a"}],"value":"users_30_days","interval":"month"}`:   "a: 4; back",
		`{"series":[{"event":"a"}],"value":"users_7_days","interval":"month"}`:    "a: 3; back",
		`{"value":"users","interval":"week"}`:                                     "any event: 3; front, back",
		`{"breakdown":{"property":"metadata.channel","limit":1}}`:                 "any event x: 0 3 0 0 - -, any event other: 0 1 0 1 - -, any event none: 0 1 0 0 - -; front, back",
		`{"value":"users","breakdown":{"property":"metadata.channel","limit":1}}`: "any event x: 0 1 0 0 - -, any event other: 0 1 0 1 - -; front, back",
		`{"series":[{"event":"c"}],"breakdown":{"property":"metadata.channel"}}`:  "; front, back",
	} {
		q := parse(t, `{"queryType":"trend","trend":`+query+`}`)
		if got := drawTrend(q.Trend, Trending(q, w, r, s)); got != want {
			t.Errorf("%s: %s; want %s", query, got, want)
		}
	}
}

func drawTrend(m *model.Trend, trend Trend) string {
	var lines, cuts []string
	for _, line := range trend.Lines {
		text := m.Series[line.Series].Title()
		switch line.Kind {
		case All:
		case Value:
			text += " " + line.Text
		default:
			text += " " + string(line.Kind)
		}
		text += ":"
		for b, n := range line.Counts {
			if b < trend.Begun {
				text += fmt.Sprintf(" %d", n)
			} else {
				text += " -"
			}
		}
		lines = append(lines, text)
	}
	if trend.CutFront {
		cuts = append(cuts, "front")
	}
	if trend.CutBack {
		cuts = append(cuts, "back")
	}
	return strings.Join(lines, ", ") + "; " + strings.Join(cuts, ", ")
}

// heatmapTraits and trendTraits say what a random answer reaches.
func heatmapTraits(h *model.Heatmap, g Grid) []string {
	if h == nil {
		return nil
	}
	var all []string
	for _, part := range g.Parts {
		for _, column := range part.Cells {
			for _, cell := range column {
				if cell == nil || *cell == 0 {
					continue
				}
				all = append(all, "heatmap cell", "heatmap of "+string(h.X), "heatmap of "+string(h.Y), "heatmap part "+string(part.Kind))
				if *cell > 1 {
					all = append(all, "several "+string(h.Value))
				}
			}
		}
	}
	for why := range g.LeftOut {
		all = append(all, fmt.Sprintf("left out outside %t", why.Outside))
	}
	for _, e := range g.Elements {
		all = append(all, "element "+string(e.Kind))
		if e.Events > e.Users && e.Users > 1 && e.Left < e.Right && e.Top < e.Bottom {
			all = append(all, "wide element of several users")
		}
	}
	for i, users := range g.Reached {
		if i > 0 && users > 0 && users < g.Reached[i-1] {
			all = append(all, "users who stopped")
		}
	}
	return all
}

func trendTraits(m *model.Trend, trend Trend) []string {
	var all []string
	for _, line := range trend.Lines {
		for b, n := range line.Counts {
			switch {
			case b >= trend.Begun:
				all = append(all, "trend of the future")
			case n > 1:
				all = append(all, "trend of "+string(m.Value), "trend by "+string(m.Interval), "trend "+string(line.Kind))
			}
		}
	}
	return all
}

// Random heatmaps and trends reach every dimension, value and interval.
func TestRandomHeatmapsAndTrendsReachEverything(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(1300) {
		s := Random(seed, 6)
		for _, q := range s.Queries {
			answer := Ask(q, s.World, s.Range, s.Settings)
			for _, what := range append(heatmapTraits(q.Heatmap, answer.Heatmap), trendTraits(q.Trend, answer.Trend)...) {
				seen[what]++
			}
		}
	}
	for _, what := range []string{
		"heatmap of hour", "heatmap of weekday", "heatmap of date", "heatmap of month", "heatmap of property", "heatmap of bins",
		"heatmap part all", "heatmap part value", "heatmap part other", "heatmap part none",
		"several events", "several users", "several sessions", "several events_per_user", "left out outside true", "left out outside false",
		"element value", "element other", "element none", "wide element of several users", "users who stopped",
		"trend of events", "trend of users", "trend of sessions", "trend of users_7_days", "trend of users_30_days", "trend of the future",
		"trend by hour", "trend by day", "trend by week", "trend by month", "trend all", "trend value", "trend other", "trend none",
	} {
		if seen[what] < 20 {
			t.Errorf("only %d random cells show %q", seen[what], what)
		}
	}
}
