package plan

import (
	"strconv"
	"strings"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// MaxMetadataBytes is the longest metadata that a timeline shows.
const MaxMetadataBytes = 64 << 10

// Timeline plans the list of a user's or a session's events, as rows of (time, event, page, device, session, user_id, metadata, left_out),
// one more than the timeline's limit where there are more. Metadata that is too long is null, and left_out true. With aliases, keys are the
// keys under which the user's events are stored.
func Timeline(q *model.Query, r model.Range, aliases bool, keys []int64) Statement {
	t := q.Timeline
	var args arguments
	where := args.within(r)
	if t.User != "" {
		// The key leads to the few compressed rows that hold the user; the id rules out another user with the same key.
		user := args.bind(t.User, "text")
		stored := "e.user_key = user_key_of(" + user + ")"
		if aliases {
			stored = args.anyKey("e.stored_key", keys)
		}
		where = append(where, stored, "e.user_id = "+user)
	}
	if t.Session != "" {
		where = append(where, "e.session_id = "+args.bind(t.Session, "text"))
	}
	direction := ""
	if t.Order == model.NewestFirst {
		direction = " DESC"
	}
	fits := "octet_length(metadata::text) <= " + strconv.Itoa(MaxMetadataBytes)
	sql := lines(
		"SELECT time, event_type AS event, page_url AS page, device_type AS device, session_id AS session, user_id,",
		"    CASE WHEN "+fits+" THEN metadata::text END AS metadata, NOT "+fits+" AS left_out",
		"FROM (",
		"    SELECT e.time, e.event_id, e.event_type, e.page_url, e.device_type, e.session_id, e.user_id, e.metadata",
		"    FROM "+eventsWith(aliases, append(properties(q.Filters, &t.EventSelector), userID)...),
		"    WHERE "+all(where, args.selects(&t.EventSelector), args.filters(q.Filters)),
		// Events of the same time come in an order that stays.
		"    ORDER BY e.time"+direction+", e.event_id"+direction+" LIMIT "+args.bind(t.Limit+1, "int"),
		") listed",
		"ORDER BY time"+direction+", event_id"+direction,
	)
	return Statement{SQL: sql, Args: args, Source: rawEvents, Reason: say.New("reason.no-shown", "closed days keep no properties to show")}
}

// anyKey returns the condition that a key is one of a few. It is a list of comparisons: the columnstore does not skip what ANY rules out.
func (a *arguments) anyKey(key string, keys []int64) string {
	list := make([]string, len(keys))
	for i, k := range keys {
		list[i] = key + " = " + a.bind(k, "bigint")
	}
	return "(" + strings.Join(list, " OR ") + ")"
}
