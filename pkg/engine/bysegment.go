package engine

import (
	"context"
	"slices"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
	"github.com/footfall-analytics/footfall/pkg/store"
)

// ofSegment is the answer about the actors of one segment, or about those of none.
type ofSegment[A any] struct {
	analysis.Group
	answer A
}

// bySegment asks a question that is broken down by segments once for each of them, and once for those in none: an actor may be in several. If a title
// is given, it asks only for that group. What the questions have in common is read once, as long as it stays in memory.
func bySegment[A any](
	ctx context.Context, e *Engine, q Question, only *string, trace *Trace, ask func(context.Context, Question, *Trace) (A, error),
) ([]ofSegment[A], error) {
	names, err := store.Query[segmentName](ctx, e.store, plan.LargestSegments(q.Query.Breakdown().Limit))
	if err != nil {
		return nil, err
	}
	var all []string
	var list []ofSegment[A]
	run := func(group analysis.Group, keep model.Filter) error {
		if only != nil && group.Title() != *only {
			return nil
		}
		of := q
		of.Query = q.Query.OfSegments(keep)
		own := Trace{Dry: trace.Dry}
		answer, err := ask(ctx, of, &own)
		trace.join(&own)
		list = append(list, ofSegment[A]{group, answer})
		return err
	}
	for i, name := range names {
		all = append(all, name.Name)
		if err := run(analysis.Group{Place: i, Value: name.Name}, model.Filter{Property: model.SegmentProperty, Operator: model.Equal, Values: []string{name.Name}}); err != nil {
			return nil, err
		}
	}
	return list, run(analysis.Group{Place: analysis.NonePlace}, model.Filter{Property: model.SegmentProperty, Operator: model.NotIn, Values: all})
}

type segmentName struct {
	Name string `db:"name"`
}

func (e *Engine) funnelBySegment(ctx context.Context, q Question, trace *Trace) (groups []analysis.FunnelGroup, err error) {
	list, err := bySegment(ctx, e, q, nil, trace, e.Funnel)
	for _, s := range list {
		if len(s.answer) > 0 && s.answer[0].Reached[0] > 0 {
			s.answer[0].Group = s.Group
			groups = append(groups, s.answer[0])
		}
	}
	return groups, err
}

func (e *Engine) funnelActorsBySegment(ctx context.Context, q Question, trace *Trace) ([]analysis.FunnelActor, error) {
	list, err := bySegment(ctx, e, q, q.Query.Funnel.Actors.Value, trace, e.FunnelActors)
	return actorsOfSegments(list, func(a *analysis.FunnelActor) (*analysis.ActorID, *analysis.Group) { return &a.ActorID, &a.Group }), err
}

// actorsOfSegments joins lists of actors, by their ids; one in several segments is listed for each. parts returns an actor's id and group.
func actorsOfSegments[A any](list []ofSegment[[]A], parts func(*A) (*analysis.ActorID, *analysis.Group)) (all []A) {
	for _, s := range list {
		for i := range s.answer {
			_, group := parts(&s.answer[i])
			*group = s.Group
		}
		all = append(all, s.answer...)
	}
	slices.SortStableFunc(all, func(a, b A) int {
		x, _ := parts(&a)
		y, _ := parts(&b)
		return analysis.CompareIDs(*x, *y)
	})
	return all
}

func (e *Engine) funnelTrendBySegment(ctx context.Context, q Question, trace *Trace) (*analysis.FunnelTrend, error) {
	list, err := bySegment(ctx, e, q, nil, trace, e.FunnelTrend)
	if err != nil {
		return nil, err
	}
	trend := *list[0].answer
	trend.Groups = nil
	for _, s := range list {
		entered := int64(0)
		for _, g := range s.answer.Groups {
			for _, counts := range g.Counts {
				entered += counts.Entered
			}
		}
		if entered > 0 {
			trend.Groups = append(trend.Groups, analysis.FunnelTrendGroup{Group: s.Group, Counts: s.answer.Groups[0].Counts})
		}
	}
	return &trend, nil
}

func (e *Engine) retentionBySegment(ctx context.Context, q Question, trace *Trace) (*analysis.RetentionAnswer, error) {
	list, err := bySegment(ctx, e, q, nil, trace, e.Retention)
	if err != nil {
		return nil, err
	}
	all := &analysis.RetentionAnswer{Retention: list[0].answer.Retention}
	for _, s := range list {
		for _, g := range s.answer.Groups {
			if g.Size() > 0 {
				g.Group = s.Group
				all.Groups = append(all.Groups, g)
			}
		}
	}
	return all, nil
}

func (e *Engine) retentionActorsBySegment(ctx context.Context, q Question, trace *Trace) ([]analysis.RetentionActor, error) {
	list, err := bySegment(ctx, e, q, q.Query.Retention.Actors.Value, trace, e.RetentionActors)
	return actorsOfSegments(list, func(a *analysis.RetentionActor) (*analysis.ActorID, *analysis.Group) { return &a.ActorID, &a.Group }), err
}

func (e *Engine) trendBySegment(ctx context.Context, q Question, trace *Trace) (*analysis.Trend, error) {
	list, err := bySegment(ctx, e, q, nil, trace, e.Trend)
	if err != nil {
		return nil, err
	}
	all := *list[0].answer
	all.Lines = nil
	for series := range q.Query.Trend.Series {
		for _, s := range list {
			for _, line := range s.answer.Lines {
				sum := int64(0)
				for _, n := range line.Counts {
					sum += n
				}
				if line.Series == series && sum > 0 {
					line.Group = s.Group
					all.Lines = append(all.Lines, line)
				}
			}
		}
	}
	return &all, nil
}
