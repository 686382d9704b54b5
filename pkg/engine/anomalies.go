package engine

import (
	"context"
	"time"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

// BusyActors finds the actors with too many events at once. If the query asks only how many there are, it lists none.
func (e *Engine) BusyActors(ctx context.Context, q Question, trace *Trace) (*analysis.BusyList, error) {
	a := q.Query.Anomalies
	return read(ctx, e, q.Query.SegmentNames(), trace, func(ctx context.Context, r *reading) (*analysis.BusyList, error) {
		visitors, _, err := follow(ctx, r, plan.BusyScan(q.Query, q.Range), func() *analysis.BusyActors { return analysis.NewBusyActors(a, q.From) })
		if err != nil {
			return nil, err
		}
		var found []analysis.BusyActor
		for _, v := range visitors {
			found = append(found, v.Found...)
		}
		answer := &analysis.BusyList{All: len(found)}
		if a.Output != model.BusyActorCount {
			answer.Busiest, err = r.setBusyIDs(ctx, q, analysis.Busiest(found, a.Limit))
			answer.Busiest = analysis.ByID(answer.Busiest, a.Limit)
		}
		return answer, err
	})
}

// setBusyIDs sets the ids of busy actors. Each has an event at the end of its busiest window.
func (r *reading) setBusyIDs(ctx context.Context, q Question, found []analysis.BusyActor) ([]analysis.BusyActor, error) {
	scan := plan.BusyScan(q.Query, q.Range)
	keys := make([]int64, len(found))
	for i, f := range found {
		keys[i] = f.Key
		at := analysis.TimeOf(f.At)
		if i == 0 || at.Before(scan.From) {
			scan.From = at
		}
		if after := at.Add(time.Microsecond); i == 0 || after.After(scan.To) {
			scan.To = after
		}
	}
	ids, err := r.ids(ctx, scan, keys)
	for i := range found {
		found[i].ActorID = ids[found[i].Key]
	}
	return found, err
}

// UnusualBuckets counts each bucket that touches the range, and compares it with the same bucket of earlier weeks.
func (e *Engine) UnusualBuckets(ctx context.Context, q Question, trace *Trace) ([]analysis.UnusualBucket, error) {
	a := q.Query.Anomalies
	buckets, err := plan.NewWeeklyBuckets(a, q.Range, q.Settings)
	if err != nil {
		return nil, err
	}
	return read(ctx, e, q.Query.SegmentNames(), trace, func(ctx context.Context, r *reading) ([]analysis.UnusualBucket, error) {
		active, err := r.activeQuarters(ctx, buckets.Activity(q.Now))
		if err != nil {
			return nil, err
		}
		counts := analysis.BucketCounts{}
		for _, run := range buckets.Runs() {
			if err := r.countRun(ctx, q, run, counts); err != nil {
				return nil, err
			}
		}
		return analysis.CompareWeeks(buckets.Buckets, buckets.History, active, counts, q.Now, a.Deviations), nil
	})
}

// countRun counts a run of buckets up to now.
func (r *reading) countRun(ctx context.Context, q Question, starts []time.Time, counts analysis.BucketCounts) error {
	span := model.Range{From: starts[0], To: starts[len(starts)-1]}
	if span.To.After(q.Now) {
		span.To = q.Now
	}
	if !span.From.Before(span.To) {
		return nil
	}
	if q.Query.Anomalies.Value == model.AnomalousUsers {
		return r.countRunUsers(ctx, q, starts, span, counts)
	}
	numbers, err := r.countBuckets(ctx, q, &q.Query.Anomalies.EventSelector, span, starts)
	for bucket, n := range numbers {
		counts[starts[bucket].UnixMicro()] += n
	}
	return err
}

func (r *reading) countRunUsers(ctx context.Context, q Question, starts []time.Time, span model.Range, counts analysis.BucketCounts) error {
	over := make([]model.Range, len(starts)-1)
	for i := range over {
		over[i] = model.Range{From: starts[i], To: starts[i+1]}
	}
	visitors, _, err := follow(ctx, r, plan.BucketScan(q.Query, span), func() *analysis.DistinctOverTime {
		return analysis.NewDistinctOverTime(over, 1)
	})
	if err != nil {
		return err
	}
	for bucket, n := range merge(visitors).Counts[0] {
		counts[starts[bucket].UnixMicro()] = n
	}
	return nil
}

// activeQuarters returns the quarter hours of a range that have any event.
func (r *reading) activeQuarters(ctx context.Context, span model.Range) (analysis.ActiveQuarters, error) {
	if !span.From.Before(span.To) {
		return nil, nil // the range lies in the future
	}
	days, err := r.days(ctx, span)
	if err != nil {
		return nil, err
	}
	var active analysis.ActiveQuarters
	err = countEvents(ctx, r, plan.Counting{Selector: &model.EventSelector{Event: model.AnyEvent}, Range: span, Zone: time.UTC}, days,
		func(start time.Time, _ int64) { active.Add(start) },
		plan.ActiveQuarters,
		func(row struct {
			Starts []time.Time `db:"starts"`
		}) {
			for _, start := range row.Starts {
				active.Add(start)
			}
		})
	return active.Sort(), err
}
