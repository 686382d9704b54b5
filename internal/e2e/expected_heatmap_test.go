package e2e

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/footfall-analytics/footfall/internal/twin"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// heatmapTable returns the frames that the twin's answer makes: one, or one for each value of the breakdown.
func heatmapTable(h *model.Heatmap, grid twin.Grid) table {
	ax, ay := h.Axes()
	notices := leftOut(ax, ay, grid)
	if len(grid.Parts) == 0 || len(grid.X) == 0 || len(grid.Y) == 0 {
		return table{Notices: notices}
	}
	var tables []table
	for _, part := range grid.Parts {
		t := table{Fields: []string{axisName("x", ax), axisName("y", ay), string(h.Value)}, Notices: notices}
		if h.Breakdown != nil {
			t.Fields[2] += " " + twin.Title(part.Place.Kind, part.Place.Text)
		}
		for i, x := range grid.X {
			for j, y := range grid.Y {
				t.Rows = append(t.Rows, []any{onAxis(ax, i, x, true), onAxis(ay, j, y, false), optional(part.Cells[i][j])})
			}
		}
		if h.Y != model.ByBins {
			for _, y := range grid.Y {
				t.Labels = append(t.Labels, labelOnAxis(h.Y, y))
			}
		}
		tables = append(tables, t)
	}
	tables[0].More = slices.Concat(tables[1:], besidePage(h, grid))
	return tables[0]
}

// besidePage returns the frames of the elements of a page, and of how far down users came.
func besidePage(h *model.Heatmap, grid twin.Grid) (tables []table) {
	if h.Elements != nil {
		x, y := h.XBins.Edges(), h.YBins.Edges()
		t := table{Fields: []string{"element", "events", "users", "share", "left", "top", "right", "bottom"}}
		all := 0
		for _, e := range grid.Elements {
			all += e.Events
		}
		for _, e := range grid.Elements {
			t.Rows = append(t.Rows, []any{twin.Title(e.Kind, e.Text), float64(e.Events), float64(e.Users), share(e.Events, all), x[e.Left], y[e.Top], x[e.Right+1], y[e.Bottom+1]})
		}
		tables = append(tables, t)
	}
	if h.Scroll != nil {
		t := table{Fields: []string{"depth", "users", "share"}}
		for i, edge := range h.YBins.Edges() {
			t.Rows = append(t.Rows, []any{edge, float64(grid.Reached[i]), share(grid.Reached[i], grid.Scrolled)})
		}
		tables = append(tables, t)
	}
	return tables
}

func axisName(name string, a model.Axis) string {
	if a.Dimension == model.ByBins {
		return name + "Min"
	}
	return name
}

// onAxis returns what the frame has for the i-th place of an axis.
func onAxis(a model.Axis, i int, p twin.Place, isX bool) any {
	switch {
	case a.Dimension == model.ByBins:
		return a.Bins.Edges()[i]
	case a.Dimension == model.Date && isX:
		return p.Text
	}
	return float64(i)
}

func labelOnAxis(d model.Dimension, p twin.Place) string {
	switch d {
	case model.HourOfDay:
		hour, _ := strconv.Atoi(p.Text)
		return fmt.Sprintf("%02d:00", hour)
	case model.Weekday:
		day, _ := strconv.Atoi(p.Text)
		return time.Weekday(day).String()[:3]
	}
	return twin.Title(p.Kind, p.Text)
}

func leftOut(x, y model.Axis, grid twin.Grid) (notices []string) {
	for _, property := range []string{x.Property, y.Property} {
		for _, why := range []struct {
			outside bool
			text    string
		}{{false, "not a number"}, {true, "outside of the bins"}} {
			if n := grid.LeftOut[twin.LeftOut{Property: property, Outside: why.outside}]; n > 0 {
				notices = append(notices, fmt.Sprintf("Number of events left out because their %s is %s: %d.", property, why.text, n))
			}
		}
	}
	return notices
}
