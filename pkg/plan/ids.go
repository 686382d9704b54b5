package plan

import (
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// ActorIDs plans the ids of actors, as rows of (actor, id, user_id). user_id is the user of a session, null if not known. The ids are
// looked for among the events of the scan's range and types; users by the keys under which their events are stored.
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

// KnownIDs plans the ids of users who have aliases, as rows of (actor, id, user_id), see [ActorIDs].
func KnownIDs(keys []int64) Statement {
	var args arguments
	sql := "SELECT DISTINCT user_key AS actor, user_id AS id, NULL AS user_id FROM user_aliases WHERE user_key = ANY(" + args.bind(keys, "bigint[]") + ")"
	return Statement{SQL: sql, Args: args, Source: aliasTable, Reason: say.New("reason.aliased-users", "the ids of users who have aliases")}
}
