package engine

import (
	"context"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

// Annotations lists the moments to mark, newest first.
func (e *Engine) Annotations(ctx context.Context, q Question, trace *Trace) (*analysis.Limited[analysis.Annotation], error) {
	return read(ctx, e, q.Query.SegmentNames(), trace, func(ctx context.Context, r *reading) (*analysis.Limited[analysis.Annotation], error) {
		list, err := rows[analysis.Annotation](ctx, r, plan.Annotations(q.Query, q.Range, r.hasAliases()))
		return analysis.Limit(list, q.Query.Annotations.Limit), err
	})
}
