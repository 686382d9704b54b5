package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

// Lifecycle answers a lifecycle query with the buckets that touch the range.
func (e *Engine) Lifecycle(ctx context.Context, q Question, trace *Trace) ([]analysis.LifecycleBucket, error) {
	starts, err := plan.LifecycleBuckets(q.Query.Lifecycle, q.Range, q.Settings)
	if err != nil {
		return nil, err
	}
	scan := plan.LifecycleScan(q.Query, starts, q.Settings)
	tally, err := e.activity(ctx, q, trace, scan, starts, analysis.NewLifecycle)
	if err != nil {
		return nil, err
	}
	return tally.Lifecycle(analysis.Microseconds(q.Now)), nil
}

// Stickiness answers a stickiness query.
func (e *Engine) Stickiness(ctx context.Context, q Question, trace *Trace) (*analysis.Stickiness, error) {
	starts, err := plan.StickinessBuckets(q.Query.Stickiness, q.Range, q.Settings)
	if err != nil {
		return nil, err
	}
	scan := plan.StickinessScan(q.Query, starts, q.Settings)
	tally, err := e.activity(ctx, q, trace, scan, starts, analysis.NewStickiness)
	if err != nil {
		return nil, err
	}
	return tally.Stickiness(analysis.Microseconds(q.Now)), nil
}

// activity counts everybody by the buckets between starts in which they were active.
func (e *Engine) activity(
	ctx context.Context, q Question, trace *Trace, scan plan.Scan, starts []time.Time, newActivity func(bounds []int64) *analysis.Activity,
) (*analysis.ActivityTally, error) {
	return read(ctx, e, q.Query.SegmentNames(), trace, func(ctx context.Context, r *reading) (*analysis.ActivityTally, error) {
		return r.activity(ctx, q, scan, starts, newActivity(analysis.AllMicroseconds(starts)))
	})
}

// activity answers from kept closed time, if the state of its actors is small enough to keep.
func (r *reading) activity(ctx context.Context, q Question, scan plan.Scan, starts []time.Time, a *analysis.Activity) (*analysis.ActivityTally, error) {
	if !scan.From.Before(scan.To) {
		return analysis.NewActivityTally(a), nil // the range lies in the future
	}
	days, err := r.days(ctx, scan.Range)
	if err != nil {
		return nil, err
	}
	cut, ok := lastClosedBound(scan.Range, days, starts)
	if !ok || !a.Keepable() || scan.AsksOfProfiles() {
		return r.countActivity(ctx, scan, days, a)
	}
	closed, err := r.closedActivity(ctx, q, scan, days, cut, starts, a)
	if err != nil {
		return nil, err
	}
	scan.From = cut
	later, err := followDays(ctx, r, scan, days, analysis.NewValues(), func() *analysis.ActivityState { return analysis.NewActivityState(a) })
	if err != nil {
		return nil, err
	}
	return closed.Tally(later), nil
}

func (r *reading) countActivity(ctx context.Context, scan plan.Scan, days []plan.Day, a *analysis.Activity) (*analysis.ActivityTally, error) {
	tallies, err := followDays(ctx, r, scan, days, analysis.NewValues(), func() *analysis.ActivityTally { return analysis.NewActivityTally(a) })
	if err != nil {
		return nil, err
	}
	for _, t := range tallies[1:] {
		tallies[0].Add(t)
	}
	return tallies[0], nil
}

// closedActivity returns the state after the closed time before cut.
func (r *reading) closedActivity(ctx context.Context, q Question, scan plan.Scan, days []plan.Day, cut time.Time, starts []time.Time, a *analysis.Activity) (*analysis.ClosedActivity, error) {
	scan.To = cut
	part := closedPart{
		name: fmt.Sprintf("%s %d", q.Query.QueryType, analysis.AllMicroseconds(starts)), scan: scan, days: days,
		query: model.Query{Filters: scan.Filters, Lifecycle: &model.Lifecycle{EventSelector: *scan.Picks[0]}},
	}
	return once(r, part, func() (*analysis.ClosedActivity, error) {
		states, err := followDays(ctx, r, scan, days, analysis.NewValues(), func() *analysis.ActivityState { return analysis.NewActivityState(a) })
		if err != nil {
			return nil, err
		}
		return analysis.CloseActivity(states), nil
	})
}
