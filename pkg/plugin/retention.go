package plugin

import (
	"context"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/frames"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

func (d *Datasource) retention(ctx context.Context, q engine.Question, trace *engine.Trace) (data.Frames, error) {
	statement, cohorts, err := plan.Retention(q.Query, q.Range, q.Settings)
	if err != nil {
		return nil, err
	}
	rows, err := engine.Select[frames.RetentionRow](ctx, d.engine, statement, trace)
	if err != nil {
		return nil, err
	}
	bounds := frames.CohortBounds{Starts: cohorts.Starts, Count: cohorts.Count, Zone: q.Zone, Now: q.Now}
	return frames.Retention(q.Query.Retention, bounds, rows), nil
}
