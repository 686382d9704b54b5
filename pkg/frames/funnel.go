package frames

import (
	"fmt"
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// counted is the name of a field that counts actors.
func counted(a model.Actor) string { return string(a) + "s" }

// stepRow is one row of the steps table; nil is null.
type stepRow struct {
	group, step         string
	actors              int64
	ofFirst, ofPrevious *float64
	dropped, inProgress *int64
	fromPrevious        analysis.Spread
}

// FunnelSteps is a table with one row a step and breakdown value: actors, shares, dropped, in progress, and the time from the
// step before. Of an optional step, what follows the shares is null, and the shares are those of the main step before it. Numbers of
// actors link to lists of them.
func FunnelSteps(f *model.Funnel, groups []analysis.FunnelGroup, links Links) data.Frames {
	var rows []stepRow
	for i := range groups {
		rows = append(rows, stepRows(f, &groups[i])...)
	}
	list := func(field *data.Field, title string, status model.ActorStatus) *data.Field {
		return links.list(field, title, map[string]any{
			"output": model.FunnelActors, "actors": listed(status, f.Breakdown, map[string]any{"step": stepOfRow}),
		})
	}
	fields := []*data.Field{
		column(rows, "step", func(r stepRow) string { return r.step }),
		list(column(rows, counted(f.Actor), func(r stepRow) int64 { return r.actors }), "Who reached it", model.Reached),
		percent(column(rows, "share_of_first", func(r stepRow) *float64 { return r.ofFirst })),
		percent(column(rows, "share_of_previous", func(r stepRow) *float64 { return r.ofPrevious })),
		list(column(rows, "dropped", func(r stepRow) *int64 { return r.dropped }), "Who dropped", model.Dropped),
		list(column(rows, "in_progress", func(r stepRow) *int64 { return r.inProgress }), "Who is in progress", model.InProgress),
		fromPrevious(column(rows, "median_time", func(r stepRow) *float64 { return r.fromPrevious.Median })),
		fromPrevious(column(rows, "p90_time", func(r stepRow) *float64 { return r.fromPrevious.P90 })),
		fromPrevious(column(rows, "mean_time", func(r stepRow) *float64 { return r.fromPrevious.Mean })),
	}
	if f.Breakdown != nil {
		fields = append([]*data.Field{column(rows, "breakdown", func(r stepRow) string { return r.group })}, fields...)
	}
	frame := data.NewFrame("funnel", fields...)
	frame.Meta = &data.FrameMeta{PreferredVisualization: data.VisTypeTable}
	return data.Frames{frame}
}

// fromPrevious is a time since the step before, and says so: that of the whole funnel is another one.
func fromPrevious(time *data.Field) *data.Field {
	unit(time, "s").Config.DisplayNameFromDS += " from previous"
	return time
}

func stepRows(f *model.Funnel, g *analysis.FunnelGroup) []stepRow {
	main, optional := 0, 0
	last := len(g.Reached) - 1
	var rows []stepRow
	for i := range f.Steps {
		row := stepRow{group: g.Kind.Title(g.Value), step: fmt.Sprintf("%d. %s", i+1, f.Steps[i].Title())}
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

// FunnelChart has one row a step, and the actors who reached it in one field a breakdown value: what a bar chart draws as it is.
func FunnelChart(f *model.Funnel, groups []analysis.FunnelGroup, links Links) data.Frames {
	frame := data.NewFrame("funnel")
	for i := range groups {
		rows, list := stepRows(f, &groups[i]), map[string]any{"status": model.Reached, "step": stepOfRow}
		if i == 0 {
			frame.Fields = append(frame.Fields, column(rows, "step", func(r stepRow) string { return r.step }))
		}
		actors := column(rows, counted(f.Actor), func(r stepRow) int64 { return r.actors })
		if f.Breakdown != nil {
			of(actors, rows[0].group)
			list["value"] = rows[0].group
		}
		frame.Fields = append(frame.Fields, links.list(actors, "Who reached it", map[string]any{"output": model.FunnelActors, "actors": list}))
	}
	frame.Meta = &data.FrameMeta{PreferredVisualizationPluginID: "barchart"}
	return data.Frames{frame}
}

// FunnelConversion is one number a breakdown value: what alert rules accept. Where nobody did the first step there is no number.
func FunnelConversion(f *model.Funnel, groups []analysis.FunnelGroup) data.Frames {
	var breakdown []string
	var rate []float64
	for i := range groups {
		g := &groups[i]
		if r := ratio(g.Reached[len(g.Reached)-1], g.Reached[0]); r != nil {
			breakdown, rate = append(breakdown, g.Kind.Title(g.Value)), append(rate, *r)
		}
	}
	frame := data.NewFrame("conversion")
	frame.Meta = &data.FrameMeta{Type: data.FrameTypeNumericLong, TypeVersion: data.FrameTypeVersion{0, 1}}
	if len(rate) == 0 {
		return data.Frames{frame} // no fields: what alert rules take for "no data"
	}
	if f.Breakdown != nil {
		frame.Fields = append(frame.Fields, data.NewField("breakdown", nil, breakdown))
	}
	frame.Fields = append(frame.Fields, percent(spoken(data.NewField("conversion_rate", nil, rate))))
	return data.Frames{frame}
}

// FunnelTrend has one series a breakdown value: the share of those who entered in a bucket that converted; null where nobody
// entered. buckets are the buckets' starts and the end of the last one.
func FunnelTrend(f *model.Funnel, buckets []time.Time, groups []analysis.TrendGroup) data.Frames {
	frame := data.NewFrame("conversion")
	frame.Meta = &data.FrameMeta{Type: data.FrameTypeTimeSeriesWide, TypeVersion: data.FrameTypeVersion{0, 1}}
	if len(groups) == 0 {
		return data.Frames{frame} // no fields: what alert rules take for "no data"
	}
	frame.Fields = append(frame.Fields, data.NewField("time", nil, slices.Clone(buckets[:len(buckets)-1])))
	for i := range groups {
		g := &groups[i]
		rate := column(g.Counts, "conversion_rate", func(c analysis.EnteredConverted) *float64 { return ratio(c.Converted, c.Entered) })
		if f.Breakdown != nil {
			of(rate, g.Kind.Title(g.Value))
		}
		percent(rate).Config.Max = nil // a panel's axis need not reach 100 %
		frame.Fields = append(frame.Fields, rate)
	}
	return data.Frames{frame}
}

// histogramType is the frame type that the histogram panel draws as it is. The SDK has no constant for it.
const histogramType data.FrameType = "histogram"

// FunnelTimeToConvert is a histogram of the seconds from first step to last, with one count a breakdown value. The bins are
// equally wide and reach from the shortest time of all to the longest, which the last bin includes. Where all times are equal, bins
// are a second wide.
func FunnelTimeToConvert(f *model.Funnel, groups []analysis.FunnelGroup) data.Frames {
	frame := data.NewFrame("time to convert")
	frame.Meta = &data.FrameMeta{Type: histogramType}
	var all []int64
	for i := range groups {
		all = append(all, groups[i].Converted...)
	}
	if len(all) == 0 {
		return data.Frames{frame}
	}
	shortest, longest := slices.Min(all), slices.Max(all)
	frame.Meta.Notices = []data.Notice{{Severity: data.NoticeSeverityInfo, Text: fmt.Sprintf(
		"From first step to last, over all %s who convert: median %s, 90th percentile %s.", counted(f.Actor), duration(analysis.Percentile(all, 0.5)), duration(analysis.Percentile(all, 0.9)))}}
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
	frame.Fields = append(frame.Fields, unit(data.NewField("xMin", nil, low), "s"), unit(data.NewField("xMax", nil, high), "s"))
	for i := range groups {
		counts := make([]int64, f.Bins)
		for _, us := range groups[i].Converted {
			counts[min((us-shortest)*int64(f.Bins)/span, int64(f.Bins)-1)]++
		}
		name := counted(f.Actor)
		if f.Breakdown != nil {
			name = groups[i].Kind.Title(groups[i].Value)
		}
		frame.Fields = append(frame.Fields, data.NewField(name, nil, counts))
	}
	return data.Frames{frame}
}

// duration shows seconds in the largest unit that they fill, to three digits.
func duration(seconds *float64) string {
	for _, u := range []struct {
		name   string
		length float64
	}{{"d", 86400}, {"h", 3600}, {"min", 60}} {
		if *seconds >= u.length {
			return fmt.Sprintf("%.3g %s", *seconds/u.length, u.name)
		}
	}
	return fmt.Sprintf("%.3g s", *seconds)
}

// FunnelActors is a table of actors.
func FunnelActors(f *model.Funnel, list []analysis.FunnelActor, links Links) data.Frames {
	frame := data.NewFrame("actors", actors(&links, f.Actor, list, func(a analysis.FunnelActor) analysis.ActorID { return a.ActorID })...)
	frame.Fields = append(frame.Fields,
		column(list, "steps", func(a analysis.FunnelActor) int64 { return int64(a.Steps) }),
		column(list, "started", func(a analysis.FunnelActor) time.Time { return a.Started }),
		column(list, "ended", func(a analysis.FunnelActor) time.Time { return a.Ended }),
	)
	if f.Breakdown != nil {
		frame.Fields = append(frame.Fields, column(list, "breakdown", func(a analysis.FunnelActor) string {
			return a.Kind.Title(a.Value)
		}))
	}
	frame.Meta = &data.FrameMeta{PreferredVisualization: data.VisTypeTable}
	return data.Frames{frame}
}
