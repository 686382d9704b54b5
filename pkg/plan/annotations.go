package plan

import (
	"strconv"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// MaxAnnotationCharacters is how many characters of a value an annotation shows.
const MaxAnnotationCharacters = 1000

// Annotations plans the list of moments to mark, newest first, as rows of (time, event, value), one more than the limit where there are
// more. For the first events of a property's values, event is null.
func Annotations(q *model.Query, r model.Range, aliases bool) Statement {
	if q.Annotations.Mode == model.FirstOf {
		return firstEvents(q, r, aliases)
	}
	a := q.Annotations
	var args arguments
	looked, value := properties(q.Filters, &a.EventSelector), "NULL"
	if a.Property != "" {
		looked, value = append(looked, a.Property), cutText(args.property(a.Property))
	}
	sql := lines(
		"SELECT e.time, e.event_type AS event, "+value+" AS value",
		"FROM "+eventsWith(aliases, looked...),
		"WHERE "+all(args.within(r), args.selects(&a.EventSelector), args.filters(q.Filters)),
		// Events at the same time come in a fixed order.
		"ORDER BY e.time DESC, e.event_id DESC LIMIT "+args.bind(a.Limit+1, "int"),
	)
	return Statement{SQL: sql, Args: args, Source: rawEvents, Reason: say.New("reason.single-events", "annotations are single events")}
}

// firstEvents reads all history, since a value's first event may lie before the range; but only events of the chosen type, which the
// columnstore keeps apart.
func firstEvents(q *model.Query, r model.Range, aliases bool) Statement {
	a := q.Annotations
	var args arguments
	sql := lines(
		"SELECT time, NULL AS event, "+cutText("value")+" AS value",
		"FROM (",
		"    SELECT "+args.property(a.Property)+" AS value, min(e.time) AS time",
		"    FROM "+eventsWith(aliases, append(properties(q.Filters, &a.EventSelector), a.Property)...),
		"    WHERE "+all([]string{"e.time < " + args.timestamp(r.To)}, args.selects(&a.EventSelector), args.filters(q.Filters)),
		"    GROUP BY 1",
		") firsts",
		"WHERE value IS NOT NULL AND time >= "+args.timestamp(r.From),
		// Values at the same time come in a fixed order.
		`ORDER BY time DESC, firsts.value COLLATE "C" LIMIT `+args.bind(a.Limit+1, "int"),
	)
	return Statement{SQL: sql, Args: args, Source: rawEvents, Reason: say.New("reason.no-properties", "closed days keep no properties")}
}

// cutText returns the SQL for the part of a value that an annotation shows.
func cutText(value string) string {
	return "left(" + value + ", " + strconv.Itoa(MaxAnnotationCharacters) + ")"
}
