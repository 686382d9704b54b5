package plugin

import (
	"context"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/frames"
	"github.com/footfall-analytics/footfall/pkg/model"
)

func (d *Datasource) anomalies(ctx context.Context, q engine.Question, trace *engine.Trace) (data.Frames, error) {
	a := q.Query.Anomalies
	if a.Output.OfActors() {
		list, all, err := d.engine.BusyActors(ctx, q, trace)
		return frames.BusyActors(a, list, all, d.links(q)), err
	}
	buckets, err := d.engine.UnusualBuckets(ctx, q, trace)
	if a.Output == model.BucketScore {
		return frames.BucketScore(buckets), err
	}
	return frames.UnusualBuckets(a, buckets), err
}
