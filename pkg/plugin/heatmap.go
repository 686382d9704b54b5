package plugin

import (
	"context"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/frames"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

func (d *Datasource) heatmap(ctx context.Context, q engine.Question, trace *engine.Trace) (data.Frames, error) {
	statement, err := plan.Heatmap(q.Query, q.Range, q.Settings)
	if err != nil {
		return nil, err
	}
	rows, err := engine.Select[frames.HeatmapRow](ctx, d.engine, statement, trace)
	if err != nil {
		return nil, err
	}
	grid := frames.HeatmapGrid{From: q.From, To: q.To, Zone: q.Zone, WeekStart: q.WeekStart}
	return frames.Heatmap(q.Query.Heatmap, grid, rows)
}
