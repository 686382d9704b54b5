package plan

import (
	"slices"

	"github.com/footfall-analytics/footfall/pkg/say"
)

const aliasTable = "user_aliases"

// AliasState plans the query for how often the aliases have changed and whether some events count for other users than they are stored
// under, as one row of (changes, aliased).
func AliasState() Statement {
	return Statement{
		SQL:    "SELECT changes, EXISTS (SELECT FROM user_aliases WHERE squashed_at IS NULL) AS aliased FROM alias_changes",
		Source: aliasTable, Reason: say.New("reason.any-aliases", "whether some ids mean other users"),
	}
}

// Aliases plans the list of aliases that have events of their own, as rows of (alias_key, user_key), at most limit of them.
func Aliases(limit int) Statement {
	var args arguments
	sql := "SELECT alias_key, user_key FROM user_aliases WHERE squashed_at IS NULL LIMIT " + args.bind(limit, "int")
	return Statement{SQL: sql, Args: args, Source: aliasTable, Reason: say.New("reason.aliases", "the ids that mean other users")}
}

// KnownUser plans the query for the user that an id means and the keys under which the user's events are stored, as one or more rows of
// (user_id, stored_key).
func KnownUser(id string) Statement {
	var args arguments
	user := args.bind(id, "text")
	sql := lines(
		"WITH known AS (SELECT coalesce((SELECT user_id FROM user_aliases WHERE alias = "+user+"), "+user+") AS user_id)",
		"SELECT user_id, user_key_of(user_id) AS stored_key FROM known",
		"UNION ALL",
		"SELECT user_id, alias_key FROM user_aliases JOIN known USING (user_id) WHERE squashed_at IS NULL",
	)
	return Statement{SQL: sql, Args: args, Source: aliasTable, Reason: say.New("reason.meant-user", "the user that the id means")}
}

// eventsWith returns the table of events as "e", joined with the profiles of their users as "p" if some property needs them. With aliases,
// e.user_id and e.user_key are the known user's if some property needs that, and e.stored_key is the event's own key.
func eventsWith(aliases bool, properties ...string) string {
	from := "user_events e"
	if aliases && slices.ContainsFunc(properties, ofUser) {
		from = "known_events e"
	}
	if slices.ContainsFunc(properties, ofProfile) {
		from += " LEFT JOIN user_profiles p ON p.user_key = e.user_key"
	}
	return from
}

func ofProfile(property string) bool { return property != "" && parseProperty(property).Profile }

// userID is the property with an event's user.
const userID = "user_id"

// ofUser reports whether a property depends on the user that an event counts for.
func ofUser(property string) bool { return property == userID || isUserFact(property) }
