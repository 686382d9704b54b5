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
	b := retentionBuilder{
		query: q, mode: m.Mode, same: m.Start.Equal(&m.Return),
		bounds: args.bind(cohorts.Starts, "timestamptz[]"),
		first:  args.timestamp(cohorts.Starts[0]),
		last:   args.timestamp(minTime(cohorts.Starts[cohorts.Count], s.Now)),
		now:    s.Now,
		end:    args.timestamp(end),
	}
	sql := lines(
		"WITH starts AS (",
		indent(b.starts(&args)),
		"), returns AS (",
		indent(b.returns(&args)),
		"), retained AS (",
		indent(b.retained(args.bind(m.Periods, "int"))),
		")",
		"SELECT cohort, -1 AS period, count(*) AS users FROM starts GROUP BY cohort",
		"UNION ALL",
		"SELECT cohort, period, count(*) AS users FROM retained GROUP BY cohort, period",
	)
	return Statement{SQL: sql, Args: args, Source: rawEvents, Reason: "first start events and returns are looked up user by user"}, cohorts, nil
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
	query *model.Query
	mode  model.RetentionMode
	// same says that start and return are the same events, so that every start is a return in period 0.
	same bool
	now  time.Time
	// Placeholders: the buckets' bounds, the cohorts' first and last instant, and the end of the returns.
	bounds, first, last, end string
}

// starts is one row a user and cohort: the time of the start event that counts.
func (b *retentionBuilder) starts(args *arguments) string {
	m := b.query.Retention
	where := all([]string{"user_key <> 0"}, args.selects(&m.Start), args.filters(b.query.Filters))
	bucket := "width_bucket(%s, " + b.bounds + ") - 1 AS cohort"
	if m.Cohorts == model.Recurring {
		return lines(
			"SELECT user_key, "+fmt.Sprintf(bucket, "time")+", min(time) AS started",
			"FROM user_events",
			"WHERE time >= "+b.first+" AND time < "+b.last+" AND "+where,
			"GROUP BY 1, 2",
		)
	}
	return lines(
		"SELECT user_key, "+fmt.Sprintf(bucket, "started")+", started",
		"FROM (SELECT user_key, min(time) AS started FROM user_events WHERE time < "+args.timestamp(b.now)+" AND "+where+" GROUP BY 1) first_start",
		"WHERE started >= "+b.first+" AND started < "+b.last,
	)
}

// returns is, for mode on, one row a user and bucket with the last return event in it; for on_or_after, one row a user with
// the last return event of all.
func (b *retentionBuilder) returns(args *arguments) string {
	where := all([]string{"user_key <> 0", "time >= " + b.first, "time < " + b.end},
		args.selects(&b.query.Retention.Return), args.filters(b.query.Filters))
	bucket, group := "width_bucket(max(time), "+b.bounds+") - 1", "1"
	if b.mode == model.On {
		bucket, group = "width_bucket(time, "+b.bounds+") - 1", "1, 2"
	}
	return lines(
		"SELECT user_key, "+bucket+" AS bucket, max(time) AS returned",
		"FROM user_events",
		"WHERE "+where,
		"GROUP BY "+group,
	)
}

// retained is one row a user, cohort and period in which the user counts as retained.
func (b *retentionBuilder) retained(periods string) string {
	afterStart := "(bucket > cohort OR returned > started)"
	if b.same {
		afterStart = "bucket >= cohort"
	}
	join := "FROM starts JOIN returns USING (user_key)"
	if b.mode == model.On {
		return lines(
			"SELECT cohort, bucket - cohort AS period "+join,
			"WHERE bucket >= cohort AND bucket < cohort + "+periods+" AND "+afterStart,
		)
	}
	return lines(
		"SELECT cohort, period "+join,
		"CROSS JOIN LATERAL generate_series(0, least(bucket - cohort, "+periods+" - 1)) AS period",
		"WHERE "+afterStart,
	)
}
