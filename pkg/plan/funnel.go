package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Funnel plans a funnel. The statement returns one row a breakdown value (one row in all without breakdown), in the order
// of the panel: kind (0 value, 1 other, 2 none), value, and for each step the users who reached it, those whose deepest step
// it is and whose window is still open, and the median seconds from the step before, as three arrays.
//
// How it works: each user's event times become one sorted array a step (times1, times2, ...). The latest start of a chain
// that ends in a given event of step k is the latest start that belongs to the latest earlier event of step k-1, because
// latest starts only grow with time. width_bucket finds that event by binary search, so the cost is rows times steps. An
// event of step k whose latest start is within the window completes a chain; walking back from the earliest such event
// of the deepest step gives the user's chain.
func Funnel(q *model.Query, r Range) Statement {
	f := q.Funnel
	b := funnelBuilder{funnel: f, steps: len(f.Steps)}
	b.window = b.args.bind(f.WindowDuration().Microseconds(), "bigint") + " * interval '1 microsecond'"
	from, to := b.args.timestamp(r.From), b.args.timestamp(r.To)

	sql := lines(
		"WITH events AS (",
		indent(b.events(q, from, to)),
		"), users AS (",
		indent(b.users(to)),
		"),", b.chains(),
		b.summary(),
	)
	return Statement{SQL: sql, Args: b.args, Source: rawEvents, Reason: "a funnel follows single users through their events"}
}

type funnelBuilder struct {
	args   arguments
	funnel *model.Funnel
	steps  int
	window string
}

// each writes one piece of SQL a step, with %[1]d for the step's number and %[2]d for the number of the step before.
func (b *funnelBuilder) each(first, last int, format, separator string) string {
	var parts []string
	for k := first; k <= last; k++ {
		parts = append(parts, fmt.Sprintf(format, k, k-1))
	}
	return strings.Join(parts, separator)
}

// events is the rows that can fill a step, with one flag a step, so that each step's condition is evaluated once a row.
func (b *funnelBuilder) events(q *model.Query, from, to string) string {
	columns := []string{"user_key", "time"}
	var names []string
	for i := range b.funnel.Steps {
		s := &b.funnel.Steps[i].EventSelector
		columns = append(columns, fmt.Sprintf("%s AS step%d", all(b.args.selects(s)), i+1))
		names = append(names, s.Event)
	}
	if b.funnel.Breakdown != nil {
		columns = append(columns, b.args.property(b.funnel.Breakdown.Property)+" AS value")
	}
	where := []string{"user_key <> 0", "time >= " + from, "time < " + to + " + " + b.window}
	if !slices.Contains(names, model.AnyEvent) {
		where = append(where, "event_type = ANY("+b.args.bind(names, "text[]")+")")
	}
	return lines(
		"SELECT "+strings.Join(columns, ", "),
		"FROM user_events e",
		"WHERE "+all(where, b.args.filters(q.Filters)),
		"OFFSET 0", // keeps the flags from being computed again wherever they are used
	)
}

// users is one row a user who did the first step: the times of each step in order, and the values of the first step's
// events. Of first-step events at the same time, the smallest value comes last, where the search will find it.
func (b *funnelBuilder) users(to string) string {
	columns := []string{
		"array_agg(time ORDER BY time) FILTER (WHERE step1 AND time < " + to + ") AS times1",
		b.each(2, b.steps, "array_agg(time ORDER BY time) FILTER (WHERE step%[1]d) AS times%[1]d", ",\n    "),
	}
	if b.funnel.Breakdown != nil {
		columns = append(columns, `array_agg(value ORDER BY time, value COLLATE "C" DESC NULLS FIRST) FILTER (WHERE step1 AND time < `+to+`) AS "values"`)
	}
	return lines(
		"SELECT "+strings.Join(columns, ",\n    "),
		"FROM events",
		"GROUP BY user_key",
		"HAVING bool_or(step1 AND time < "+to+")",
	)
}

