package frames

import (
	"fmt"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// Trend makes a wide frame: the buckets' starts, and a field for each series and breakdown value. Buckets of the future are empty.
func Trend(m *model.Trend, t *analysis.Trend) data.Frames {
	frame := data.NewFrame("trend")
	frame.Meta = &data.FrameMeta{Type: data.FrameTypeTimeSeriesWide, TypeVersion: data.FrameTypeVersion{0, 1}}
	if len(t.Lines) == 0 {
		return data.Frames{frame} // no fields: what alert rules take for "no data"
	}
	frame.Fields = append(frame.Fields, data.NewField("time", nil, t.Starts))
	for i := range t.Lines {
		frame.Fields = append(frame.Fields, trendField(m, t, &t.Lines[i]))
	}
	markIncomplete(frame, m, t)
	return data.Frames{frame}
}

func trendField(m *model.Trend, t *analysis.Trend, line *analysis.TrendLine) *data.Field {
	values := make([]*int64, len(t.Starts))
	for i := range t.Begun {
		values[i] = &line.Counts[i]
	}
	series := m.Series[line.Series].Title()
	name, labels := series, data.Labels{"series": series}
	if m.Breakdown != nil {
		value := rankedLabel(line.Place, line.Text)
		labels["breakdown"] = value
		if name = value; len(m.Series) > 1 {
			name = series + ": " + value
		}
	}
	field := data.NewField(string(m.Value), labels, values)
	field.Config = &data.FieldConfig{DisplayNameFromDS: name}
	return field
}

// markIncomplete says in a notice, and in the frame's custom meta by row number, which buckets are not counted whole.
func markIncomplete(frame *data.Frame, m *model.Trend, t *analysis.Trend) {
	var rows []int
	notice := func(row int, text string) {
		rows = append(rows, row)
		frame.Meta.Notices = append(frame.Meta.Notices, data.Notice{Severity: data.NoticeSeverityInfo, Text: text})
	}
	if t.CutFront {
		notice(0, fmt.Sprintf("The first %s began before the range: only its part in the range is counted.", m.Interval))
	}
	if t.CutBack {
		notice(t.Begun-1, fmt.Sprintf("The last %s is not over, or the range ends within it: its numbers can still grow.", m.Interval))
	}
	if rows != nil {
		frame.Meta.Custom = map[string]any{"incomplete": rows}
	}
}
