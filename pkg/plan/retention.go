package plan

import (
	"fmt"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Cohorts are the buckets of a retention query: the cohorts, then the later buckets in which their users may return.
type Cohorts struct {
	// Starts has the start of each bucket, in order, and the end of the last one.
	Starts []time.Time
	// Count is how many of the buckets are cohorts.
	Count int
}

// Retention plans a retention query. The statement returns rows of (cohort, period, users): the number of users of the
// cohort (counted from 0) who were retained in that period, and with period -1 the size of the cohort. Cells that are not
// returned are 0, or lie in the future: the cohorts' bounds tell which.
func Retention(q *model.Query, r Range, s Settings) (Statement, Cohorts, error) {
	m := q.Retention
	cohorts, err := cohortBuckets(m, r, s)
	if err != nil {
		return Statement{}, Cohorts{}, err
	}
	var args arguments
	// What lies ahead of now is not known yet; what lies behind the last bucket only on_or_after asks for.
	end := cohorts.Starts[len(cohorts.Starts)-1]
	if m.Mode == model.OnOrAfter || end.After(s.Now) {
		end = s.Now
	}
	b := retentionBuilder{query: q.Retention, bounds: args.bind(cohorts.Starts, "timestamptz[]")}
	b.first = args.timestamp(cohorts.Starts[0])
	b.last = args.timestamp(minTime(cohorts.Starts[cohorts.Count], s.Now))
	b.periods = args.bind(m.Periods, "int")
	sql := lines(
		"WITH events AS (",
		indent(b.events(&args, q.Filters, args.timestamp(s.Now), args.timestamp(end))),
		"), buckets AS (",
		"    SELECT user_key, width_bucket(time, "+b.bounds+") - 1 AS bucket,",
		"        min(time) FILTER (WHERE is_start) AS started, max(time) FILTER (WHERE is_return) AS returned",
		"    FROM events WHERE is_start OR is_return GROUP BY 1, 2",
		"), users AS (",
		indent(b.users()),
		")",
		"SELECT cohort, -1 AS period, count(*) AS users FROM users CROSS JOIN LATERAL unnest(cohorts) AS cohort GROUP BY 1",
		"UNION ALL",
		b.retained(),
	)
	return Statement{SQL: sql, Args: args, Source: rawEvents, Reason: "start events and returns are put together user by user"}, cohorts, nil
}

func cohortBuckets(m *model.Retention, r Range, s Settings) (Cohorts, error) {
	var c Cohorts
	until := minTime(r.To, s.Now)
	for start := bucketStart(r.From, m.Period, s); ; start = nextBucket(start, m.Period, s.Zone) {
		c.Starts = append(c.Starts, start)
		if start.Before(until) {
			c.Count++
		}
		if len(c.Starts) == c.Count+m.Periods {
			return c, nil
		}
		if len(c.Starts) > MaxBuckets {
			return c, &model.Error{Field: "retention.period", Reason: fmt.Sprintf(
				"is %s, which cuts the panel's range and the periods after it into more than %d buckets; use a longer period or a shorter range", m.Period, MaxBuckets)}
		}
	}
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

type retentionBuilder struct {
	query *model.Retention
	// Placeholders: the buckets' bounds, the cohorts' first and last instant, the number of periods.
	bounds, first, last, periods string
}

// events is the rows that start or return, and which of it they do. A first start counts wherever it lies before now, a
// recurring one where there are cohorts, a return from the first cohort to the end.
func (b *retentionBuilder) events(args *arguments, filters []model.Filter, now, end string) string {
	m := b.query
	start := args.selects(&m.Start)
	where := []string{"user_key <> 0", "time < " + now}
	if m.Cohorts == model.Recurring {
		start = append(start, "time < "+b.last)
		where = append(where, "time >= "+b.first)
	}
	if m.Start.Event != model.AnyEvent && m.Return.Event != model.AnyEvent {
		where = append(where, "event_type = ANY("+args.bind([]string{m.Start.Event, m.Return.Event}, "text[]")+")")
	}
	returns := append(args.selects(&m.Return), "time >= "+b.first, "time < "+end)
	return lines(
		"SELECT user_key, time, "+all(start)+" AS is_start, "+all(returns)+" AS is_return",
		"FROM user_events e",
		"WHERE "+all(where, args.filters(filters)),
		"OFFSET 0", // keeps the flags from being computed again wherever they are used
	)
}

// users is one row a user: the cohorts with the time of the start event that counts in each, and the buckets with a return
// and the time of the last one in each. For on_or_after the last return of all says everything. Arrays, and no join of
// starts with returns, because the server cannot guess how many of either a user has.
func (b *retentionBuilder) users() string {
	cohorts, having := "array_agg(bucket) FILTER (WHERE started IS NOT NULL) AS cohorts, array_agg(started) FILTER (WHERE started IS NOT NULL) AS starts",
		"HAVING count(started) > 0"
	if b.query.Cohorts == model.FirstTime {
		cohorts = "ARRAY[width_bucket(min(started), " + b.bounds + ") - 1] AS cohorts, ARRAY[min(started)] AS starts"
		having = "HAVING min(started) >= " + b.first + " AND min(started) < " + b.last
	}
	returns := "array_agg(bucket) FILTER (WHERE returned IS NOT NULL) AS return_buckets, array_agg(returned) FILTER (WHERE returned IS NOT NULL) AS returns"
	if b.query.Mode == model.OnOrAfter {
		returns = "ARRAY[width_bucket(max(returned), " + b.bounds + ") - 1] AS return_buckets, ARRAY[max(returned)] AS returns"
	}
	return lines("SELECT "+cohorts+",", "    "+returns, "FROM buckets GROUP BY user_key "+having)
}

// retained counts the users of each cohort and period who are retained.
func (b *retentionBuilder) retained() string {
	afterStart := "(bucket > cohort OR returned > started)"
	if b.query.Start.Equal(&b.query.Return) {
		afterStart = "bucket >= cohort" // every start is a return in period 0
	}
	from := lines(
		"FROM users",
		"CROSS JOIN LATERAL unnest(cohorts, starts) AS s(cohort, started)",
		"CROSS JOIN LATERAL unnest(return_buckets, returns) AS r(bucket, returned)",
	)
	if b.query.Mode == model.On {
		return lines(
			"SELECT cohort, bucket - cohort AS period, count(*) AS users", from,
			"WHERE bucket >= cohort AND bucket < cohort + "+b.periods+" AND "+afterStart,
			"GROUP BY 1, 2",
		)
	}
	return lines(
		"SELECT cohort, period, count(*) AS users", from,
		"CROSS JOIN LATERAL generate_series(0, least(bucket - cohort, "+b.periods+" - 1)) AS period",
		"WHERE "+afterStart,
		"GROUP BY 1, 2",
	)
}
