package plan

import (
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// within returns the conditions that keep to a range of time.
func (a *arguments) within(r model.Range) []string {
	return []string{"e.time >= " + a.timestamp(r.From), "e.time < " + a.timestamp(r.To)}
}

// LastDay plans the last closed day that has events, one row of one date; null without any.
func LastDay() Statement {
	return Statement{SQL: "SELECT max(day) AS day FROM closed_days WHERE events > 0", Source: closedDays, Reason: say.New("reason.last-day", "where to look for the end of the data")}
}

// DataEnd plans the time of the latest event, one row; null if there is none from the given time on. Bounded in time, the server
// need not plan for every day that there is.
func DataEnd(from time.Time) Statement {
	var args arguments
	sql := "SELECT max(time) AS time FROM user_events"
	if !from.IsZero() {
		sql += " WHERE time >= " + args.timestamp(from)
	}
	return Statement{SQL: sql, Args: args, Source: rawEvents, Reason: say.New("reason.data-end", "the end of the data tells who dropped from who is in progress")}
}
