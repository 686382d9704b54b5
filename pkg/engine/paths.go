package engine

import (
	"context"
	"strconv"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// PathGraph answers a query for paths with a graph. Too many transitions between labels are an error.
func (e *Engine) PathGraph(ctx context.Context, q Question, trace *Trace) (*analysis.PathGraph, error) {
	counter, err := countPaths(ctx, e, q, trace, analysis.NewPathTransitions)
	if err != nil {
		return nil, err
	}
	graph, ok := counter.Graph(q.Query.Paths.Nodes)
	if !ok {
		return nil, &model.Error{Field: "paths.property", Reason: say.New("problem.many-transitions",
			"is {{property}}, which makes more than {{most}} different transitions from one step to the next; use a property with fewer values, fewer steps, or filters",
			strconv.Quote(q.Query.Paths.Property), analysis.MaxTransitions)}
	}
	return graph, nil
}

// PathList answers a query for paths with the most frequent ones. Too many different paths are an error.
func (e *Engine) PathList(ctx context.Context, q Question, trace *Trace) (*analysis.PathList, error) {
	counter, err := countPaths(ctx, e, q, trace, analysis.NewWholePaths)
	if err != nil {
		return nil, err
	}
	list, ok := counter.List(q.Query.Paths.Limit)
	if !ok {
		return nil, &model.Error{Field: "paths.steps", Reason: say.New("problem.many-paths",
			"is {{steps}}, which makes more than {{most}} different paths; use fewer steps, a property with fewer values, or filters",
			q.Query.Paths.Steps, analysis.MaxDifferentPaths)}
	}
	return list, nil
}

// pathCounter counts paths in some way.
type pathCounter interface {
	Values() *analysis.Values
	NewVisitor() *analysis.PathVisitor
}

// countPaths hands everybody to a counter's visitors.
func countPaths[C pathCounter](ctx context.Context, e *Engine, q Question, trace *Trace, newCounter func(*analysis.Paths) C) (C, error) {
	return read(ctx, e, q.Query.SegmentNames(), trace, func(ctx context.Context, r *reading) (counter C, err error) {
		days, err := r.days(ctx, q.Range)
		if err != nil {
			return counter, err
		}
		counter = newCounter(analysis.NewPaths(q.Query.Paths))
		_, err = followDays(ctx, r, plan.PathsScan(q.Query, q.Range), days, counter.Values(), counter.NewVisitor)
		return counter, err
	})
}
