package plugin

import (
	"context"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/frames"
)

func (d *Datasource) timeline(ctx context.Context, q engine.Question, trace *engine.Trace) (data.Frames, error) {
	events, more, err := d.engine.Timeline(ctx, q, trace)
	if err != nil {
		return nil, err
	}
	return frames.Timeline(q.Query.Timeline, events, more, d.links(q)), nil
}
