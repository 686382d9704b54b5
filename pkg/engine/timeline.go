package engine

import (
	"context"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
	"github.com/footfall-analytics/footfall/pkg/store"
)

// Timeline lists a user's or a session's events, and says whether there are more than the query's limit.
func (e *Engine) Timeline(ctx context.Context, q Question, trace *Trace) (events []analysis.TimelineEvent, more bool, err error) {
	err = e.read(ctx, trace, func(ctx context.Context, r *reading) error {
		query, err := r.ofKnownUser(ctx, q.Query)
		if err != nil {
			return err
		}
		events, err = rows[analysis.TimelineEvent](ctx, r, plan.Timeline(query, q.Range, r.aliased()))
		return err
	})
	if more = len(events) > q.Query.Timeline.Limit; more {
		events = events[:q.Query.Timeline.Limit]
	}
	return events, more, err
}

// ofKnownUser is a timeline query that asks for the user that its user's id means.
func (r *reading) ofKnownUser(ctx context.Context, q *model.Query) (*model.Query, error) {
	if r.aliasChanges == 0 || q.Timeline.User == "" {
		return q, nil
	}
	known, err := store.Select[struct {
		UserID string `db:"user_id"`
	}](ctx, r.snapshot, plan.KnownUser(q.Timeline.User))
	if err != nil || len(known) == 0 {
		return q, err
	}
	query, timeline := *q, *q.Timeline
	timeline.User = known[0].UserID
	query.Timeline = &timeline
	return &query, nil
}
