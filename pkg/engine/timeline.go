package engine

import (
	"context"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
	"github.com/footfall-analytics/footfall/pkg/store"
)

// Timeline lists a user's or a session's events.
func (e *Engine) Timeline(ctx context.Context, q Question, trace *Trace) (*analysis.Limited[analysis.TimelineEvent], error) {
	return read(ctx, e, q.Query.SegmentNames(), trace, func(ctx context.Context, r *reading) (*analysis.Limited[analysis.TimelineEvent], error) {
		query, keys, err := r.ofKnownUser(ctx, q.Query)
		if err != nil {
			return nil, err
		}
		events, err := rows[analysis.TimelineEvent](ctx, r, plan.Timeline(query, q.Range, r.hasAliases(), keys))
		return analysis.Limit(events, q.Query.Timeline.Limit), err
	})
}

// ofKnownUser returns the timeline query with the user that its id means, and the keys under which that user's events are stored.
func (r *reading) ofKnownUser(ctx context.Context, q *model.Query) (*model.Query, []int64, error) {
	if r.aliasChanges == 0 || q.Timeline.User == "" {
		return q, nil, nil
	}
	known, err := store.Select[struct {
		UserID    string `db:"user_id"`
		StoredKey int64  `db:"stored_key"`
	}](ctx, r.snapshot, plan.KnownUser(q.Timeline.User))
	if err != nil {
		return nil, nil, err
	}
	query, timeline := *q, *q.Timeline
	query.Timeline = &timeline
	var keys []int64
	for _, k := range known {
		timeline.User = k.UserID
		keys = append(keys, k.StoredKey)
	}
	return &query, keys, nil
}
