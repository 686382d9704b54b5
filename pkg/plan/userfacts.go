package plan

import (
	"slices"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// Profiles and segments are facts about the actor's user. Closed days do not have them: they are read at once, for all users, and hold for all of
// their events.

// isUserFact reports whether a property is a fact about the user.
func isUserFact(property string) bool {
	if property == "" {
		return false
	}
	p := parseProperty(property)
	return p.Profile || p.Segment
}

// AsksOfProfiles reports whether the scan depends on present profiles, whose changes no late event shows.
func (s *Scan) AsksOfProfiles() bool {
	return slices.ContainsFunc(append(properties(s.Filters, s.Picks...), s.Value), ofProfile)
}

// AsksUserFacts reports whether the scan depends on present profiles or segments.
func (s *Scan) AsksUserFacts() bool {
	return slices.ContainsFunc(append(properties(s.Filters, s.Picks...), s.Value), isUserFact)
}

// TellsValue reports whether the scan's value is a fact about users.
func (s *Scan) TellsValue() bool { return ofProfile(s.Value) }

// inSegments returns the condition that the user is in one of the filter's segments now, or in none of them. The user's key is "e.user_key".
func (a *arguments) inSegments(f *model.Filter) string {
	in := "e.user_key IN (" + membersOf(a.bind(f.Values, "text[]")) + ")"
	if f.Operator == model.NotEqual || f.Operator == model.NotIn {
		return "(" + in + ") IS NOT TRUE"
	}
	return "coalesce(" + in + ", false)"
}

// membersOf returns the query for the users who are in one of the named segments now.
func membersOf(names string) string {
	return "SELECT m.user_key FROM segment_members m JOIN segments s ON s.id = m.segment_id WHERE m.left_at IS NULL AND s.name = ANY(" + names + ")"
}

// SegmentStates plans the list of named segments, as rows of (name, state): the state is null where there is none of that name, and changes whenever
// members do.
func SegmentStates(names []string) Statement {
	var args arguments
	sql := lines(
		"SELECT name, (SELECT concat(s.id, ' ', s.changes, ' ', (SELECT max(at) FROM segment_refreshes r WHERE r.segment_id = s.id)) FROM segments s WHERE s.name = named.name) AS state",
		"FROM unnest("+args.bind(names, "text[]")+") AS named (name) ORDER BY 1",
	)
	return Statement{SQL: sql, Args: args, Source: "segments", Reason: say.New("reason.segments", "the segments that there are")}
}

// LargestSegments plans the names of the segments that were largest at their last refresh, without deprecated ones, in order, as rows of (name).
func LargestSegments(limit int) Statement {
	var args arguments
	sql := lines(
		"SELECT name FROM segments s WHERE deprecated_at IS NULL",
		"ORDER BY coalesce((SELECT size FROM segment_refreshes r WHERE r.segment_id = s.id ORDER BY at DESC LIMIT 1), 0) DESC, name LIMIT "+args.bind(limit, "int"),
	)
	return Statement{SQL: sql, Args: args, Source: "segments", Reason: say.New("reason.segments", "the segments that there are")}
}

// ReadUserFacts plans what the scan asks of users, as rows of (user_key, mask, value): the selectors that pick a user's events, as far as facts about
// the user tell, and the user's text of the scan's value, null unless that is such a fact. The row with the key 0 holds for everybody who has none,
// and for events without a user.
func (s *Scan) ReadUserFacts() Statement {
	var args arguments
	profiles := s.TellsValue()
	var segments []string
	mask := s.maskOf(&args, func(filters []model.Filter) (conditions []string) {
		for i := range filters {
			switch p := parseProperty(filters[i].Property); {
			case p.Segment:
				segments = append(segments, filters[i].Values...)
			case p.Profile:
				profiles = true
			default:
				continue
			}
			conditions = append(conditions, args.filter(&filters[i]))
		}
		return conditions
	})
	if mask == "" {
		mask = args.bind(int64(-1), "bigint")
	}
	value := "NULL::text"
	if s.TellsValue() {
		value = args.property(s.Value)
	}
	keys := "SELECT 0::bigint AS user_key"
	if segments != nil {
		// Somebody who has become an alias since the last refresh is nobody any more.
		keys += " UNION " + membersOf(args.bind(segments, "text[]")) + " AND NOT EXISTS (SELECT FROM user_aliases a WHERE a.alias_key = m.user_key)"
	}
	from := "(" + keys + ") e"
	if profiles {
		from = "user_profiles p FULL JOIN (" + keys + ") k ON k.user_key = p.user_key CROSS JOIN LATERAL (SELECT coalesce(p.user_key, k.user_key) AS user_key) e"
	}
	return Statement{
		SQL: lines(
			"WITH facts AS MATERIALIZED (",
			"    SELECT e.user_key, "+mask+" AS mask, "+value+" AS value",
			"    FROM "+from,
			")",
			"SELECT user_key, mask, value FROM facts",
			"WHERE user_key = 0 OR mask <> (SELECT mask FROM facts WHERE user_key = 0) OR value IS DISTINCT FROM (SELECT value FROM facts WHERE user_key = 0)",
		),
		Args: args, Source: "user_profiles", Reason: say.New("reason.user-facts", "what is known of users"),
	}
}
