package people

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Unjoining says what taking a join back has changed.
type Unjoining struct {
	// User is the user that the alias was joined with. Aliases are the alias and the ids that it had brought along, which are its own
	// again.
	User    string
	Aliases []string
	// Events is how many events were stored under the user. Unsure counts those among them that are older than the column alias: events of
	// the user on the same device look alike.
	Events, Unsure int
}

// Unjoin takes the join of an alias back: the alias is a user of its own again, with its events and the aliases that it had brought along.
// Events never join it again. This is one transaction: nobody sees a part of it, and writers wait for its end. The connection must belong
// to the owner of the tables.
func Unjoin(ctx context.Context, conn *pgx.Conn, schema, alias string) (u Unjoining, err error) {
	if err := checkID(alias); err != nil {
		return u, err
	}
	err = transaction(ctx, conn, pgx.TxOptions{}, schema, func(tx pgx.Tx) error {
		// Meanwhile nobody may move events from one id to another, store any, or take any into the profiles.
		if _, err := tx.Exec(ctx, `SELECT FROM job_turns WHERE job = 'squash_aliases' FOR UPDATE`); err != nil {
			return err
		}
		for _, lock := range []string{`LOCK TABLE forgotten_users IN ACCESS EXCLUSIVE MODE`, `SELECT FROM profile_state FOR UPDATE`} {
			if _, err := tx.Exec(ctx, lock); err != nil {
				return err
			}
		}
		if u.User, u.Aliases, err = joinOf(ctx, tx, alias); err != nil {
			return err
		}
		ids, err := idsOf(ctx, tx, alias)
		if err != nil {
			return err
		}
		if err := u.part(ctx, tx, alias); err != nil {
			return err
		}
		if err := u.moveEvents(ctx, tx, alias); err != nil {
			return err
		}
		return u.recount(ctx, tx, ids)
	})
	return u, err
}

// joinOf returns the user of an alias, and the alias with the aliases that it had brought along.
func joinOf(ctx context.Context, tx pgx.Tx, alias string) (user string, aliases []string, err error) {
	rows, err := tx.Query(ctx, `WITH RECURSIVE brought AS (
			SELECT alias, user_id FROM user_aliases WHERE alias = $1
			UNION
			SELECT a.alias, a.user_id FROM brought JOIN user_aliases a ON a.joined_with = brought.alias
		) SELECT alias, user_id FROM brought ORDER BY alias <> $1, alias`, alias)
	if err != nil {
		return "", nil, err
	}
	var id string
	if _, err = pgx.ForEachRow(rows, []any{&id, &user}, func() error { aliases = append(aliases, id); return nil }); err == nil && aliases == nil {
		err = fmt.Errorf("the id %q is joined with no user: name an alias, as in the table user_aliases", alias)
	}
	return user, aliases, err
}

// part makes the alias a user.
func (u *Unjoining) part(ctx context.Context, tx pgx.Tx, alias string) error {
	for _, statement := range []string{
		// First, as in joins of users.
		`UPDATE alias_changes SET changes = changes + 1 WHERE $1 <> '' AND $2 <> ''`,
		`INSERT INTO known_users (user_key, apart) SELECT user_key_of($1), true WHERE $2 <> '' ON CONFLICT (user_key) DO UPDATE SET apart = true`,
		// The alias gets its own profile back. The user loses the traits that are the alias's: those set at the same time.
		`WITH theirs AS (SELECT profile->'traits' AS traits, profile->'traits_at' AS traits_at FROM user_aliases WHERE alias = $1),
			names AS (
				SELECT array_agg(name) AS names FROM theirs CROSS JOIN LATERAL jsonb_object_keys(traits) AS name JOIN user_profiles p ON p.user_id = $2
				WHERE p.traits->name = theirs.traits->name AND p.traits_at->name = theirs.traits_at->name
			)
			UPDATE user_profiles SET traits = traits - names, traits_at = traits_at - names FROM names WHERE user_id = $2 AND names IS NOT NULL`,
		`INSERT INTO user_profiles (user_id, tags, segment, scores, consent, traits, traits_at)
			SELECT alias, coalesce(said.tags, '{}'), said.segment, coalesce(said.scores, '{}'), said.consent, coalesce(said.traits, '{}'), coalesce(said.traits_at, '{}')
			FROM user_aliases CROSS JOIN LATERAL jsonb_to_record(profile) AS said (tags text[], segment text, scores jsonb, consent boolean, traits jsonb, traits_at jsonb)
			WHERE alias = $1 AND profile IS NOT NULL AND $2 <> ''
			ON CONFLICT DO NOTHING`,
		`DELETE FROM user_aliases WHERE alias = $1 AND user_id = $2`,
	} {
		if _, err := tx.Exec(ctx, statement, alias, u.User); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `UPDATE user_aliases SET user_id = $1 WHERE alias = ANY($2)`, alias, u.Aliases)
	return err
}

