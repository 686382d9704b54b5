package frames

import (
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// Trend makes a wide frame: the buckets' starts, and a field for each series and breakdown value. Future buckets are empty.
func Trend(panel Panel, t *analysis.Trend) data.Frames {
	m := panel.Query.Trend
	frame := data.NewFrame("trend")
	frame.Meta = &data.FrameMeta{Type: data.FrameTypeTimeSeriesWide, TypeVersion: data.FrameTypeVersion{0, 1}}
	if len(t.Lines) == 0 {
		return data.Frames{frame} // no fields: what alert rules take for "no data"
	}
	frame.Fields = append(frame.Fields, titleByName(data.NewField("time", nil, t.Starts)))
	for i := range t.Lines {
		frame.Fields = append(frame.Fields, trendField(m, t, &t.Lines[i]))
	}
	panel.setBuckets(frame, string(m.Interval))
	markIncomplete(frame, m, t)
	return data.Frames{frame}
}

func trendField(m *model.Trend, t *analysis.Trend, line *analysis.TrendLine) *data.Field {
	values := make([]*int64, len(t.Starts))
	for i := range t.Begun {
		values[i] = &line.Counts[i]
	}
	series := &m.Series[line.Series]
	labels := data.Labels{"series": series.Title()}
	var name any = series.Title()
	if isAnyEvent(&series.EventSelector, series.Label) {
		name = anyEvent()
	}
	if m.Breakdown != nil {
		value := line.Title()
		labels["breakdown"] = value
		if len(m.Series) > 1 {
			name = say.New("word.series-value", "{{series}}: {{value}}", name, groupValue(value))
		} else {
			name = groupValue(value)
		}
	}
	field := data.NewField(string(m.Value), labels, values)
	setAnyTitle(field, name)
	return field
}

func cutFrontText(period model.Period) say.Text {
	return say.New("notice.cut-front", "The first {{period}} began before the range: only its part in the range is counted.", periodText(period))
}

// markIncomplete says which buckets are not counted whole: in a notice, and by row number in the frame's custom metadata.
func markIncomplete(frame *data.Frame, m *model.Trend, t *analysis.Trend) {
	var rows []int
	notice := func(row int, text say.Text) {
		rows = append(rows, row)
		addNotice(frame, data.NoticeSeverityInfo, text)
	}
	if t.CutFront {
		notice(0, cutFrontText(m.Interval.Period()))
	}
	if t.CutBack {
		notice(t.Begun-1, say.New("notice.cut-back", "The last {{period}} is not over, or the range ends within it: its numbers can still grow.", periodText(m.Interval.Period())))
	}
	if rows != nil {
		ensureCustom(frame).Incomplete = rows
	}
}
