package frames

import (
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// HeatmapRow is one cell that counts something. Hours are 0 to 23, weekdays 0 (Sunday) to 6, dates days since 1970-01-01.
type HeatmapRow struct {
	X     int   `db:"x"`
	Y     int   `db:"y"`
	Value int64 `db:"value"`
}

// HeatmapGrid says which cells there are.
type HeatmapGrid struct {
	// From and To are the panel's range, To exclusive: the dates in it, in Zone, make the date dimension.
	From, To  time.Time
	Zone      *time.Location
	WeekStart time.Weekday
}

// axis is a dimension: how many places it has, where a row's number goes, and what each place is called.
type axis struct {
	size  int
	place func(n int) int
	label func(place int) string
}

func (g *HeatmapGrid) axis(d model.Dimension) axis {
	switch d {
	case model.HourOfDay:
		return axis{24, func(n int) int { return n }, func(i int) string { return fmt.Sprintf("%02d:00", i) }}
	case model.Weekday:
		return axis{7,
			func(n int) int { return (n - int(g.WeekStart) + 7) % 7 },
			func(i int) string { return time.Weekday((i + int(g.WeekStart)) % 7).String()[:3] }}
	}
	first, last := g.days()
	return axis{last - first + 1, func(n int) int { return n - first }, func(i int) string { return time.Unix(int64(first+i)*86400, 0).UTC().Format(time.DateOnly) }}
}

// days are the first and the last date of the range, as days since 1970-01-01.
func (g *HeatmapGrid) days() (first, last int) {
	number := func(t time.Time) int {
		t = t.In(g.Zone)
		return int(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86400)
	}
	return number(g.From), number(g.To.Add(-time.Nanosecond))
}

// date is the local midnight of a day since 1970-01-01; the hour after where a clock change skips it.
func (g *HeatmapGrid) date(day int) time.Time {
	t := time.Date(1970, time.January, 1+day, 0, 0, 0, 0, g.Zone)
	if t.Hour() == 23 {
		t = t.Add(time.Hour)
	}
	return t
}

// Heatmap makes a dense frame for the heatmap panel: cells without events are 0.
// A row outside of the grid is an error: the server then has other rules for the time zone than this program.
func Heatmap(h *model.Heatmap, grid HeatmapGrid, rows []HeatmapRow) (data.Frames, error) {
	x, y := grid.axis(h.X), grid.axis(h.Y)
	counts := make([]float64, x.size*y.size)
	for _, row := range rows {
		i, j := x.place(row.X), y.place(row.Y)
		if i < 0 || i >= x.size || j < 0 || j >= y.size {
			return nil, fmt.Errorf("the database server and Grafana disagree about the time zone %s: update the time zone data of the older one", grid.Zone)
		}
		counts[i*y.size+j] = float64(row.Value)
	}
	first, _ := grid.days()
	frame := cells("heatmap", x.size, y.size,
		func(i int) any {
			if h.X == model.Date {
				return grid.date(first + i)
			}
			return float64(i)
		},
		func(i, j int) *float64 { return &counts[i*y.size+j] })
	frame.Fields[2].Name = string(h.Value)
	unit(frame.Fields[2], "short")
	labels := make([]string, y.size)
	for j := range labels {
		labels[j] = y.label(j)
	}
	yLabels(frame, labels)
	return data.Frames{frame}, nil
}
