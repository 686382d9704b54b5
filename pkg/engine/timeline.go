package engine

import (
	"context"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

// Timeline lists a user's or a session's events, and says whether there are more than the query's limit.
func (e *Engine) Timeline(ctx context.Context, q Question, trace *Trace) (events []analysis.TimelineEvent, more bool, err error) {
	events, err = Select[analysis.TimelineEvent](ctx, e, plan.Timeline(q.Query, q.Range), trace)
	if more = len(events) > q.Query.Timeline.Limit; more {
		events = events[:q.Query.Timeline.Limit]
	}
	return events, more, err
}
