package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// peerQuestion is what asks ClickHouse the same as a query of the plugin.
type peerQuestion struct {
	sql string
	// read reads the rows of the answer.
	read func(rows [][]string) (answer, error)
}

// askPeer returns what asks ClickHouse the same of the events since a time.
func askPeer(q *model.Query, since time.Time) peerQuestion {
	switch q.QueryType {
	case model.FunnelType:
		if q.Funnel.Output == model.FunnelActors {
			return peerList(q, since)
		}
		return peerFunnel(q, since)
	case model.RetentionType:
		if q.Retention.Start.Equal(&q.Retention.Return) {
			return peerReturns(q, since)
		}
		return peerComesBack(q, since)
	case model.TrendType:
		return peerTrend(q, since)
	case model.LifecycleType:
		return peerLifecycle(q, since)
	case model.StickinessType:
		return peerStickiness(q, since)
	case model.HeatmapType:
		return peerHeatmap(q, since)
	case model.PathsType:
		return peerPaths(q, since)
	}
	panic("bench: ClickHouse is not asked for a " + q.QueryType)
}

// peerColumns are the columns of the peer's table that have properties. The device and the channel are the same in all of a user's
// events, so any event of the user tells them.
var peerColumns = map[string]string{device: "device", channel: "channel", price: "price"}

// conditions are joined by AND.
type conditions []string

func (c conditions) String() string {
	if len(c) == 0 {
		return "1"
	}
	return strings.Join(c, " AND ")
}

// kept are the conditions for the events that all of a query is about.
func kept(filters []model.Filter) (c conditions) {
	for _, f := range filters {
		operand := f.Values[0]
		if f.Operator == model.Equal {
			operand = "'" + operand + "'"
		}
		c = append(c, peerColumns[f.Property]+" "+string(f.Operator)+" "+operand)
	}
	return c
}

// picked are the conditions for the events that a selector picks.
func picked(s *model.EventSelector) (c conditions) {
	if s.Event != model.AnyEvent {
		c = conditions{"event_type = '" + s.Event + "'"}
	}
	return append(c, kept(s.Filters)...)
}

// from is the condition for the events since a time.
func from(since time.Time) string { return fmt.Sprintf("time >= toDateTime(%d)", since.Unix()) }

// fromDay is the condition for the events since the day of a time began.
func fromDay(since time.Time) string { return from(since.Truncate(day)) }

// part returns the column of a breakdown, with the comma after it, and what finds it for all events of a user; empty texts without a
// breakdown.
func part(b *model.Breakdown) (column, ofUser string) {
	if b == nil {
		return "", ""
	}
	return peerColumns[b.Property] + ", ", fmt.Sprintf("any(%[1]s) AS %[1]s, ", peerColumns[b.Property])
}

// depth returns what finds a user's level in a funnel, and the conditions for the events that it looks at.
func depth(q *model.Query, since time.Time) (level string, where conditions) {
	steps, names := make([]string, len(q.Funnel.Steps)), make([]string, len(q.Funnel.Steps))
	for i, s := range q.Funnel.Steps {
		steps[i], names[i] = picked(&s.EventSelector).String(), s.Event
	}
	where = append(conditions{from(since)}, kept(q.Filters)...)
	if len(names) < len(eventTypes) {
		where = append(where, "event_type IN ('"+strings.Join(names, "', '")+"')")
	}
	return fmt.Sprintf("windowFunnel(%d)(time, %s)", int(q.Funnel.WindowDuration().Seconds()), strings.Join(steps, ", ")), where
}

func peerFunnel(q *model.Query, since time.Time) peerQuestion {
	level, where := depth(q, since)
	column, ofUser := part(q.Funnel.Breakdown)
	actor := "user_key"
	if q.Funnel.Actor == model.SessionActor {
		actor = "session_key"
	}
	return peerQuestion{fmt.Sprintf(`SELECT %[1]slevel, count() FROM (
			SELECT %[2]s%[3]s AS level FROM events WHERE %[4]s GROUP BY %[5]s
		) GROUP BY %[1]slevel`, column, ofUser, level, where, actor), readLevels}
}

