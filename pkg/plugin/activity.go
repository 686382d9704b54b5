package plugin

import (
	"context"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/frames"
)

func (d *Datasource) lifecycle(ctx context.Context, q engine.Question, trace *engine.Trace) (data.Frames, error) {
	buckets, err := d.engine.Lifecycle(ctx, q, trace)
	if err != nil {
		return nil, err
	}
	return frames.Lifecycle(q.Query.Lifecycle, buckets), nil
}

func (d *Datasource) stickiness(ctx context.Context, q engine.Question, trace *engine.Trace) (data.Frames, error) {
	answer, err := d.engine.Stickiness(ctx, q, trace)
	if err != nil {
		return nil, err
	}
	return frames.Stickiness(q.Query.Stickiness, answer), nil
}
