package plugin

import (
	"context"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/frames"
)

func (d *Datasource) heatmap(ctx context.Context, q engine.Question, trace *engine.Trace) (data.Frames, error) {
	cells, err := d.engine.Heatmap(ctx, q, trace)
	if err != nil {
		return nil, err
	}
	grid := frames.HeatmapGrid{From: q.From, To: q.To, Zone: q.Zone, WeekStart: q.WeekStart}
	return frames.Heatmap(q.Query.Heatmap, grid, cells)
}
