package plugin

import (
	"context"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/frames"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

func (d *Datasource) funnel(ctx context.Context, q engine.Question, trace *engine.Trace) (data.Frames, error) {
	rows, err := engine.Select[frames.FunnelRow](ctx, d.engine, plan.Funnel(q.Query, q.Range), trace)
	if err != nil {
		return nil, err
	}
	return frames.Funnel(q.Query.Funnel, rows), nil
}
