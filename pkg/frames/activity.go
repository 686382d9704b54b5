package frames

import (
	"fmt"
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// Lifecycle is a wide time series of four numbers a bucket. Buckets that have not begun are empty; of the one that is not over, so
// is dormant, as everybody missing may still come. starts are the buckets' and the end of the last one.
func Lifecycle(l *model.Lifecycle, starts []time.Time, counts []analysis.LifecycleCounts, now time.Time) data.Frames {
	n := len(counts)
	fresh, returning, resurrecting, dormant := make([]*int64, n), make([]*int64, n), make([]*int64, n), make([]*int64, n)
	frame := data.NewFrame("lifecycle", data.NewField("time", nil, slices.Clone(starts[:n])))
	frame.Meta = &data.FrameMeta{Type: data.FrameTypeTimeSeriesWide, TypeVersion: data.FrameTypeVersion{0, 1}}
	for i := range counts {
		c := &counts[i]
		if !starts[i].Before(now) {
			break
		}
		fresh[i], returning[i], resurrecting[i] = &c.New, &c.Returning, &c.Resurrecting
		if starts[i+1].After(now) {
			frame.Meta.Notices = []data.Notice{{Severity: data.NoticeSeverityInfo, Text: fmt.Sprintf("The last %s is not over: its numbers can still grow, and who is dormant is not known yet.", l.Interval)}}
			frame.Meta.Custom = map[string]any{"incomplete": []int{i}}
			continue
		}
		missing := -c.Dormant
		dormant[i] = &missing
	}
	frame.Fields = append(frame.Fields,
		unit(data.NewField("new", nil, fresh), "short"), unit(data.NewField("returning", nil, returning), "short"),
		unit(data.NewField("resurrecting", nil, resurrecting), "short"), unit(data.NewField("dormant", nil, dormant), "short"))
	return data.Frames{frame}
}

// Stickiness is a table with a row for each number of buckets: the users who were active in that many, and in at least that many.
// users has at place n those of exactly n+1 buckets.
func Stickiness(s *model.Stickiness, users []int64) data.Frames {
	type row struct {
		buckets, users, atLeast int64
		share, shareOfAtLeast   *float64
	}
	rows := make([]row, len(users))
	sum := int64(0)
	for n := len(users) - 1; n >= 0; n-- {
		sum += users[n]
		rows[n] = row{buckets: int64(n + 1), users: users[n], atLeast: sum}
	}
	for n := range rows {
		rows[n].share, rows[n].shareOfAtLeast = ratio(rows[n].users, sum), ratio(rows[n].atLeast, sum)
	}
	return data.Frames{data.NewFrame("stickiness",
		column(rows, string(s.Interval)+"s", func(r row) int64 { return r.buckets }),
		unit(column(rows, "users", func(r row) int64 { return r.users }), "short"),
		percent(column(rows, "share", func(r row) *float64 { return r.share })),
		unit(column(rows, "users_at_least", func(r row) int64 { return r.atLeast }), "short"),
		percent(column(rows, "share_at_least", func(r row) *float64 { return r.shareOfAtLeast })),
	)}
}
