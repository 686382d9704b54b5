package engine

import (
	"context"
	"iter"
	"time"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

// Trend answers a trend query.
func (e *Engine) Trend(ctx context.Context, q Question, trace *Trace) (*analysis.Trend, error) {
	if q.Query.BySegment() {
		return e.trendBySegment(ctx, q, trace)
	}
	buckets, err := plan.NewTrendBuckets(q.Query.Trend, q.Range, q.Settings)
	if err != nil {
		return nil, err
	}
	return read(ctx, e, q.Query.SegmentNames(), trace, func(ctx context.Context, r *reading) (*analysis.Trend, error) {
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

// merge adds up what the visitors of a scan counted.
func merge[V interface{ Merge(V) }](visitors []V) V {
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
		scan := plan.TrendScan(q.Query, t.Series[i:i+1], b)
		counts, ranking, err := followByValue(ctx, r, scan, t.Breakdown.Limit, func(grouping analysis.Grouping) *analysis.DistinctByValue {
			return analysis.NewDistinctByValue(b.Counted, grouping)
		})
		if err != nil {
			return nil, err
		}
		list = append(list, counts.Lines(i, ranking)...)
	}
	return list, nil
}

// trendRow is one number of a series without a breakdown.
type trendRow struct {
	Bucket int   `db:"bucket"`
	N      int64 `db:"n"`
}

func (r *reading) trendEvents(ctx context.Context, q Question, b plan.TrendBuckets) ([]analysis.TrendLine, error) {
	var list []analysis.TrendLine
	for i := range q.Query.Trend.Series {
		selector := &q.Query.Trend.Series[i].EventSelector
		counts, err := r.countBuckets(ctx, q, selector, b.Range(), b.Starts)
		if err != nil {
			return nil, err
		}
		list = append(list, analysis.TrendLine{Series: i, Counts: counts[:len(b.Counted)]})
	}
	return list, nil
}

// countBuckets counts the events of a range that a selector picks, in the buckets between starts.
func (r *reading) countBuckets(ctx context.Context, q Question, selector *model.EventSelector, span model.Range, starts []time.Time) ([]int64, error) {
	c := plan.Counting{Filters: q.Query.Filters, Selector: selector, Range: span, Zone: q.Zone}
	if !c.FitsQuarters() {
		scan := plan.EventScan(q.Query.Filters, selector, "", span)
		counters, _, err := follow(ctx, r, scan, func() *analysis.EventsByValue { return analysis.NewEventsByValue(starts, analysis.Ungrouped) })
		if err != nil {
			return nil, err
		}
		return merge(counters).Of(0), nil
	}
	days, err := r.days(ctx, span)
	if err != nil {
		return nil, err
	}
	b := plan.TrendBuckets{Starts: starts}
	counts := make([]int64, len(starts)-1)
	err = countEvents(ctx, r, c, days,
		func(start time.Time, events int64) { counts[b.Bucket(start)] += events },
		func(p plan.Piece) plan.Statement { return plan.TrendEvents(q.Query, selector, b, p, r.hasAliases()) },
		func(row trendRow) { counts[row.Bucket] += row.N })
	return counts, err
}

// trendEventsByValue counts each series separately, since values have different ranks in each.
func (r *reading) trendEventsByValue(ctx context.Context, q Question, b plan.TrendBuckets) ([]analysis.TrendLine, error) {
	t := q.Query.Trend
	var list []analysis.TrendLine
	for i := range t.Series {
		scan := plan.EventScan(q.Query.Filters, &t.Series[i].EventSelector, t.Breakdown.Property, b.Range())
		counts, ranking, err := followByValue(ctx, r, scan, t.Breakdown.Limit, func(grouping analysis.Grouping) *analysis.EventsByValue {
			return analysis.NewEventsByValue(b.Starts, grouping)
		})
		if err != nil {
			return nil, err
		}
		list = append(list, counts.Lines(i, ranking)...)
	}
	return list, nil
}

// byValue is a count by a property's values.
type byValue[V any] interface {
	analysis.Visitor
	Merge(V)
	Totals() iter.Seq2[uint32, int64]
	IsExact(*analysis.Ranking) bool
}

// followByValue counts a scan by its property's values, of which the first limit ones have a group of their own. It counts the first values it
// meets by themselves; where there are more than that and than the limit, it counts again, by rank: who has several of the other values counts
// once among them.
func followByValue[V byValue[V]](ctx context.Context, r *reading, s plan.Scan, limit int, newCount func(analysis.Grouping) V) (count V, ranking *analysis.Ranking, err error) {
	days, err := r.days(ctx, s.Range)
	if err != nil {
		return count, nil, err
	}
	values := analysis.NewValues()
	grouping := analysis.Grouping(analysis.FirstValues)
	for range 2 {
		counts, err := followDays(ctx, r, s, days, values, func() V { return newCount(grouping) })
		if err != nil {
			return count, nil, err
		}
		count = merge(counts)
		if ranking != nil {
			break
		}
		if ranking = analysis.NewRanking(values, limit, count.Totals()); count.IsExact(ranking) {
			break
		}
		grouping = ranking.Grouping()
	}
	return count, ranking, nil
}
