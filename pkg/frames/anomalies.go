package frames

import (
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// BusyActorCount returns one number: how many actors are busy.
func BusyActorCount(panel Panel, answer *analysis.BusyList) data.Frames {
	name := actorsName(panel.Query.Anomalies.Actor)
	count := titleByName(data.NewField(name, nil, []int64{int64(answer.All)}))
	frame := data.NewFrame("busy "+name, panel.linkList(count, say.New("link.busy", "Who is busy"), map[string]any{"output": model.BusyActors}))
	frame.Meta = &data.FrameMeta{Type: data.FrameTypeNumericWide, TypeVersion: data.FrameTypeVersion{0, 1}}
	return data.Frames{frame}
}

// BusyActors returns a table of actors with their highest counts, and when they had them.
func BusyActors(panel Panel, answer *analysis.BusyList) data.Frames {
	frame := busyFrame(panel, answer)
	frame.Fields = append(frame.Fields,
		newColumn(answer.Busiest, "time", func(b analysis.BusyActor) time.Time { return analysis.TimeOf(b.At) }))
	return data.Frames{frame}
}

// BusyActorPeaks returns the highest counts as numbers, which alert rules take. If nobody is busy there are none.
func BusyActorPeaks(panel Panel, answer *analysis.BusyList) data.Frames {
	frame := busyFrame(panel, answer)
	frame.Meta.Type, frame.Meta.TypeVersion = data.FrameTypeNumericLong, data.FrameTypeVersion{0, 1}
	if len(answer.Busiest) == 0 {
		frame.Fields = nil // what alert rules take for "no data"
	}
	return data.Frames{frame}
}

// busyFrame returns a frame of actors and their highest counts.
func busyFrame(panel Panel, answer *analysis.BusyList) *data.Frame {
	a, list := panel.Query.Anomalies, answer.Busiest
	frame := data.NewFrame("busy "+actorsName(a.Actor), append(
		actorColumns(&panel, a.Actor, list, func(b analysis.BusyActor) analysis.ActorID { return b.ActorID }),
		newColumn(list, "events", func(b analysis.BusyActor) int64 { return b.Events }))...)
	frame.Meta = &data.FrameMeta{PreferredVisualization: data.VisTypeTable}
	if answer.All > len(list) {
		addNotice(frame, data.NoticeSeverityWarning, say.New("notice.more-busy",
			"Only the busiest {{number}} of {{all}} {{actors}} are listed: allow more events, or use a higher limit.", len(list), answer.All, actorsText(a.Actor)))
	}
	return frame
}

// UnusualBuckets returns a wide time series: for each bucket its count, the usual range, the score and whether it is an anomaly.
func UnusualBuckets(panel Panel, list []analysis.UnusualBucket) data.Frames {
	a := panel.Query.Anomalies
	frame := data.NewFrame("anomalies",
		newColumn(list, "time", func(b analysis.UnusualBucket) time.Time { return b.Start }),
		newColumn(list, string(a.Value), func(b analysis.UnusualBucket) *int64 { return b.Count }),
		newColumn(list, "expected", func(b analysis.UnusualBucket) *float64 { return b.Expected }),
		newColumn(list, "low", func(b analysis.UnusualBucket) *float64 { return b.Low }),
		newColumn(list, "high", func(b analysis.UnusualBucket) *float64 { return b.High }),
		newColumn(list, "score", func(b analysis.UnusualBucket) *float64 { return b.Score }),
		setYesNo(newColumn(list, "anomaly", func(b analysis.UnusualBucket) *bool { return b.Anomaly })),
	)
	frame.Meta = &data.FrameMeta{Type: data.FrameTypeTimeSeriesWide, TypeVersion: data.FrameTypeVersion{0, 1}}
	panel.setBuckets(frame, string(a.Interval))
	unknown := 0
	for _, b := range list {
		if b.Expected == nil {
			unknown++
		}
	}
	if unknown > 0 {
		addNotice(frame, data.NoticeSeverityInfo, say.New("notice.unusual-unknown",
			"What is usual is not known for {{number}} of {{all}} buckets: they have fewer than {{weeks}} earlier weeks.", unknown, len(list), model.MinHistory))
	}
	return data.Frames{frame}
}

// BucketScore returns one number, the score of the last bucket that is over; none if it is not known.
func BucketScore(_ Panel, list []analysis.UnusualBucket) data.Frames {
	frame := data.NewFrame("score")
	frame.Meta = &data.FrameMeta{Type: data.FrameTypeNumericWide, TypeVersion: data.FrameTypeVersion{0, 1}}
	for _, b := range slices.Backward(list) {
		if b.Over && b.Score != nil {
			frame.Fields = append(frame.Fields, titleByName(data.NewField("score", nil, []float64{*b.Score})))
		}
		if b.Over {
			break
		}
	}
	return data.Frames{frame} // without fields: what alert rules take for "no data"
}
