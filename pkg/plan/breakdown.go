package plan

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
