package engine

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// Retention answers a retention query with one matrix per breakdown value, or one in all.
func (e *Engine) Retention(ctx context.Context, q Question, trace *Trace) (*analysis.RetentionAnswer, error) {
	if q.Query.BySegment() {
		return e.retentionBySegment(ctx, q, trace)
	}
	return read(ctx, e, q.Query.SegmentNames(), trace, func(ctx context.Context, r *reading) (*analysis.RetentionAnswer, error) {
		cohorts, spec, err := retentionSpec(q)
		if err != nil {
			return nil, err
		}
		tally, err := r.countRetention(ctx, q, cohorts, spec)
		if err != nil {
			return nil, err
		}
		return &analysis.RetentionAnswer{Retention: spec, Groups: tally.Groups(q.Query.Retention.Breakdown.Groups())}, nil
	})
}

// RetentionActors lists the actors behind one cell.
func (e *Engine) RetentionActors(ctx context.Context, q Question, trace *Trace) ([]analysis.RetentionActor, error) {
	if q.Query.BySegment() {
		return e.retentionActorsBySegment(ctx, q, trace)
	}
	return read(ctx, e, q.Query.SegmentNames(), trace, func(ctx context.Context, r *reading) ([]analysis.RetentionActor, error) {
		cohorts, actors, keys, err := r.retentionList(ctx, q)
		if err != nil {
			return nil, err
		}
		return r.retentionActors(ctx, q, cohorts, actors, keys)
	})
}

// retentionList returns the actors of a cell with the wanted status, without their ids, and their keys.
func (r *reading) retentionList(ctx context.Context, q Question) (cohorts plan.Cohorts, actors []analysis.RetentionActor, keys []int64, err error) {
	m := q.Query.Retention
	cohorts, spec, err := retentionSpec(q)
	if err != nil {
		return cohorts, nil, nil, err
	}
	cell := analysis.Cell{Cohort: slices.Index(cohorts.Names, m.Actors.Cohort), Column: m.ColumnIndex()}
	if cell.Cohort < 0 {
		return cohorts, nil, nil, &model.Error{Field: "retention.actors.cohort", Reason: say.New("problem.unknown-cohort",
			"is {{cohort}}, which is no cohort of the panel's range; write it as the table does, such as {{example}}",
			strconv.Quote(m.Actors.Cohort), example(cohorts))}
	}
	tally, err := r.retention(ctx, q, cohorts, spec, func(s *analysis.Retention) *analysis.RetentionTally {
		return analysis.NewRetentionList(s, cell)
	})
	if err != nil {
		return cohorts, nil, nil, err
	}
	ranking := tally.Ranking(m.Breakdown.Groups())
	for _, l := range tally.List() {
		if m.Actors.Status == model.Everyone || l.Retained == (m.Actors.Status == model.Retained) {
			a := analysis.RetentionActor{Group: ranking.Group(l.Value), Started: analysis.TimeOf(l.Start), Retained: l.Retained}
			if m.Actors.Value == nil || a.Title() == *m.Actors.Value {
				actors, keys = append(actors, a), append(keys, l.Actor)
			}
		}
	}
	return cohorts, actors, keys, nil
}

// example returns a cohort's name, or the start of the range if there is no cohort yet.
func example(c plan.Cohorts) string {
	if c.Count == 0 {
		return c.Starts[0].Format(time.DateOnly)
	}
	return c.Names[c.Count-1]
}

// countRetention counts everybody. If actors' states can be merged, closed time is read once and kept.
func (r *reading) countRetention(ctx context.Context, q Question, cohorts plan.Cohorts, spec *analysis.Retention) (*analysis.RetentionTally, error) {
	scan := plan.RetentionScan(q.Query, cohorts, q.Settings)
	days, err := r.days(ctx, scan.Range)
	if err != nil {
		return nil, err
	}
	cut, ok := lastClosedBound(scan.Range, days, cohorts.Starts)
	if !ok || !spec.Mergeable() || scan.AsksOfProfiles() {
		return r.retention(ctx, q, cohorts, spec, analysis.NewRetentionTally)
	}
	closed, err := r.closedRetention(ctx, q, scan, days, cut, spec)
	if err != nil {
		return nil, err
	}
	scan.From = cut
	later, err := followDays(ctx, r, scan, days, spec.Values, func() *analysis.RetentionState { return analysis.NewRetentionState(spec) })
	if err != nil {
		return nil, err
	}
	return closed.Tally(spec, later), nil
}

