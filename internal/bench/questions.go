package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// question is one of the reference questions, with what it should take.
type question struct {
	name string
	// query is the question as a panel saves it.
	query string
	// days is how far it looks back.
	days int
	// numbers are those of the plugin's frame.
	numbers func(*data.Frame) answer
	// peer asks ClickHouse the same of the events since a time, as rows of names and a number; peerNumbers reads them.
	peer        func(since time.Time) string
	peerNumbers func(rows [][]string) (answer, error)
	target      target
}

// target is what an answer should take. Zero values are not asked for.
type target struct {
	// cold and refresh are in times of what ClickHouse takes for the same question.
	cold, refresh float64
	// coldMost is absolute; ofOther is in times of what another question takes.
	coldMost time.Duration
	ofOther  float64
	other    string
}

const fourSteps = "funnel, 4 steps, 24 h window"

// questions returns about the last days: all of them, which p counts, or the last 7.
func questions(p parameters) []question {
	var all []string
	for _, t := range eventTypes {
		all = append(all, t.name)
	}
	four := []string{"visit", "view_product", "add_to_cart", "pay_order"}
	const week = 7
	return []question{
		funnel(fourSteps, four, p.Days, target{cold: 1, refresh: 0.1}),
		funnel(fmt.Sprintf("the same, last %d days", week), four, week, target{cold: 1}),
		funnel("funnel, 12 steps, 24 h window", all, p.Days, target{ofOther: 2, other: fourSteps}),
		retention("retention, first visit, days with a visit", "visit", p.Days, peerReturns("visit"), returnNumbers, target{cold: 1, refresh: 0.1}),
		retention("retention, first visit, days with an order", "pay_order", p.Days, peerOrders, cellNumbers, target{cold: 1, refresh: 0.1}),
		{
			name: "heatmap, hour x weekday, events", days: p.Days,
			query:   `{"queryType": "heatmap", "timeZone": "UTC", "heatmap": {"x": "hour", "y": "weekday", "value": "events"}}`,
			numbers: heatmapNumbers,
			peer: func(since time.Time) string {
				return fmt.Sprintf(`SELECT toHour(time) AS hour, toDayOfWeek(time) - 1 AS weekday, count() FROM events WHERE time >= toDateTime(%d) GROUP BY hour, weekday`, since.Unix())
			},
			peerNumbers: namedNumbers("hour %s, weekday %s"),
			target:      target{coldMost: 50 * time.Millisecond},
		},
	}
}

// funnel has the steps in their order; its numbers are the users who reached each.
func funnel(name string, steps []string, days int, t target) question {
	events, conditions := make([]string, len(steps)), make([]string, len(steps))
	for i, s := range steps {
		events[i] = fmt.Sprintf(`{"event": %q}`, s)
		conditions[i] = fmt.Sprintf("event_type = '%s'", s)
	}
	filter := ""
	if len(steps) < len(eventTypes) {
		filter = " AND event_type IN ('" + strings.Join(steps, "', '") + "')"
	}
	return question{
		name: name, days: days, target: t,
		query:   `{"queryType": "funnel", "timeZone": "UTC", "funnel": {"window": "24h", "steps": [` + strings.Join(events, ", ") + `]}}`,
		numbers: funnelNumbers,
		peer: func(since time.Time) string {
			return fmt.Sprintf(`SELECT level, count() FROM (
				SELECT windowFunnel(%d)(time, %s) AS level FROM events WHERE time >= toDateTime(%d)%s GROUP BY user_key
			) GROUP BY level`, daySeconds, strings.Join(conditions, ", "), since.Unix(), filter)
		},
		peerNumbers: levelNumbers,
	}
}

// periods is how many periods a retention question has: the day of the first start, and 30 days after it.
const periods = 31

// retention has the users who visited for the first time on each day, and those of them who came back on each day after.
func retention(name, comeBack string, days int, peer func(since time.Time) string, peerNumbers func([][]string) (answer, error), t target) question {
	return question{
		name: name, days: days, target: t,
		query: fmt.Sprintf(`{"queryType": "retention", "timeZone": "UTC", "retention": {"start": {"event": "visit"}, "return": {"event": %q},
			"cohorts": "first_time", "period": "day", "periods": %d, "output": "long"}}`, comeBack, periods),
		numbers:     retentionNumbers,
		peer:        peer,
		peerNumbers: peerNumbers,
	}
}

// peerReturns asks for the days on which users did again what put them into their cohorts.
func peerReturns(event string) func(since time.Time) string {
	return func(since time.Time) string {
		return fmt.Sprintf(`SELECT first AS cohort, day - first AS period, count() FROM (
				SELECT groupUniqArray(toDate(time)) AS days, arrayReduce('min', days) AS first FROM events WHERE event_type = '%s' GROUP BY user_key
			) ARRAY JOIN days AS day WHERE cohort >= toDate('%s') AND period < %d GROUP BY cohort, period`,
			event, since.Format(time.DateOnly), periods)
	}
}

// peerOrders asks for the days on which users did something else. On the first day, it counts only after the first start. The
// period -1 is the cohort's size.
func peerOrders(since time.Time) string {
	return fmt.Sprintf(`SELECT toDate(started) AS cohort, period, count() FROM (
			SELECT minIf(time, event_type = 'visit') AS started, groupArrayIf(time, event_type = 'pay_order') AS orders,
				arrayPushFront(arrayDistinct(arrayMap(t -> toInt32(toDate(t) - toDate(started)), arrayFilter(t -> t > started, orders))), -1) AS periods
			FROM events WHERE event_type IN ('visit', 'pay_order') GROUP BY user_key
		) ARRAY JOIN periods AS period WHERE started > 0 AND cohort >= toDate('%s') AND period < %d GROUP BY cohort, period`,
		since.Format(time.DateOnly), periods)
}
