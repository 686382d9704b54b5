package engine

import (
	"context"
	"time"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

// Trend answers a trend query.
func (e *Engine) Trend(ctx context.Context, q Question, trace *Trace) (*analysis.Trend, error) {
	buckets, err := plan.NewTrendBuckets(q.Query.Trend, q.Range, q.Settings)
	if err != nil {
		return nil, err
	}
	t := &analysis.Trend{
		Starts: buckets.Starts[:len(buckets.Counted)], Begun: buckets.Begun, CutFront: buckets.CutFront, CutBack: buckets.CutBack,
	}
	err = e.read(ctx, trace, func(ctx context.Context, r *reading) error {
		t.Lines, err = r.trend(ctx, q, buckets)
		return err
	})
	return t, err
}

func (r *reading) trend(ctx context.Context, q Question, b plan.TrendBuckets) ([]analysis.TrendLine, error) {
	if q.Query.Trend.Breakdown != nil {
		return r.trendBreakdown(ctx, q, b)
	}
	if s, ok := plan.TrendActors(q.Query, b); ok {
		return r.trendActors(ctx, s, b)
	}
	return r.trendEvents(ctx, q, b)
}

func (r *reading) trendActors(ctx context.Context, s plan.Scan, b plan.TrendBuckets) ([]analysis.TrendLine, error) {
	over := make([]analysis.Span, len(b.Counted))
	for i, counted := range b.Counted {
		over[i] = analysis.Span(counted)
	}
	visitors, _, err := follow(ctx, r, s, func() *analysis.DistinctOverTime { return analysis.NewDistinctOverTime(over, len(s.Picks)) })
	if err != nil {
		return nil, err
	}
	for _, v := range visitors[1:] {
		visitors[0].Merge(v)
	}
	var list []analysis.TrendLine
	for i, counts := range visitors[0].Counts {
		list = append(list, analysis.TrendLine{Series: i, Counts: counts})
	}
	return list, nil
}

// trendRow is a number of a series without a breakdown.
type trendRow struct {
	Bucket int   `db:"bucket"`
	N      int64 `db:"n"`
}

func (r *reading) trendEvents(ctx context.Context, q Question, b plan.TrendBuckets) ([]analysis.TrendLine, error) {
	days, err := r.days(ctx, q.Range)
	if err != nil {
		return nil, err
	}
	var list []analysis.TrendLine
	for i := range q.Query.Trend.Series {
		selector := &q.Query.Trend.Series[i].EventSelector
		line := analysis.TrendLine{Series: i, Counts: make([]int64, len(b.Counted))}
		c := plan.Counting{Filters: q.Query.Filters, Selector: selector, Range: q.Range, Zone: q.Zone}
		err := countEvents(ctx, r, c, days,
			func(start time.Time, events int64) { line.Counts[b.Bucket(start)] += events },
			func(p plan.Piece) plan.Statement { return plan.TrendEvents(q.Query, selector, b, p) },
			func(row trendRow) { line.Counts[row.Bucket] += row.N })
		if err != nil {
			return nil, err
		}
		list = append(list, line)
	}
	return list, nil
}

// trendValueRow is a number of a breakdown value.
type trendValueRow struct {
	trendRow
	Place int    `db:"place"`
	Text  string `db:"text"`
}

func (r *reading) trendBreakdown(ctx context.Context, q Question, b plan.TrendBuckets) ([]analysis.TrendLine, error) {
	var list []analysis.TrendLine
	for i := range q.Query.Trend.Series {
		found, err := rows[trendValueRow](ctx, r, plan.TrendBreakdown(q.Query, &q.Query.Trend.Series[i].EventSelector, b, q.Settings))
		if err != nil {
			return nil, err
		}
		lines := map[int]*analysis.TrendLine{}
		for _, row := range found {
			line, known := lines[row.Place]
			if !known {
				line = &analysis.TrendLine{Series: i, Place: row.Place, Text: row.Text, Counts: make([]int64, len(b.Counted))}
				lines[row.Place] = line
			}
			line.Counts[row.Bucket] = row.N
		}
		for _, place := range analysis.InOrder(lines) {
			list = append(list, *lines[place])
		}
	}
	return list, nil
}
