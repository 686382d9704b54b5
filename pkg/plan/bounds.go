package plan

import (
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// within returns the conditions for a range of time.
func (a *arguments) within(r model.Range) []string {
	return []string{"e.time >= " + a.timestamp(r.From), "e.time < " + a.timestamp(r.To)}
}

// LastDay plans the query for the last closed day that has events, as one row of (date), null if there is none.
func LastDay() Statement {
	return Statement{SQL: "SELECT max(day) AS day FROM closed_days WHERE events > 0", Source: closedDays, Reason: say.New("reason.last-day", "where to look for the end of the data")}
}

// DataEnd plans the query for the time of the latest event, as one row, null if there is none from the given time on. The bound keeps the
// server from planning for every day that exists.
func DataEnd(from time.Time) Statement {
	var args arguments
	sql := "SELECT max(time) AS time FROM user_events"
	if !from.IsZero() {
		sql += " WHERE time >= " + args.timestamp(from)
	}
	return Statement{SQL: sql, Args: args, Source: rawEvents, Reason: say.New("reason.data-end", "the end of the data tells who dropped from who is in progress")}
}
