package frames

import (
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// Lifecycle returns a wide time series with four numbers per bucket, told apart by the label status. Dormant users are negative, so that
// they stack below the others. Buckets that have not begun are empty; in the bucket that is not over, only dormant is empty, since users
// may still come.
func Lifecycle(panel Panel, buckets []analysis.LifecycleBucket) data.Frames {
	l := panel.Query.Lifecycle
	frame := data.NewFrame("lifecycle",
		newColumn(buckets, "time", func(b analysis.LifecycleBucket) time.Time { return b.Start }),
		lifecycleField(buckets, "new", say.New("status.new", "new"), func(b *analysis.LifecycleBucket) *int64 { return b.New }),
		lifecycleField(buckets, "returning", say.New("status.returning", "returning"), func(b *analysis.LifecycleBucket) *int64 { return b.Returning }),
		lifecycleField(buckets, "resurrecting", say.New("status.resurrecting", "resurrecting"), func(b *analysis.LifecycleBucket) *int64 { return b.Resurrecting }),
		lifecycleField(buckets, "dormant", say.New("status.dormant", "dormant"), func(b *analysis.LifecycleBucket) *int64 {
			if b.Dormant == nil {
				return nil
			}
			below := -*b.Dormant
			return &below
		}))
	frame.Meta = &data.FrameMeta{Type: data.FrameTypeTimeSeriesWide, TypeVersion: data.FrameTypeVersion{0, 1}}
	panel.setBuckets(frame, string(l.Interval))
	for i := range buckets {
		if buckets[i].New != nil && !buckets[i].Over {
			addNotice(frame, data.NoticeSeverityInfo, say.New("notice.lifecycle-open",
				"The last {{period}} is not over: its numbers can still grow, and who is dormant is not known yet.", periodText(l.Interval.Period())))
			ensureCustom(frame).Incomplete = []int{i}
		}
	}
	return data.Frames{frame}
}

func lifecycleField(buckets []analysis.LifecycleBucket, status string, name say.Text, number func(*analysis.LifecycleBucket) *int64) *data.Field {
	field := newColumn(buckets, "users", func(b analysis.LifecycleBucket) *int64 { return number(&b) })
	field.Labels = data.Labels{"status": status}
	return setTitle(field, name)
}

// StickinessTable returns a table with a row for each number of buckets. The number is a text, as the bar chart panel needs for its axis.
func StickinessTable(panel Panel, s *analysis.Stickiness) data.Frames {
	type row struct{ n, users, atLeast, all int64 }
	atLeast := s.AtLeast()
	rows := make([]row, len(s.Users))
	for i := range rows {
		rows[i] = row{int64(i + 1), s.Users[i], atLeast[i], atLeast[0]}
	}
	m := panel.Query.Stickiness
	frame := data.NewFrame("stickiness",
		newColumn(rows, string(m.Interval)+"s", func(r row) string { return fmt.Sprint(r.n) }),
		newColumn(rows, "users", func(r row) int64 { return r.users }),
		setPercent(newColumn(rows, "share", func(r row) *float64 { return ratio(r.users, r.all) })),
		newColumn(rows, "users_at_least", func(r row) int64 { return r.atLeast }),
		setPercent(newColumn(rows, "share_at_least", func(r row) *float64 { return ratio(r.atLeast, r.all) })),
	)
	frame.Meta = &data.FrameMeta{PreferredVisualizationPluginID: "barchart"}
	noteOpenBucket(frame, m, s)
	return data.Frames{frame}
}

// StickinessRate returns one number, or none if nobody was active.
func StickinessRate(panel Panel, s *analysis.Stickiness) data.Frames {
	m := panel.Query.Stickiness
	frame := data.NewFrame("stickiness")
	frame.Meta = &data.FrameMeta{Type: data.FrameTypeNumericLong, TypeVersion: data.FrameTypeVersion{0, 1}}
	atLeast := append(s.AtLeast(), make([]int64, m.AtLeast)...) // nobody is active in more buckets than have begun
	if rate := ratio(atLeast[m.AtLeast-1], atLeast[0]); rate != nil {
		frame.Fields = append(frame.Fields, setPercent(titleByName(data.NewField("stickiness_rate", nil, []float64{*rate}))))
	}
	noteOpenBucket(frame, m, s)
	return data.Frames{frame} // without fields: what alert rules take for "no data"
}

// noteOpenBucket adds a notice if the last bucket is not over.
func noteOpenBucket(frame *data.Frame, m *model.Stickiness, s *analysis.Stickiness) {
	if s.Open {
		addNotice(frame, data.NoticeSeverityInfo, say.New("notice.stickiness-open",
			"The last {{period}} is not over: users can still become active in it.", periodText(m.Interval)))
	}
}
