package plugin

import (
	"context"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/frames"
	"github.com/footfall-analytics/footfall/pkg/model"
)

func (d *Datasource) paths(ctx context.Context, q engine.Question, trace *engine.Trace) (data.Frames, error) {
	if q.Query.Paths.Output == model.PathsTable {
		list, err := d.engine.PathList(ctx, q, trace)
		if err != nil {
			return nil, err
		}
		return frames.PathList(q.Query.Paths, list), nil
	}
	graph, err := d.engine.PathGraph(ctx, q, trace)
	if err != nil {
		return nil, err
	}
	return frames.PathGraph(q.Query.Paths, graph), nil
}
