package engine

import (
	"context"
	"time"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

// Trend answers a trend query.
func (e *Engine) Trend(ctx context.Context, q Question, trace *Trace) (*analysis.Trend, error) {
	buckets, err := plan.NewTrendBuckets(q.Query.Trend, q.Range, q.Settings)
	if err != nil {
		return nil, err
	}
	return read(ctx, e, trace, func(ctx context.Context, r *reading) (*analysis.Trend, error) {
		lines, err := r.trend(ctx, q, buckets)
		return &analysis.Trend{
			Starts: buckets.Starts[:len(buckets.Counted)], Begun: buckets.Begun, CutFront: buckets.CutFront, CutBack: buckets.CutBack,
			Lines: lines,
		}, err
	})
}

func (r *reading) trend(ctx context.Context, q Question, b plan.TrendBuckets) ([]analysis.TrendLine, error) {
	t := q.Query.Trend
	switch {
	case t.Value != model.TrendEvents && t.Breakdown != nil:
		return r.trendActorsByValue(ctx, q, b)
	case t.Value != model.TrendEvents:
		return r.trendActors(ctx, q, b)
	case t.Breakdown != nil:
		return r.trendEventsByValue(ctx, q, b)
	}
	return r.trendEvents(ctx, q, b)
}

func (r *reading) trendActors(ctx context.Context, q Question, b plan.TrendBuckets) ([]analysis.TrendLine, error) {
	series := q.Query.Trend.Series
	visitors, _, err := follow(ctx, r, plan.TrendScan(q.Query, series, b), func() *analysis.DistinctOverTime {
		return analysis.NewDistinctOverTime(b.Counted, len(series))
	})
	if err != nil {
		return nil, err
	}
	var list []analysis.TrendLine
	for i, counts := range merge(visitors).Counts {
		list = append(list, analysis.TrendLine{Series: i, Counts: counts})
	}
	return list, nil
}

func merge(visitors []*analysis.DistinctOverTime) *analysis.DistinctOverTime {
	for _, v := range visitors[1:] {
		visitors[0].Merge(v)
	}
	return visitors[0]
}

// trendActorsByValue follows each series separately, since values have different ranks in each.
func (r *reading) trendActorsByValue(ctx context.Context, q Question, b plan.TrendBuckets) ([]analysis.TrendLine, error) {
	t := q.Query.Trend
	var list []analysis.TrendLine
	for i := range t.Series {
		s := plan.TrendScan(q.Query, t.Series[i:i+1], b)
		s.Aliases = r.hasAliases()
		top, err := rows[struct {
			Value string `db:"value"`
		}](ctx, r, s.TopValues(t.Breakdown.Limit))
		if err != nil {
			return nil, err
		}
		values := analysis.NewValues()
		texts := make([]string, len(top))
		for rank := range top {
			texts[rank] = top[rank].Value
			if _, err := values.ID([]byte(texts[rank])); err != nil {
				return nil, err
			}
		}
		days, err := r.days(ctx, s.Range)
		if err != nil {
			return nil, err
		}
		visitors, err := followDays(ctx, r, s, days, values, func() *analysis.DistinctOverTime {
			return analysis.NewDistinctOverTimeByValue(b.Counted, len(top))
		})
		if err != nil {
			return nil, err
		}
		list = append(list, merge(visitors).Lines(i, texts)...)
	}
	return list, nil
}

// trendRow is one number of a series without a breakdown.
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
			func(p plan.Piece) plan.Statement { return plan.TrendEvents(q.Query, selector, b, p, r.hasAliases()) },
			func(row trendRow) { line.Counts[row.Bucket] += row.N })
		if err != nil {
			return nil, err
		}
		list = append(list, line)
	}
	return list, nil
}

// trendValueRow is one number of a breakdown value.
type trendValueRow struct {
	trendRow
	analysis.Group
}

func (r *reading) trendEventsByValue(ctx context.Context, q Question, b plan.TrendBuckets) ([]analysis.TrendLine, error) {
	var list []analysis.TrendLine
	for i := range q.Query.Trend.Series {
		found, err := rows[trendValueRow](ctx, r, plan.TrendEventsByValue(q.Query, &q.Query.Trend.Series[i].EventSelector, b, r.hasAliases()))
		if err != nil {
			return nil, err
		}
		lines := map[int]*analysis.TrendLine{}
		for _, row := range found {
			line, known := lines[row.Place]
			if !known {
				line = &analysis.TrendLine{Series: i, Group: row.Group, Counts: make([]int64, len(b.Counted))}
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
