package plan

import (
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// FunnelScan is the events that a funnel over the range needs: the chain's first event lies in the range, later ones as far
// after it as the window reaches. Bits: main steps, optional steps, exclusions.
func FunnelScan(q *model.Query, r Range) Scan {
	f := q.Funnel
	s := Scan{Actor: f.Actor, Filters: q.Filters, Range: Range{r.From, reach(r.To, f)}}
	for _, optional := range []bool{false, true} {
		for i := range f.Steps {
			if f.Steps[i].Optional == optional {
				s.Picks = append(s.Picks, &f.Steps[i].EventSelector)
			}
		}
	}
	for i := range f.Exclusions {
		s.Picks = append(s.Picks, &f.Exclusions[i].EventSelector)
	}
	if f.Breakdown != nil {
		s.Value = f.Breakdown.Property
		s.ValueOf = 1
		if f.BreakdownBy == model.ByLastStep || f.Order == model.Unordered {
			s.ValueOf = 1<<len(f.MainSteps()) - 1
		}
	}
	return s
}

// reach is the first time that no chain started before t can get to: a chain starts at least a microsecond before t, and its last
// event is at most the window later.
func reach(t time.Time, f *model.Funnel) time.Time {
	return t.Add(f.WindowDuration())
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

// ActorIDs plans the ids of actors, as rows of (actor, id, user_id): user_id says whose a session is; null where that is not known. They
// are looked for among the events of the scan's range and types, users by the keys under which those are stored.
func ActorIDs(s Scan, keys []int64) Statement {
	var args arguments
	key, where := s.actor(&args, "e.user_key", Part{0, Slices})
	id, user, from := "e.user_id", "NULL", eventsWith(false)
	if s.Actor == model.SessionActor {
		id, user, from = "e.session_id", "min(e.user_id)", eventsWith(s.Aliases, userID)
	}
	where = append(where, "e.time < "+args.timestamp(s.To), key+" = ANY("+args.bind(keys, "bigint[]")+")")
	if !s.From.IsZero() {
		where = append(where, "e.time >= "+args.timestamp(s.From))
	}
	if names := s.eventNames(); names != nil {
		where = append(where, "e.event_type = ANY("+args.bind(names, "text[]")+")")
	}
	sql := lines("SELECT "+key+" AS actor, min("+id+") AS id, "+user+" AS user_id", "FROM "+from, "WHERE "+all(where), "GROUP BY 1")
	return Statement{SQL: sql, Args: args, Source: rawEvents, Reason: say.New("reason.ids-of-keys", "the ids behind the keys")}
}