// theirs is the condition for events of the aliases $2 that are stored under the user $1. Events older than the column alias have the alias
// $3 as anonymous id instead.
const theirs = `user_key = user_key_of($1) AND user_id = $1 AND (alias = ANY($2) OR alias IS NULL AND anonymous_id = $3
	AND received_at < (SELECT applied_at FROM schema_migrations WHERE version = 8))`

// moveEvents gives the alias its events back. They are deleted and stored again: TimescaleDB refuses to change the columns by which
// compressed days are sorted.
func (u *Unjoining) moveEvents(ctx context.Context, tx pgx.Tx, alias string) error {
	list, err := allGroups(ctx, tx, theirs, u.User, u.Aliases, alias)
	if err != nil {
		return err
	}
	for _, g := range list {
		var events, unsure int
		err := tx.QueryRow(ctx, `WITH gone AS (
				DELETE FROM user_events WHERE `+theirs+` AND event_type = $4 AND time >= $5 AND time <= $6 RETURNING *
			), moved AS (
				INSERT INTO user_events (time, user_id, user_key, event_type, page_url, device_type, session_id, metadata, event_id, received_at,
					anonymous_id, sent_time, alias)
				SELECT time, $3, user_key_of($3), event_type, page_url, device_type, session_id, metadata, event_id, received_at, anonymous_id,
					sent_time, nullif(alias, $3) FROM gone
				ON CONFLICT DO NOTHING
			), marked AS (SELECT mark_late_days(array_agg(time)) FROM gone)
			SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM gone WHERE alias IS NULL) FROM marked`,
			u.User, u.Aliases, alias, g.Type, g.First, g.Last).Scan(&events, &unsure)
		if err != nil {
			return err
		}
		u.Events += events
		u.Unsure += unsure
	}
	return nil
}

// recount makes the profiles of the ids again, from the events that are there.
func (u *Unjoining) recount(ctx context.Context, tx pgx.Tx, ids []string) error {
	for _, statement := range []string{
		`DELETE FROM profile_changes WHERE user_id = ANY($1)`,
		`DELETE FROM user_sessions WHERE ` + ownKey,
		`DELETE FROM user_categories WHERE ` + ownKey,
		`UPDATE user_profiles SET last_active = NULL, total_events = 0, total_clicks = 0, avg_session_duration = NULL, favorite_categories = '{}' WHERE user_id = ANY($1)`,
	} {
		if _, err := tx.Exec(ctx, statement, ids); err != nil {
			return err
		}
	}
	list, err := allGroups(ctx, tx, own, ids)
	for _, g := range list {
		if _, err := tx.Exec(ctx, `INSERT INTO profile_changes (session_key, time, click, user_id, category)
			SELECT coalesce(hashtextextended(session_id, 0), 0), time, event_type = 'click', user_id, category_of(metadata) FROM user_events
			WHERE user_key = $2 AND user_id = ANY($1) AND event_type = $3 AND time >= $4 AND time <= $5`, ids, g.Key, g.Type, g.First, g.Last); err != nil {
			return err
		}
	}
	return err
}
