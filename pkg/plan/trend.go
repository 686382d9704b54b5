package plan

import (
	"sort"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// TrendBuckets are the buckets of a trend.
type TrendBuckets struct {
	// Starts has the start of each bucket, in order, and the end of the last one.
	Starts []time.Time
	// Counted has, for each bucket, the range whose events count. From bucket to bucket, both ends only grow; rolling ranges overlap.
	Counted []model.Range
	// Begun is how many buckets have begun.
	Begun int
	// CutFront says that the beginning of the first bucket does not count, and CutBack that the last bucket that has begun can still grow.
	CutFront, CutBack bool
}

// Range returns the range of all the events that count.
func (b *TrendBuckets) Range() model.Range {
	return model.Range{From: b.Counted[0].From, To: b.Counted[len(b.Counted)-1].To}
}

// Bucket returns the index of the bucket that holds a moment of the range.
func (b *TrendBuckets) Bucket(t time.Time) int {
	return sort.Search(len(b.Starts), func(i int) bool { return b.Starts[i].After(t) }) - 1
}

// NewTrendBuckets cuts the range into the trend's buckets. The range of a rolling number ends with the bucket's last day, or with the last
// day before the end of the range or now.
func NewTrendBuckets(t *model.Trend, r model.Range, s Settings) (TrendBuckets, error) {
	var b TrendBuckets
	var err error
	if b.Starts, err = Buckets("trend.interval", r, t.Interval.Period(), s); err != nil {
		return b, err
	}
	known := minTime(r.To, s.Now)
	for i, start := range b.Starts[:len(b.Starts)-1] {
		end := b.Starts[i+1]
		if start.Before(s.Now) {
			b.Begun++
			b.CutBack = end.After(known)
		}
		if days := t.Value.RollingDays(); days > 0 {
			b.Counted = append(b.Counted, rollingRange(days, model.Range{From: start, To: end}, r, s))
		} else {
			b.Counted = append(b.Counted, model.Range{From: maxTime(start, r.From), To: minTime(end, r.To)})
		}
	}
	b.CutFront = t.Value.RollingDays() == 0 && b.Starts[0].Before(r.From)
	return b, nil
}

// rollingRange returns the range whose events count for a bucket that looks back over some days.
func rollingRange(days int, bucket, r model.Range, s Settings) model.Range {
	end := bucket.To
	for _, limit := range []time.Time{r.To, s.Now} {
		if bucket.From.Before(limit) && limit.Before(end) {
			end = limit
		}
	}
	last := end.Add(-time.Nanosecond).In(s.Zone)
	return model.Range{
		From: localMidnight(last.Year(), last.Month(), last.Day()-days+1, s.Zone),
		To:   minTime(nextBucket(last, model.Day, s.Zone), r.To),
	}
}

// TrendScan returns the scan that counts users or sessions over time, for the given series.
func TrendScan(q *model.Query, series []model.TrendSeries, b TrendBuckets) Scan {
	s := Scan{Actor: model.UserActor, Filters: q.Filters, Range: b.Range()}
	if q.Trend.Value == model.TrendSessions {
		s.Actor = model.SessionActor
	}
	for i := range series {
		s.Picks = append(s.Picks, &series[i].EventSelector)
	}
	if q.Trend.Breakdown != nil {
		s.Value, s.ValueOf = q.Trend.Breakdown.Property, 1<<len(s.Picks)-1
	}
	return s
}

// TrendEvents plans the counting of raw events by bucket, as rows of (bucket, n).
func TrendEvents(q *model.Query, selector *model.EventSelector, b TrendBuckets, p Piece, aliases bool) Statement {
	var args arguments
	sql := lines(
		"SELECT width_bucket(e.time, "+args.bind(b.Starts, "timestamptz[]")+") - 1 AS bucket, count(*) AS n",
		"FROM "+eventsWith(aliases, properties(q.Filters, selector)...),
		"WHERE "+all(args.within(p.Range), args.selects(selector), args.filters(q.Filters)),
		"GROUP BY 1",
	)
	return Statement{SQL: sql, Args: args, Source: rawEvents, Reason: p.Reason}
}

// EventScan returns the scan that counts a series of events whose numbers no closed day has: of events with a filter, or by a property, empty
// for none.
func EventScan(filters []model.Filter, selector *model.EventSelector, property string, r model.Range) Scan {
	s := Scan{Actor: Anyone, Filters: filters, Picks: []*model.EventSelector{selector}, Range: r}
	if property != "" {
		s.Value, s.ValueOf = property, 1
	}
	return s
}
