package plugin

import (
	"context"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/frames"
)

func (d *Datasource) trend(ctx context.Context, q engine.Question, trace *engine.Trace) (data.Frames, error) {
	answer, err := d.engine.Trend(ctx, q, trace)
	if err != nil {
		return nil, err
	}
	return frames.Trend(q.Query.Trend, answer), nil
}
