package e2e

import (
	"fmt"

	"github.com/footfall-analytics/footfall/internal/twin"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// trendTable returns the frame that the twin's answer makes.
func trendTable(m *model.Trend, trend twin.Trend, s twin.Settings) table {
	if len(trend.Lines) == 0 {
		return table{}
	}
	t := table{Fields: []string{"time"}}
	if trend.CutFront {
		t.Incomplete = append(t.Incomplete, 0)
		t.Notices = append(t.Notices, fmt.Sprintf("The first %s began before the range: only its part in the range is counted.", m.Interval))
	}
	if trend.CutBack {
		t.Incomplete = append(t.Incomplete, trend.Begun-1)
		t.Notices = append(t.Notices, fmt.Sprintf("The last %s is not over, or the range ends within it: its numbers can still grow.", m.Interval))
	}
	for _, line := range trend.Lines {
		name := string(m.Value) + " "
		if m.Breakdown != nil {
			name += twin.Title(line.Place.Kind, line.Place.Text) + " "
		}
		t.Fields = append(t.Fields, name+m.Series[line.Series].Title())
	}
	for b, start := range trend.Starts {
		row := []any{moment(start, s.Zone)}
		for _, line := range trend.Lines {
			if b < trend.Begun {
				row = append(row, float64(line.Counts[b]))
			} else {
				row = append(row, nil)
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
