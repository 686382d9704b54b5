package engine

import (
	"context"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

// Annotations lists the moments to mark, newest first, and says whether there are more than the query's limit.
func (e *Engine) Annotations(ctx context.Context, q Question, trace *Trace) (list []analysis.Annotation, more bool, err error) {
	err = e.read(ctx, trace, func(ctx context.Context, r *reading) error {
		list, err = rows[analysis.Annotation](ctx, r, plan.Annotations(q.Query, q.Range, r.aliased()))
		return err
	})
	if more = len(list) > q.Query.Annotations.Limit; more {
		list = list[:q.Query.Annotations.Limit]
	}
	return list, more, err
}
