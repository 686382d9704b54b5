package engine

import (
	"context"
	"strconv"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// PathGraph answers a query for paths with a graph. More transitions between labels than can be counted are an error.
func (e *Engine) PathGraph(ctx context.Context, q Question, trace *Trace) (graph *analysis.PathGraph, err error) {
	err = e.read(ctx, trace, func(ctx context.Context, r *reading) error {
		counter := analysis.NewPathTransitions(pathsSpec(q.Query.Paths))
		if err := r.paths(ctx, q, counter.Values(), counter.NewVisitor); err != nil {
			return err
		}
		var ok bool
		if graph, ok = counter.Graph(q.Query.Paths.Nodes); !ok {
			return &model.Error{Field: "paths.property", Reason: say.New("problem.many-transitions",
				"is {{property}}, which makes more than {{most}} different transitions from one step to the next; use a property with fewer values, fewer steps, or filters",
				strconv.Quote(q.Query.Paths.Property), analysis.MaxTransitions)}
		}
		return nil
	})
	return graph, err
}

// PathList answers a query for paths with the most frequent ones. More different paths than can be counted are an error.
func (e *Engine) PathList(ctx context.Context, q Question, trace *Trace) (list *analysis.PathList, err error) {
	err = e.read(ctx, trace, func(ctx context.Context, r *reading) error {
		counter := analysis.NewWholePaths(pathsSpec(q.Query.Paths))
		if err := r.paths(ctx, q, counter.Values(), counter.NewVisitor); err != nil {
			return err
		}
		var ok bool
		if list, ok = counter.List(q.Query.Paths.Limit); !ok {
			return &model.Error{Field: "paths.steps", Reason: say.New("problem.many-paths",
				"is {{steps}}, which makes more than {{most}} different paths; use fewer steps, a property with fewer values, or filters",
				q.Query.Paths.Steps, analysis.MaxDifferentPaths)}
		}
		return nil
	})
	return list, err
}

// paths hands everybody to the visitors.
func (r *reading) paths(ctx context.Context, q Question, values *analysis.Values, newVisitor func() *analysis.PathVisitor) error {
	days, err := r.days(ctx, q.Range)
	if err != nil {
		return err
	}
	_, err = followDays(ctx, r, plan.PathsScan(q.Query, q.Range), days, values, newVisitor)
	return err
}

// pathsSpec is a query for paths in numbers.
func pathsSpec(p *model.Paths) *analysis.Paths {
	spec := &analysis.Paths{Steps: p.Steps, Before: p.Direction == model.PathsBefore, KeepRepeats: p.KeepRepeats, Values: analysis.NewValues()}
	if gap, cut := p.GapDuration(); cut {
		spec.Gap = gap.Microseconds()
	}
	return spec
}
