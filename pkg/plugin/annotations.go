package plugin

import (
	"context"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/frames"
)

func (d *Datasource) annotations(ctx context.Context, q engine.Question, trace *engine.Trace) (data.Frames, error) {
	list, more, err := d.engine.Annotations(ctx, q, trace)
	if err != nil {
		return nil, err
	}
	return frames.Annotations(q.Query.Annotations, list, more), nil
}