// exactly has the microseconds of an event's time.
const exactly = "toInt64(time) * 1000000 + microsecond"

// peerList asks for the users who came to a step and can come no further: the window of their latest start closed before the end of
// the data.
func peerList(q *model.Query, since time.Time) peerQuestion {
	level, where := depth(q, since)
	return peerQuestion{fmt.Sprintf(`SELECT user, 1 FROM (
			SELECT any(user_id) AS user, %[1]s AS level, maxIf(%[2]s, %[3]s) AS started FROM events WHERE %[4]s GROUP BY user_key
		) WHERE level = %[5]d AND started + %[6]d < (SELECT max(%[2]s) FROM events WHERE %[7]s)`,
		level, exactly, picked(&q.Funnel.Steps[0].EventSelector), where, q.Funnel.Actors.Step, q.Funnel.WindowDuration().Microseconds(), from(since)), readRows}
}

// peerReturns asks for the days on which users did again what put them into their cohorts.
func peerReturns(q *model.Query, since time.Time) peerQuestion {
	r := q.Retention
	column, ofUser := part(r.Breakdown)
	return peerQuestion{fmt.Sprintf(`SELECT %[1]sfirst AS cohort, day - first AS period, count() FROM (
			SELECT %[2]sgroupUniqArray(toDate(time)) AS days, arrayReduce('min', days) AS first FROM events WHERE %[3]s GROUP BY user_key
		) ARRAY JOIN days AS day WHERE cohort >= toDate('%[4]s') AND period < %[5]d GROUP BY %[1]scohort, period`,
		column, ofUser, append(picked(&r.Start), kept(q.Filters)...), since.Format(time.DateOnly), r.Periods), readReturns}
}

// peerComesBack asks for the days on which users did something else than what put them into their cohorts. On the first day, it counts
// only after the first start. The period -1 is the cohort's size.
func peerComesBack(q *model.Query, since time.Time) peerQuestion {
	r := q.Retention
	start, comeBack := picked(&r.Start), picked(&r.Return)
	column, ofUser := part(r.Breakdown)
	return peerQuestion{fmt.Sprintf(`SELECT %[1]stoDate(started) AS cohort, period, count() FROM (
			SELECT %[2]sminIf(time, %[3]s) AS started, groupArrayIf(time, %[4]s) AS others,
				arrayPushFront(arrayDistinct(arrayMap(t -> toInt32(toDate(t) - toDate(started)), arrayFilter(t -> t > started, others))), -1) AS periods
			FROM events WHERE %[5]s GROUP BY user_key
		) ARRAY JOIN periods AS period WHERE started > 0 AND cohort >= toDate('%[6]s') AND period < %[7]d GROUP BY %[1]scohort, period`,
		column, ofUser, start, comeBack, append(conditions{fmt.Sprintf("event_type IN ('%s', '%s')", r.Start.Event, r.Return.Event)}, kept(q.Filters)...),
		since.Format(time.DateOnly), r.Periods), readRows}
}

func peerTrend(q *model.Query, since time.Time) peerQuestion {
	t := q.Trend
	value, count := "", "count()"
	if t.Breakdown != nil {
		value = ", " + peerColumns[t.Breakdown.Property]
	}
	if t.Value == model.TrendUsers {
		count = "uniqExact(user_key)"
	}
	where := append(append(conditions{from(since)}, picked(&t.Series[0].EventSelector)...), kept(q.Filters)...)
	return peerQuestion{fmt.Sprintf(`SELECT toDate(time) AS day%[1]s, %[2]s FROM events WHERE %[3]s GROUP BY day%[1]s`, value, count, where), readRows}
}

