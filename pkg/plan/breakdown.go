package plan

import (
	"strings"

	"github.com/footfall-analytics/footfall/pkg/say"
)

// ranking returns a common table expression that ranks the values of a column of the table cells by events or, if actors is set, by actors.
// Its columns are value and place, which counts from 0. It has the limit most frequent values; equals are ordered by bytes.
func (a *arguments) ranking(name, column, where string, actors bool, limit int) string {
	from, total := "cells WHERE "+column+" IS NOT NULL AND "+where, "sum(n)"
	if actors {
		from, total = "(SELECT DISTINCT "+column+", actor FROM "+from+") actors", "count(*)"
	}
	return lines(
		name+" AS (",
		`    SELECT value, row_number() OVER (ORDER BY total DESC, value COLLATE "C") - 1 AS place`,
		"    FROM (SELECT "+column+" AS value, "+total+" AS total FROM "+from+" GROUP BY 1) totals",
		"    ORDER BY place LIMIT "+a.bind(limit, "int"),
		")",
	)
}

// placeOf returns the SQL for a group's place in a ranking that was joined to the column: its rank, -1 if it has none, -2 if there is no
// value. The rows are grouped by [placeGroups].
func placeOf(ranking, column string) string {
	return "coalesce(" + ranking + ".place, CASE WHEN " + column + " IS NULL THEN -2 ELSE -1 END)::int"
}

func placeGroups(ranking, column string) string { return ranking + ".place, " + column + " IS NULL" }

// textOf returns the SQL for the value of a place. Grouping by the value would cost more than taking the maximum.
func textOf(ranking string) string { return "coalesce(max(" + ranking + ".value), '')" }

// TopValues plans the list of the property values that most actors have, as rows of (value), most frequent first; equals are ordered by
// bytes.
func (s *Scan) TopValues(limit int) Statement {
	var args arguments
	looked := append(properties(s.Filters, s.Picks...), s.Value, userID)
	actor, where := s.actor(&args, "e.user_key", Part{0, Slices})
	var picked []string
	for _, p := range s.Picks {
		picked = append(picked, "("+all(args.selects(p))+")")
	}
	value := args.property(s.Value)
	sql := lines(
		"SELECT value",
		"FROM (",
		"    SELECT "+value+" AS value, "+actor+" AS actor",
		"    FROM "+eventsWith(s.Aliases, looked...),
		"    WHERE "+all(where, args.within(s.Range), args.filters(s.Filters), []string{"(" + strings.Join(picked, " OR ") + ")"}),
		"    GROUP BY 1, 2",
		") actors",
		"WHERE value IS NOT NULL",
		"GROUP BY value",
		`ORDER BY count(*) DESC, value COLLATE "C" LIMIT `+args.bind(limit, "int"),
	)
	return Statement{SQL: sql, Args: args, Source: rawEvents, Reason: say.New("reason.no-breakdown", "closed days keep no properties to break down by")}
}
