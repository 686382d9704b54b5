package engine

import (
	"context"
	"time"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/plan"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// Heatmap answers a heatmap query with the cells that have a count, including those that are left out, and with what stands beside a page, of
// the same snapshot.
func (e *Engine) Heatmap(ctx context.Context, q Question, trace *Trace) (analysis.Heatmap, error) {
	h := q.Query.Heatmap
	if err := plan.CheckHeatmap(h, q.Range); err != nil {
		return analysis.Heatmap{}, err
	}
	return read(ctx, e, q.Query.SegmentNames(), trace, func(ctx context.Context, r *reading) (answer analysis.Heatmap, err error) {
		answer.Cells, err = r.heatmap(ctx, q)
		if err == nil && analysis.OutsideRange(h, q.Zone, q.From, q.To, answer.Cells) {
			err = say.New("error.zones-disagree",
				"the database server and Grafana disagree about the time zone {{zone}}: update the time zone data of the older one", q.Zone.String()).Err()
		}
		if err == nil && h.Elements != nil {
			answer.Elements, err = rows[analysis.Element](ctx, r, plan.Elements(q.Query, q.Range, q.Settings, r.hasAliases()))
		}
		if err == nil && h.Scroll != nil {
			answer.Depths, err = rows[analysis.Depth](ctx, r, plan.Depths(q.Query, q.Range, r.hasAliases()))
		}
		return answer, err
	})
}

func (r *reading) heatmap(ctx context.Context, q Question) ([]analysis.HeatmapCell, error) {
	newCounts := func(grouping analysis.Grouping) *analysis.HeatmapCounts {
		return analysis.NewHeatmapCounts(q.Query.Heatmap, q.Zone, q.From, q.To, grouping)
	}
	if c, ok := plan.HeatmapEvents(q.Query, q.Range, q.Settings); ok {
		return r.heatmapOfQuarters(ctx, q, c, newCounts(analysis.Ungrouped))
	}
	s, ok := plan.HeatmapScan(q.Query, q.Range)
	switch {
	case !ok:
		return rows[analysis.HeatmapCell](ctx, r, plan.Heatmap(q.Query, q.Range, q.Settings, plan.HeatmapReason(), r.hasAliases()))
	case s.Value == "":
		counts, _, err := follow(ctx, r, s, func() *analysis.HeatmapCounts { return newCounts(analysis.Ungrouped) })
		if err != nil {
			return nil, err
		}
		return merge(counts).Cells(nil), nil
	}
	counts, ranking, err := followByValue(ctx, r, s, plan.HeatmapGroups(q.Query.Heatmap), newCounts)
	if err != nil {
		return nil, err
	}
	return counts.Cells(ranking), nil
}

// heatmapOfQuarters counts events over two dimensions of time.
func (r *reading) heatmapOfQuarters(ctx context.Context, q Question, c plan.Counting, counts *analysis.HeatmapCounts) ([]analysis.HeatmapCell, error) {
	days, err := r.days(ctx, q.Range)
	if err != nil {
		return nil, err
	}
	var cells []analysis.HeatmapCell
	err = countEvents(ctx, r, c, days,
		func(start time.Time, events int64) { counts.Add(analysis.Microseconds(start), events) },
		func(p plan.Piece) plan.Statement {
			return plan.Heatmap(q.Query, p.Range, q.Settings, p.Reason, r.hasAliases())
		},
		func(cell analysis.HeatmapCell) { cells = append(cells, cell) })
	return append(cells, counts.Cells(nil)...), err
}