// peerLifecycle asks, for each day on which users were active, how many of them are new, were active the day before, and were active
// earlier, and how many were not active the day after.
func peerLifecycle(q *model.Query, since time.Time) peerQuestion {
	return peerQuestion{fmt.Sprintf(`SELECT day, sum(before = 0), sum(before = day - 1), sum(before != 0 AND before != day - 1), sum(after != day + 1) FROM (
			SELECT arraySort(groupUniqArray(toUInt16(toDate(time)))) AS days FROM events WHERE %s GROUP BY user_key
		) ARRAY JOIN days AS day, arrayPushFront(arrayPopBack(days), 0) AS before, arrayPushBack(arrayPopFront(days), 0) AS after
		WHERE day >= %d GROUP BY day`, picked(&q.Lifecycle.EventSelector), since.Unix()/daySeconds-1),
		func(rows [][]string) (answer, error) { return readLifecycle(rows, since) }}
}

func peerStickiness(q *model.Query, since time.Time) peerQuestion {
	return peerQuestion{fmt.Sprintf(`SELECT days, count() FROM (
			SELECT uniqExact(toDate(time)) AS days FROM events WHERE %s GROUP BY user_key
		) GROUP BY days`, append(conditions{fromDay(since)}, picked(&q.Stickiness.EventSelector)...)), readRows}
}

func peerHeatmap(q *model.Query, since time.Time) peerQuestion {
	h := q.Heatmap
	x, count := "toHour(time)", "count()"
	if h.X == model.ByProperty {
		x = peerColumns[h.XProperty]
	}
	if h.Value == model.Users {
		count = "uniqExact(user_key)"
	}
	return peerQuestion{fmt.Sprintf(`SELECT %s AS x, toDayOfWeek(time) - 1 AS y, %s FROM events WHERE %s GROUP BY x, y`,
		x, count, append(conditions{from(since)}, picked(&h.EventSelector)...)), readRows}
}

// peerPaths numbers a user's visits, leaves out repeats, and puts each event beside the four after it. A step is the visit's number and
// the event's type, and 0 is the end of the visit.
func peerPaths(q *model.Query, since time.Time) peerQuestion {
	gap, _ := q.Paths.GapDuration()
	return peerQuestion{fmt.Sprintf(`SELECT at, from, to, sum(n) FROM (
			SELECT a, if(intDiv(b, 16) = visit, b %% 16, 0) AS p1, if(intDiv(c, 16) = visit, c %% 16, 0) AS p2,
				if(intDiv(d, 16) = visit, d %% 16, 0) AS p3, if(intDiv(e, 16) = visit, e %% 16, 0) AS p4, count() AS n
			FROM (SELECT step %% 16 AS a, intDiv(step, 16) AS visit, b, c, d, e FROM (
				SELECT arraySort(groupArray(toUInt64(time) * 16 + toUInt8(event_type))) AS events,
					arrayMap(e -> intDiv(e, 16), events) AS times,
					arrayCumSum(arrayMap((t, before) -> t - before > %[1]d, times, arrayPushFront(arrayPopBack(times), 0))) AS visits,
					arrayMap((v, e) -> v * 16 + e %% 16, visits, events) AS every,
					arrayFilter((s, before) -> s != before, every, arrayPushFront(arrayPopBack(every), 0)) AS steps
				FROM events WHERE %[2]s GROUP BY user_key
			) ARRAY JOIN steps AS step, arrayPushBack(arrayPopFront(steps), 0) AS b, arrayResize(arrayPopFront(arrayPopFront(steps)), length(steps)) AS c,
				arrayResize(arraySlice(steps, 4), length(steps)) AS d, arrayResize(arraySlice(steps, 5), length(steps)) AS e
			WHERE a = %[3]d)
			GROUP BY a, p1, p2, p3, p4
		) ARRAY JOIN [0, 1, 2, 3] AS at, [a, p1, p2, p3] AS from, [p1, p2, p3, p4] AS to WHERE from != 0 GROUP BY at, from, to`,
		int(gap.Seconds()), from(since), typeNumber(q.Paths.Event)), readTransitions}
}
