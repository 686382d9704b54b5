package plan

import (
	"sort"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// TrendBuckets cuts time for a trend.
type TrendBuckets struct {
	// Starts has the start of each bucket, in order, and the end of the last one.
	Starts []time.Time
	// Counted has the time whose events count for each bucket. Both ends only grow; rolling ones overlap.
	Counted []Range
	// Begun is how many buckets have begun.
	Begun int
	// CutFront says that the first bucket's first part does not count, CutBack that the last bucket that has begun can still
	// grow.
	CutFront, CutBack bool
}

// Range is all the time that counts.
func (b *TrendBuckets) Range() Range { return Range{b.Counted[0].From, b.Counted[len(b.Counted)-1].To} }

// Bucket is the place of the bucket that holds a moment of the range.
func (b *TrendBuckets) Bucket(t time.Time) int {
	return sort.Search(len(b.Starts), func(i int) bool { return b.Starts[i].After(t) }) - 1
}

// NewTrendBuckets cuts the range into the trend's buckets. What a rolling number counts ends with the bucket's last day, or with
// the last day before the end of the range or now.
func NewTrendBuckets(t *model.Trend, r Range, s Settings) (TrendBuckets, error) {
	var b TrendBuckets
	var err error
	if b.Starts, err = Buckets("trend.interval", r, t.Interval, s); err != nil {
		return b, err
	}
	known := minTime(r.To, s.Now)
	for i, start := range b.Starts[:len(b.Starts)-1] {
		end := b.Starts[i+1]
		if start.Before(s.Now) {
			b.Begun++
			b.CutBack = end.After(known)
		}
		counted := Range{maxTime(start, r.From), minTime(end, r.To)}
		if days := t.Value.RollingDays(); days > 0 {
			last := end.Add(-time.Nanosecond)
			if start.Before(known) && known.Before(end) {
				last = known.Add(-time.Nanosecond)
			}
			last = last.In(s.Zone)
			counted.From = localMidnight(last.Year(), last.Month(), last.Day()-days+1, s.Zone)
			counted.To = minTime(nextBucket(last, model.Day, s.Zone), r.To)
		}
		b.Counted = append(b.Counted, counted)
	}
	b.CutFront = t.Value.RollingDays() == 0 && b.Starts[0].Before(r.From)
	return b, nil
}

// TrendActors is the scan that counts users or sessions over time; false where events are counted, or there is a breakdown.
func TrendActors(q *model.Query, b TrendBuckets) (Scan, bool) {
	t := q.Trend
	s := Scan{Actor: model.UserActor, Filters: q.Filters, Range: b.Range()}
	if t.Value == model.TrendSessions {
		s.Actor = model.SessionActor
	}
	for i := range t.Series {
		s.Picks = append(s.Picks, &t.Series[i].EventSelector)
	}
	return s, t.Value != model.TrendEvents && t.Breakdown == nil
}

// TrendEvents plans the counting of raw events by bucket, as rows of (bucket, n).
func TrendEvents(q *model.Query, selector *model.EventSelector, b TrendBuckets, p Piece) Statement {
	var args arguments
	sql := lines(
		"SELECT width_bucket(e.time, "+args.bind(b.Starts, "timestamptz[]")+") - 1 AS bucket, count(*) AS n",
		"FROM "+eventsWith(properties(q.Filters, selector)...),
		"WHERE "+all(args.within(p.Range), args.selects(selector), args.filters(q.Filters)),
		"GROUP BY 1",
	)
	return Statement{SQL: sql, Args: args, Source: rawEvents, Reason: p.Reason}
}

// TrendBreakdown plans a series with a breakdown, as rows of (bucket, place, text, n): place is the rank of the value from 0, -1
// for the others, -2 for events without one.
func TrendBreakdown(q *model.Query, selector *model.EventSelector, b TrendBuckets, s Settings) Statement {
	t := q.Trend
	var args arguments
	where := args.within(b.Range())
	actor, number, total := "0", "sum(n)::bigint", "sum(n)"
	switch t.Value {
	case model.TrendEvents:
	case model.TrendSessions:
		actor, where = "e.session_id", append(where, "e.session_id IS NOT NULL")
	default:
		actor, where = "e.user_key", append(where, "e.user_key <> 0")
	}
	if t.Value != model.TrendEvents {
		number, total = "count(DISTINCT actor)", "count(DISTINCT actor)"
	}
	// Events are put into the buckets at once, or into the days that several buckets count.
	cuts, bucket, join := b.Starts, "slot", ""
	if t.Value.RollingDays() > 0 {
		var first, last []int
		cuts, first, last = b.days(s)
		bucket = "(b.bucket - 1)::int"
		join = "\nJOIN unnest(" + args.bind(first, "int[]") + ", " + args.bind(last, "int[]") + ") WITH ORDINALITY AS b(first, last, bucket) ON slot BETWEEN first AND last"
	}
	looked := append(properties(q.Filters, selector), t.Breakdown.Property)
	sql := lines(
		"WITH cells AS (",
		"    SELECT width_bucket(e.time, "+args.bind(cuts, "timestamptz[]")+") - 1 AS slot, "+args.property(t.Breakdown.Property)+" AS value, "+actor+" AS actor, count(*) AS n",
		"    FROM "+eventsWith(looked...),
		"    WHERE "+all(where, args.selects(selector), args.filters(q.Filters)),
		"    GROUP BY 1, 2, 3",
		"), "+args.ranked("ranking", "value", total, "true", t.Breakdown.Limit),
		"SELECT "+bucket+" AS bucket, "+placeOf("ranking", "cells.value")+" AS place, coalesce(ranking.value, '') AS text, "+number+" AS n",
		"FROM cells LEFT JOIN ranking ON ranking.value = cells.value"+join,
		"GROUP BY 1, 2, 3",
	)
	return Statement{SQL: sql, Args: args, Source: rawEvents, Reason: "closed days keep no properties to break down by"}
}

// days are the midnights of the days that count, with the end of the last one, and for each bucket the first and the last of its
// days.
func (b *TrendBuckets) days(s Settings) (starts []time.Time, first, last []int) {
	number := map[time.Time]int{}
	all := b.Range()
	for day := all.From; day.Before(all.To); day = nextBucket(day, model.Day, s.Zone) {
		number[day.UTC()] = len(starts)
		starts = append(starts, day)
	}
	starts = append(starts, all.To)
	for _, counted := range b.Counted {
		first = append(first, number[counted.From.UTC()])
		last = append(last, number[bucketStart(counted.To.Add(-time.Nanosecond), model.Day, s).UTC()])
	}
	return starts, first, last
}
