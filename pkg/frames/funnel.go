package frames

import (
	"fmt"
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// actorsName returns the name of a field that counts actors.
func actorsName(a model.Actor) string { return string(a) + "s" }

// stepRow is one row of the steps table; nil is null.
type stepRow struct {
	group, step         string
	actors              int64
	ofFirst, ofPrevious *float64
	dropped, inProgress *int64
	fromPrevious        analysis.Spread
}

// FunnelSteps returns a table with one row per step and breakdown value: actors, shares, dropped, in progress, and the time from the
// previous step. An optional step has shares relative to the main step before it, and null in the columns after them. Numbers of actors
// link to lists of these actors.
func FunnelSteps(panel Panel, groups []analysis.FunnelGroup) data.Frames {
	f := panel.Query.Funnel
	var rows []stepRow
	for i := range groups {
		rows = append(rows, stepRows(f, &groups[i])...)
	}
	list := func(field *data.Field, title say.Text, status model.ActorStatus) *data.Field {
		return panel.linkList(field, title, map[string]any{
			"output": model.FunnelActors, "actors": pickActors(status, f.Breakdown, map[string]any{"step": stepOfRow}),
		})
	}
	reached := func(field *data.Field) *data.Field {
		return list(field, say.New("link.reached", "Who reached it"), model.Reached)
	}
	fields := []*data.Field{
		stepColumn(f, rows),
		reached(newColumn(rows, actorsName(f.Actor), func(r stepRow) int64 { return r.actors })),
		reached(setPercent(newColumn(rows, "share_of_first", func(r stepRow) *float64 { return r.ofFirst }))),
		reached(setPercent(newColumn(rows, "share_of_previous", func(r stepRow) *float64 { return r.ofPrevious }))),
		list(newColumn(rows, "dropped", func(r stepRow) *int64 { return r.dropped }), say.New("link.dropped", "Who dropped"), model.Dropped),
		list(newColumn(rows, "in_progress", func(r stepRow) *int64 { return r.inProgress }), say.New("link.in-progress", "Who is in progress"), model.InProgress),
		setUnit(newColumn(rows, "median_time", func(r stepRow) *float64 { return r.fromPrevious.Median }), "s"),
		setUnit(newColumn(rows, "p90_time", func(r stepRow) *float64 { return r.fromPrevious.P90 }), "s"),
		setUnit(newColumn(rows, "mean_time", func(r stepRow) *float64 { return r.fromPrevious.Mean }), "s"),
	}
	if f.Breakdown != nil {
		fields = append([]*data.Field{markLinked(addGroupWords(newColumn(rows, "breakdown", func(r stepRow) string { return r.group })))}, fields...)
	}
	frame := data.NewFrame("funnel", fields...)
	frame.Meta = &data.FrameMeta{PreferredVisualization: data.VisTypeTable}
	return data.Frames{frame}
}

// stepColumn names the steps. Links use only the number in the name.
func stepColumn(f *model.Funnel, rows []stepRow) *data.Field {
	field := newColumn(rows, "step", func(r stepRow) string { return r.step })
	for i := range f.Steps {
		if isAnyEvent(&f.Steps[i].EventSelector, f.Steps[i].Label) {
			addWord(field, say.New("word.numbered", "{{number}}. {{event}}", i+1, anyEvent()))
		}
	}
	return field
}

func stepRows(f *model.Funnel, g *analysis.FunnelGroup) []stepRow {
	main, optional := 0, 0
	last := len(g.Reached) - 1
	var rows []stepRow
	for i := range f.Steps {
		row := stepRow{group: g.Title(), step: fmt.Sprintf("%d. %s", i+1, f.Steps[i].Title())}
		if f.Steps[i].Optional {
			row.actors = g.Optional[optional]
			row.ofPrevious = ratio(row.actors, g.Reached[main-1])
			optional++
		} else {
			row.actors, row.fromPrevious = g.Reached[main], g.FromPrevious[main]
			if main > 0 {
				row.ofPrevious = ratio(row.actors, g.Reached[main-1])
			}
			if main < last {
				lost := row.actors - g.Reached[main+1] - g.InProgress[main]
				row.dropped, row.inProgress = &lost, &g.InProgress[main]
			}
			main++
		}
		row.ofFirst = ratio(row.actors, g.Reached[0])
		rows = append(rows, row)
	}
	return rows
}

// FunnelChart returns a table with one row per step, and the actors who reached it in one field per breakdown value. A bar chart draws it
// as it is.
func FunnelChart(panel Panel, groups []analysis.FunnelGroup) data.Frames {
	f := panel.Query.Funnel
	frame := data.NewFrame("funnel")
	for i := range groups {
		rows, list := stepRows(f, &groups[i]), map[string]any{"status": model.Reached, "step": stepOfRow}
		if i == 0 {
			frame.Fields = append(frame.Fields, stepColumn(f, rows))
		}
		actors := newColumn(rows, actorsName(f.Actor), func(r stepRow) int64 { return r.actors })
		if f.Breakdown != nil {
			setGroup(actors, rows[0].group)
			list["value"] = rows[0].group
		}
		frame.Fields = append(frame.Fields, panel.linkList(actors, say.New("link.reached", "Who reached it"), map[string]any{"output": model.FunnelActors, "actors": list}))
	}
	frame.Meta = &data.FrameMeta{PreferredVisualizationPluginID: "barchart"}
	return data.Frames{frame}
}

// FunnelConversion returns one number per breakdown value, which alert rules accept; no number if nobody did the first step.
func FunnelConversion(panel Panel, groups []analysis.FunnelGroup) data.Frames {
	f := panel.Query.Funnel
	var breakdown []string
	var rate []float64
	for i := range groups {
		g := &groups[i]
		if r := ratio(g.Reached[len(g.Reached)-1], g.Reached[0]); r != nil {
			breakdown, rate = append(breakdown, g.Title()), append(rate, *r)
		}
	}
	frame := data.NewFrame("conversion")
	frame.Meta = &data.FrameMeta{Type: data.FrameTypeNumericLong, TypeVersion: data.FrameTypeVersion{0, 1}}
	if len(rate) == 0 {
		return data.Frames{frame} // no fields: what alert rules take for "no data"
	}
	if f.Breakdown != nil {
		frame.Fields = append(frame.Fields, markLinked(addGroupWords(titleByName(data.NewField("breakdown", nil, breakdown)))))
	}
	converted := setPercent(titleByName(data.NewField("conversion_rate", nil, rate)))
	frame.Fields = append(frame.Fields, panel.linkList(converted, say.New("link.reached", "Who reached it"), map[string]any{
		"output": model.FunnelActors, "actors": pickActors(model.Reached, f.Breakdown, map[string]any{"step": len(f.Steps)}),
	}))
	return data.Frames{frame}
}

// FunnelTrend returns one series per breakdown value: the share of the actors who entered in a bucket that converted; null if nobody
// entered.
func FunnelTrend(panel Panel, trend *analysis.FunnelTrend) data.Frames {
	f := panel.Query.Funnel
	frame := data.NewFrame("conversion")
	frame.Meta = &data.FrameMeta{Type: data.FrameTypeTimeSeriesWide, TypeVersion: data.FrameTypeVersion{0, 1}}
	groups, buckets := trend.Groups, trend.Buckets
	if len(groups) == 0 {
		return data.Frames{frame} // no fields: what alert rules take for "no data"
	}
	panel.setBuckets(frame, string(f.Interval))
	frame.Fields = append(frame.Fields, titleByName(data.NewField("time", nil, slices.Clone(buckets[:len(buckets)-1]))))
	for i := range groups {
		g := &groups[i]
		rate := newColumn(g.Counts, "conversion_rate", func(c analysis.EntryCounts) *float64 { return ratio(c.Converted, c.Entered) })
		if f.Breakdown != nil {
			setGroup(rate, g.Title())
		}
		setPercent(rate).Config.Max = nil // a panel's axis need not reach 100 %
		frame.Fields = append(frame.Fields, rate)
	}
	markOpenBuckets(panel, frame, trend)
	return data.Frames{frame}
}

// markOpenBuckets says which buckets are not counted whole, or can still change: in notices, and by row number in the frame's custom
// metadata.
func markOpenBuckets(panel Panel, frame *data.Frame, trend *analysis.FunnelTrend) {
	var rows []int
	if trend.CutFront {
		rows = append(rows, 0)
		addNotice(frame, data.NoticeSeverityInfo, cutFrontText(panel.Query.Funnel.Interval.Period()))
	}
	for i := trend.Open; i < trend.Begun; i++ {
		if i > 0 || !trend.CutFront {
			rows = append(rows, i)
		}
	}
	if trend.Open < trend.Begun {
		addNotice(frame, data.NoticeSeverityInfo, say.New("notice.open-windows",
			"From {{time}} on, the window of those who entered is still open, or the range ends within the {{period}}: conversion can still change.",
			trend.Buckets[trend.Open].In(panel.Zone).Format("2006-01-02 15:04"), periodText(panel.Query.Funnel.Interval.Period())))
	}
	if rows != nil {
		ensureCustom(frame).Incomplete = rows
	}
}

// histogramType is the frame type that the histogram panel draws as it is. The SDK has no constant for it.
const histogramType data.FrameType = "histogram"

// FunnelTimeToConvert returns a histogram of the seconds from first step to last, with one count per breakdown value. The bins are equally
// wide and reach from the shortest time of all to the longest, which the last bin includes. If all times are equal, bins are a second wide.
func FunnelTimeToConvert(panel Panel, parts []analysis.FunnelGroup) data.Frames {
	f := panel.Query.Funnel
	frame := data.NewFrame("time to convert")
	frame.Meta = &data.FrameMeta{Type: histogramType}
	var all []int64
	for i := range parts {
		all = append(all, parts[i].Converted...)
	}
	if len(all) == 0 {
		return data.Frames{frame}
	}
	shortest, longest := slices.Min(all), slices.Max(all)
	addNotice(frame, data.NoticeSeverityInfo, say.New("notice.time-to-convert",
		"From first step to last, over all {{actors}} who convert: median {{median}}, 90th percentile {{p90}}.",
		actorsText(f.Actor), Duration(*analysis.Percentile(all, 0.5)), Duration(*analysis.Percentile(all, 0.9))))
	span := longest - shortest
	if span == 0 {
		span = int64(f.Bins) * 1e6
	}
	width := float64(span) / float64(f.Bins)
	low, high := make([]float64, f.Bins), make([]float64, f.Bins)
	for b := range f.Bins {
		low[b] = (float64(shortest) + float64(b)*width) / 1e6
		high[b] = (float64(shortest) + float64(b+1)*width) / 1e6
	}
	frame.Fields = append(frame.Fields, setUnit(titleByName(data.NewField("xMin", nil, low)), "s"), setUnit(titleByName(data.NewField("xMax", nil, high)), "s"))
	for i := range parts {
		counts := make([]int64, f.Bins)
		for _, us := range parts[i].Converted {
			counts[min((us-shortest)*int64(f.Bins)/span, int64(f.Bins)-1)]++
		}
		if f.Breakdown == nil {
			frame.Fields = append(frame.Fields, titleByName(data.NewField(actorsName(f.Actor), nil, counts)))
			continue
		}
		field := data.NewField(parts[i].Title(), nil, counts)
		if text, isOurs := groupText(field.Name); isOurs {
			setTitle(field, text)
		}
		frame.Fields = append(frame.Fields, field)
	}
	return data.Frames{frame}
}

// Duration shows seconds in the largest unit that they fill, to three digits.
func Duration(seconds float64) say.Text {
	amount := func(length float64) string { return fmt.Sprintf("%.3g", seconds/length) }
	switch s := seconds; {
	case s >= 86400:
		return say.New("unit.days", "{{amount}} d", amount(86400))
	case s >= 3600:
		return say.New("unit.hours", "{{amount}} h", amount(3600))
	case s >= 60:
		return say.New("unit.minutes", "{{amount}} min", amount(60))
	}
	return say.New("unit.seconds", "{{amount}} s", amount(1))
}

// FunnelActors returns a table of actors.
func FunnelActors(panel Panel, list []analysis.FunnelActor) data.Frames {
	f := panel.Query.Funnel
	frame := data.NewFrame("actors", actorColumns(&panel, f.Actor, list, func(a analysis.FunnelActor) analysis.ActorID { return a.ActorID })...)
	frame.Fields = append(frame.Fields,
		newColumn(list, "steps", func(a analysis.FunnelActor) int64 { return int64(a.Steps) }),
		newColumn(list, "started", func(a analysis.FunnelActor) time.Time { return a.Started }),
		newColumn(list, "ended", func(a analysis.FunnelActor) time.Time { return a.Ended }),
	)
	if f.Breakdown != nil {
		frame.Fields = append(frame.Fields, addGroupWords(newColumn(list, "breakdown", func(a analysis.FunnelActor) string {
			return a.Title()
		})))
	}
	frame.Meta = &data.FrameMeta{PreferredVisualization: data.VisTypeTable}
	return data.Frames{frame}
}
