package plan

import (
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// Limits of suggestions: only the end of the range is read, only a sample of the newest events, and the lists are short.
const (
	// MaxSuggestions is the longest list of suggestions.
	MaxSuggestions = 200
	// suggestionSpan is how much of the range's end suggestions look at.
	suggestionSpan = 92 * 24 * time.Hour
	// sampledEvents is how many of the newest events are read for properties and values.
	sampledEvents = 20_000
	// suggestedParts is the most names that the path of a suggested property has, not counting metadata.
	suggestedParts = 4
)

// EventNames plans the list of event names with their number of events, most frequent first, as rows of (name, count).
func EventNames(r model.Range) Statement {
	var args arguments
	sql := lines(
		"SELECT event_type AS name, sum(events)::bigint AS count",
		"FROM event_counts_15min",
		"WHERE bucket >= "+args.timestamp(lastSpan(r).From)+" AND bucket < "+args.timestamp(r.To),
		`GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT `+args.bind(MaxSuggestions, "int"),
	)
	return Statement{SQL: sql, Args: args, Source: "event_counts_15min", Reason: say.New("reason.suggestions", "suggestions may lag behind late events")}
}

// Properties plans the list of metadata properties of the newest events, as rows of (name, count). Names are whole paths, such as
// metadata.context.campaign.source. Properties that no query could name are left out. An empty event means any.
func Properties(event string, r model.Range) (Statement, error) {
	if err := model.ValidateText("event", event); err != nil {
		return Statement{}, err
	}
	var args arguments
	// What is not an object has no members, whether the join or the condition is evaluated first.
	members := func(of string) string {
		return `jsonb_each(CASE jsonb_typeof(` + of + `) WHEN 'object' THEN ` + of + ` ELSE '{}' END) AS member (key, value) WHERE member.key <> ''`
	}
	const part = `replace(replace(member.key, '\', '\\'), '.', '\.')`
	sql := lines(
		"WITH RECURSIVE property (name, value, parts) AS (",
		"SELECT 'metadata.' || "+part+", member.value, 1",
		"FROM ("+args.sample(event, r)+") sample CROSS JOIN LATERAL "+members("sample.metadata"),
		"UNION ALL",
		"SELECT property.name || '.' || "+part+", member.value, parts + 1",
		"FROM property CROSS JOIN LATERAL "+members("property.value")+" AND parts < "+args.bind(suggestedParts, "int"),
		")",
		"SELECT name, count(*) AS count FROM property",
		"WHERE jsonb_typeof(value) <> 'object' AND octet_length(name) <= "+args.bind(model.MaxTextLength, "int"),
		"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT "+args.bind(MaxSuggestions, "int"),
	)
	return Statement{SQL: sql, Args: args, Source: rawEvents, Reason: say.New("reason.newest-sample", "a sample of the newest events")}, nil
}

// Values plans the list of a property's values among the newest events that contain the search text, as rows of
// (value, count). An empty event means any.
func Values(property, event, search string, r model.Range) (Statement, error) {
	switch p, err := model.ParseProperty("property", property); {
	case err != nil:
		return Statement{}, err
	case p.Segment:
		return segmentNames(search)
	case p.Profile:
		return profileValues(property, search)
	}
	for field, text := range map[string]string{"event": event, "search": search} {
		if err := model.ValidateText(field, text); err != nil {
			return Statement{}, err
		}
	}
	var args arguments
	sample := args.sample(event, r)
	if property == userID { // an alias is not one of its values
		sample = "SELECT coalesce(a.user_id, s.user_id) AS user_id FROM (" + sample + ") s LEFT JOIN user_aliases a ON a.alias = s.user_id"
	}
	sql := lines(
		"SELECT "+args.property(property)+" AS value, count(*) AS count",
		"FROM ("+sample+") e",
		"WHERE "+args.filter(&model.Filter{Property: property, Operator: model.Contains, Values: []string{search}}),
		"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT "+args.bind(MaxSuggestions, "int"),
	)
	return Statement{SQL: sql, Args: args, Source: rawEvents, Reason: say.New("reason.newest-sample", "a sample of the newest events")}, nil
}

// profileValues plans the list of a profile property's values, as [Values] does for events.
func profileValues(property, search string) (Statement, error) {
	if err := model.ValidateText("search", search); err != nil {
		return Statement{}, err
	}
	var args arguments
	sql := lines(
		"SELECT "+args.property(property)+" AS value, count(*) AS count",
		"FROM (SELECT * FROM user_profiles LIMIT "+args.bind(sampledEvents, "int")+") p",
		"WHERE "+args.filter(&model.Filter{Property: property, Operator: model.Contains, Values: []string{search}}),
		"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT "+args.bind(MaxSuggestions, "int"),
	)
	return Statement{SQL: sql, Args: args, Source: "user_profiles", Reason: say.New("reason.profile-sample", "a sample of the profiles")}, nil
}

// segmentNames plans the list of segments that are not deprecated, with how many members each had at its last refresh; otherwise as [Values].
func segmentNames(search string) (Statement, error) {
	if err := model.ValidateText("search", search); err != nil {
		return Statement{}, err
	}
	var args arguments
	sql := lines(
		"SELECT name AS value, coalesce((SELECT size FROM segment_refreshes r WHERE r.segment_id = s.id ORDER BY at DESC LIMIT 1), 0) AS count",
		"FROM segments s",
		"WHERE deprecated_at IS NULL AND position("+args.bind(search, "text")+" IN name) > 0",
		"ORDER BY 2 DESC, 1 LIMIT "+args.bind(MaxSuggestions, "int"),
	)
	return Statement{SQL: sql, Args: args, Source: "segments", Reason: say.New("reason.segments", "the segments that there are")}, nil
}

// sample selects the newest events of the range.
func (a *arguments) sample(event string, r model.Range) string {
	if event == "" {
		event = model.AnyEvent
	}
	where := all([]string{"time >= " + a.timestamp(lastSpan(r).From), "time < " + a.timestamp(r.To)},
		a.selects(&model.EventSelector{Event: event}))
	return "SELECT * FROM user_events e WHERE " + where + " ORDER BY time DESC LIMIT " + a.bind(sampledEvents, "int")
}

func lastSpan(r model.Range) model.Range {
	if r.To.Sub(r.From) > suggestionSpan {
		r.From = r.To.Add(-suggestionSpan)
	}
	return r
}