// lastClosedBound returns the last bound up to which the whole range lies on closed days; false if there is none. Any day that is not
// closed makes it earlier, even an old day that is known only for a late event.
func lastClosedBound(r model.Range, days []plan.Day, bounds []time.Time) (time.Time, bool) {
	if len(days) == 0 || !r.From.IsZero() && days[0].Start.After(r.From) {
		return time.Time{}, false
	}
	end := days[0].Start
	for _, d := range days {
		if !d.Closed || !d.Start.Equal(end) {
			break
		}
		end = d.End
	}
	if end.After(r.To) {
		end = r.To
	}
	cut, found := time.Time{}, false
	for _, b := range bounds {
		if !b.After(end) && b.After(r.From) {
			cut, found = b, true
		}
	}
	return cut, found
}

// closedRetention returns the state after the closed time before cut.
func (r *reading) closedRetention(ctx context.Context, q Question, scan plan.Scan, days []plan.Day, cut time.Time, spec *analysis.Retention) (*analysis.ClosedRetention, error) {
	scan.To = cut
	m := *q.Query.Retention
	m.Output, m.Column, m.Actors = "", "", nil
	part := closedPart{
		name: fmt.Sprintf("retention %d", spec.Bounds), scan: scan, days: days,
		query: model.Query{Filters: q.Query.Filters, Retention: &m},
	}
	return once(r, part, func() (*analysis.ClosedRetention, error) {
		states, err := followDays(ctx, r, scan, days, spec.Values, func() *analysis.RetentionState { return analysis.NewRetentionState(spec) })
		if err != nil {
			return nil, err
		}
		all := states[0]
		for _, s := range states[1:] {
			all = all.Merge(s)
		}
		return all.Close(), nil
	})
}

// retention counts everybody.
func (r *reading) retention(ctx context.Context, q Question, cohorts plan.Cohorts, spec *analysis.Retention, newTally func(*analysis.Retention) *analysis.RetentionTally) (*analysis.RetentionTally, error) {
	scan := plan.RetentionScan(q.Query, cohorts, q.Settings)
	days, err := r.days(ctx, scan.Range)
	if err != nil {
		return nil, err
	}
	tallies, err := followDays(ctx, r, scan, days, spec.Values, func() *analysis.RetentionTally { return newTally(spec) })
	if err != nil {
		return nil, err
	}
	for _, t := range tallies[1:] {
		tallies[0].Add(t)
	}
	return tallies[0], nil
}

// retentionActors returns the listed actors with their ids, in order of these.
func (r *reading) retentionActors(
	ctx context.Context, q Question, cohorts plan.Cohorts, actors []analysis.RetentionActor, keys []int64,
) ([]analysis.RetentionActor, error) {
	// The start events of the cohort name everybody in it.
	cohort := slices.Index(cohorts.Names, q.Query.Retention.Actors.Cohort)
	scan := plan.RetentionScan(q.Query, cohorts, q.Settings)
	scan.Range = model.Range{From: cohorts.Starts[cohort], To: cohorts.Starts[cohort+1]}
	ids, err := r.ids(ctx, scan, keys)
	for i := range actors {
		actors[i].ActorID = ids[keys[i]]
	}
	slices.SortFunc(actors, func(a, b analysis.RetentionActor) int { return analysis.CompareIDs(a.ActorID, b.ActorID) })
	return actors, err
}

// retentionSpec returns a retention query in numbers.
func retentionSpec(q Question) (plan.Cohorts, *analysis.Retention, error) {
	cohorts, err := plan.RetentionCohorts(q.Query.Retention, q.Range, q.Settings)
	if err != nil {
		return cohorts, nil, err
	}
	return cohorts, analysis.NewRetention(q.Query.Retention, cohorts.Starts, cohorts.Names, q.Now), nil
}
