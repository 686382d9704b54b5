package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

// Lifecycle answers a lifecycle query with the buckets that touch the range.
func (e *Engine) Lifecycle(ctx context.Context, q Question, trace *Trace) (buckets []analysis.LifecycleBucket, err error) {
	starts, err := plan.LifecycleBuckets(q.Query.Lifecycle, q.Range, q.Settings)
	if err != nil {
		return nil, err
	}
	scan := plan.LifecycleScan(q.Query, starts, q.Settings)
	err = e.read(ctx, trace, func(ctx context.Context, r *reading) error {
		tally, err := r.activity(ctx, q, scan, starts, analysis.NewLifecycle(microseconds(starts)))
		if err == nil {
			buckets = tally.Lifecycle(analysis.Microseconds(q.Now))
		}
		return err
	})
	return buckets, err
}

// Stickiness answers a stickiness query.
func (e *Engine) Stickiness(ctx context.Context, q Question, trace *Trace) (answer *analysis.Stickiness, err error) {
	starts, err := plan.StickinessBuckets(q.Query.Stickiness, q.Range, q.Settings)
	if err != nil {
		return nil, err
	}
	scan := plan.StickinessScan(q.Query, starts, q.Settings)
	err = e.read(ctx, trace, func(ctx context.Context, r *reading) error {
		tally, err := r.activity(ctx, q, scan, starts, analysis.NewStickiness(microseconds(starts)))
		if err == nil {
			answer = tally.Stickiness(analysis.Microseconds(q.Now))
		}
		return err
	})
	return answer, err
}

// microseconds is times as events count them.
func microseconds(times []time.Time) []int64 {
	list := make([]int64, len(times))
	for i, t := range times {
		list[i] = analysis.Microseconds(t)
	}
	return list
}

// activity counts everybody. Closed time is read once, where what is to be known of its actors is small.
func (r *reading) activity(ctx context.Context, q Question, scan plan.Scan, starts []time.Time, a *analysis.Activity) (*analysis.ActivityTally, error) {
	if !scan.From.Before(scan.To) {
		return analysis.NewActivityTally(a), nil // the range lies in the future
	}
	days, err := r.days(ctx, scan.Range)
	if err != nil {
		return nil, err
	}
	cut, ok := closedCut(scan.Range, days, starts)
	if !ok || !a.Keepable() || scan.ReadsProfiles() {
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

// closedActivity is what is known after closed time, read once.
func (r *reading) closedActivity(ctx context.Context, q Question, scan plan.Scan, days []plan.Day, cut time.Time, starts []time.Time, a *analysis.Activity) (*analysis.ClosedActivity, error) {
	scan.To = cut
	raw, err := json.Marshal(struct{ Filters, Selector any }{scan.Filters, scan.Picks[0]})
	if err != nil {
		return nil, err
	}
	key := fmt.Sprintf("%s %d %s", q.Query.QueryType, microseconds(starts), raw)
	token := fmt.Sprintf("%d %s", cut.Unix(), r.closedToken(days, scan.Range))
	if kept, ok := r.engine.kept.get(key, token); ok {
		r.trace.Kept = keptUntil(cut)
		return kept.(*analysis.ClosedActivity), nil
	}
	states, err := followDays(ctx, r, scan, days, analysis.NewValues(), func() *analysis.ActivityState { return analysis.NewActivityState(a) })
	if err != nil {
		return nil, err
	}
	closed := analysis.CloseActivity(states)
	if !r.trace.Dry {
		r.engine.kept.keep(key, token, closed, closed.Bytes())
	}
	return closed, nil
}
