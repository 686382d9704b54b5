package plugin

import (
	"context"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/frames"
	"github.com/footfall-analytics/footfall/pkg/model"
)

func (d *Datasource) retention(ctx context.Context, q engine.Question, trace *engine.Trace) (data.Frames, error) {
	if q.Query.Retention.Output == model.RetentionActors {
		actors, err := d.engine.RetentionActors(ctx, q, trace)
		return frames.RetentionActors(q.Query.Retention, actors, d.links(q)), err
	}
	answer, err := d.engine.Retention(ctx, q, trace)
	if err != nil {
		return nil, err
	}
	return frames.Retention(q.Query.Retention, answer, d.links(q)), nil
}