// chains is a list of subqueries that ends in one row a user: the time of each step of the user's chain (null past the
// deepest step), the value of its first event, and the time of the latest start. OFFSET 0 keeps a subquery from being
// merged into the next one, where its columns would be computed once for every use.
func (b *funnelBuilder) chains() string {
	// The place of the latest event of a step strictly before a time; 0, where arrays have no element, if there is none.
	const latestBefore = "width_bucket(%s - interval '1 microsecond', times%d)"
	list := []string{"forward1 AS (SELECT *, times1 AS starts1 FROM users)"}
	for k := 2; k <= b.steps; k++ {
		search := fmt.Sprintf(latestBefore, "t", k-1)
		list = append(list, fmt.Sprintf("forward%d AS (SELECT *, ARRAY(SELECT starts%d[%s] FROM unnest(times%d) t) AS starts%d FROM forward%d OFFSET 0)",
			k, k-1, search, k, k, k-1))
	}
	ends := b.each(2, b.steps, "(SELECT min(t) FROM unnest(times%[1]d, starts%[1]d) e(t, start) WHERE t - start <= "+b.window+") AS end%[1]d", ",\n        ")
	list = append(list,
		fmt.Sprintf("ends AS (\n    SELECT *, times1[1] AS end1,\n        %s\n    FROM forward%d OFFSET 0\n)", ends, b.steps),
		fmt.Sprintf("back%d AS (SELECT *, end%d AS time%d FROM ends)", b.steps, b.steps, b.steps))
	for k := b.steps - 1; k >= 1; k-- {
		search := fmt.Sprintf(latestBefore, fmt.Sprintf("time%d", k+1), k)
		list = append(list, fmt.Sprintf("back%d AS (SELECT *, coalesce(times%d[%s], end%d) AS time%d FROM back%d OFFSET 0)", k, k, search, k, k, k+1))
	}
	columns := b.each(1, b.steps, "time%[1]d", ", ") + ", times1[cardinality(times1)] AS latest_start"
	if b.funnel.Breakdown != nil {
		columns += `, "values"[width_bucket(time1, times1)] AS value`
	}
	list = append(list, "chains AS MATERIALIZED (SELECT "+columns+" FROM back1)")
	return strings.Join(list, ",\n")
}

// summary counts the chains.
func (b *funnelBuilder) summary() string {
	reached := b.each(1, b.steps, "count(time%[1]d)", ", ")
	open := b.each(2, b.steps, "count(*) FILTER (WHERE open AND time%[2]d IS NOT NULL AND time%[1]d IS NULL)", ", ")
	medians := b.each(2, b.steps, "percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM time%[1]d - time%[2]d)::float8)", ", ")
	arrays := lines(
		"    ARRAY["+reached+"] AS users,",
		"    ARRAY["+open+", 0] AS in_progress,",
		"    ARRAY[NULL, "+medians+"] AS median_seconds",
	)
	// The window of an unfinished chain is open if an event could still come: the data end before it closes.
	chains := "SELECT *, latest_start + " + b.window + " >= (SELECT max(time) FROM user_events) AS open FROM chains"
	if b.funnel.Breakdown == nil {
		return lines("SELECT 0 AS kind, '' AS value,", arrays, "FROM ("+chains+") c")
	}
	limit := b.args.bind(b.funnel.Breakdown.Limit, "int")
	return lines(
		"SELECT kind, coalesce(shown, '') AS value,", arrays,
		"FROM ("+chains+") c",
		"LEFT JOIN (",
		`    SELECT value AS shown, row_number() OVER (ORDER BY count(*) DESC, value COLLATE "C") AS place`,
		"    FROM chains WHERE value IS NOT NULL GROUP BY value ORDER BY place LIMIT "+limit,
		") top ON value = shown",
		"CROSS JOIN LATERAL (SELECT CASE WHEN value IS NULL THEN 2 WHEN shown IS NULL THEN 1 ELSE 0 END AS kind) k",
		"GROUP BY kind, shown, place",
		"ORDER BY kind, place",
	)
}

func indent(s string) string { return "    " + strings.ReplaceAll(s, "\n", "\n    ") }
