package plugin

import (
	"context"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/frames"
	"github.com/footfall-analytics/footfall/pkg/model"
)

func (d *Datasource) funnel(ctx context.Context, q engine.Question, trace *engine.Trace) (data.Frames, error) {
	f := q.Query.Funnel
	switch f.Output {
	case model.FunnelTrend:
		trend, err := d.engine.FunnelTrend(ctx, q, trace)
		if err != nil {
			return nil, err
		}
		return frames.FunnelTrend(f, trend.Buckets, trend.Groups), nil
	case model.FunnelActors:
		actors, err := d.engine.FunnelActors(ctx, q, trace)
		return frames.FunnelActors(f, actors, d.links(q)), err
	}
	groups, err := d.engine.Funnel(ctx, q, trace)
	if err != nil {
		return nil, err
	}
	switch f.Output {
	case model.FunnelChart:
		return frames.FunnelChart(f, groups, d.links(q)), nil
	case model.FunnelConversion:
		return frames.FunnelConversion(f, groups), nil
	case model.FunnelTimeToConvert:
		return frames.FunnelTimeToConvert(f, groups), nil
	}
	return frames.FunnelSteps(f, groups, d.links(q)), nil
}
