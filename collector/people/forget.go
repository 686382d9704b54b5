package people

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/sql"
)

// Deletion says what was deleted.
type Deletion struct {
	// IDs are all ids of the user, beginning with the one that was named.
	IDs []string
	// Events counts rows of user_events, on so many Days (UTC); the others count rows of the tables with these names.
	Events, Days, Profiles, Aliases, RejectedEvents int
	// Memberships counts rows of segment_members, past ones too.
	Memberships int
	// Unlinked counts events of other users on a device where this one was not signed in: they stay, without the anonymous id.
	Unlinked int
	// Unclear are the ids of rows of rejected_events that cannot be read but contain the text of an id. They stay.
	Unclear []int64
}

// Forget deletes everything about the user that id names, and keeps events received before from being stored later. If it returns no error,
// no table has a trace of the user, except the hashes in forgotten_users that keep it so. It may be run again after an error. The
// connection must belong to the owner of the tables.
func Forget(ctx context.Context, conn *pgx.Conn, schema, id string) (Deletion, error) {
	if err := checkID(id); err != nil {
		return Deletion{}, err
	}
	var f Deletion
	var list []stretch
	err := transaction(ctx, conn, pgx.TxOptions{}, schema, func(tx pgx.Tx) (err error) {
		// Everyone who writes events reads this table first, in the same transaction. So once the lock is taken, what was written is there
		// to be deleted, and what was not will not be written.
		if _, err = tx.Exec(ctx, `LOCK TABLE forgotten_users IN ACCESS EXCLUSIVE MODE`); err != nil {
			return err
		}
		if f.IDs, err = idsOf(ctx, tx, id); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `WITH state AS (UPDATE forget_state SET forgets = forgets + 1 RETURNING forgets)
			INSERT INTO forgotten_users (user_key, forgotten_at, forgets) SELECT DISTINCT user_key_of(u), clock_timestamp(), forgets FROM state, unnest($1::text[]) AS u
			ON CONFLICT (user_key) DO UPDATE SET forgotten_at = excluded.forgotten_at, forgets = excluded.forgets`, f.IDs)
		if err != nil {
			return err
		}
		list, err = stretches(ctx, tx)
		return err
	})
	if err != nil {
		return f, err
	}
	var first time.Time
	for _, s := range list {
		err := f.alone(ctx, conn, schema, func(tx pgx.Tx) error {
			days, err := f.deleteEvents(ctx, tx, s)
			if f.Days += len(days); err != nil {
				return err
			}
			if len(days) > 0 && first.IsZero() {
				if first, err = time.Parse(time.DateOnly, days[0]); err != nil {
					return err
				}
			}
			return f.unlink(ctx, tx, s)
		})
		if err != nil {
			return f, err
		}
	}
	if err := f.alone(ctx, conn, schema, func(tx pgx.Tx) error { return f.deleteRest(ctx, tx) }); err != nil {
		return f, err
	}
	// The planner's statistics hold values, too.
	for _, table := range described {
		if _, err := conn.Exec(ctx, `ANALYZE `+pgx.Identifier{schema, table}.Sanitize()); err != nil {
			return f, fmt.Errorf("all of the user is deleted, but the server's statistics may hold values until it has run ANALYZE: %w", err)
		}
	}
	if first.IsZero() {
		return f, nil
	}
	if err := sql.RefreshSince(ctx, conn, schema, first); err != nil {
		return f, fmt.Errorf("all of the user is deleted, but numbers of events and users still count it until the database's background jobs have run: %w", err)
	}
	return f, nil
}

// described are the tables for which the server's statistics hold values that identify users.
var described = []string{"user_events", "user_profiles", "user_aliases", "user_sessions", "user_categories", "known_users", "profile_changes",
	"chosen_times", "rejected_events", "event_blocks", "segment_members"}

// alone runs fn while nobody else can move what it deletes.
func (f *Deletion) alone(ctx context.Context, conn *pgx.Conn, schema string, fn func(tx pgx.Tx) error) error {
	return transaction(ctx, conn, pgx.TxOptions{}, schema, func(tx pgx.Tx) error {
		// Meanwhile nobody may move events from one of the ids to another: squash_aliases takes the same turn.
		if _, err := tx.Exec(ctx, `SELECT FROM job_turns WHERE job = 'squash_aliases' FOR UPDATE`); err != nil {
			return err
		}
		// Nor may anybody take their events into the profiles.
		if _, err := tx.Exec(ctx, `SELECT FROM profile_state FOR UPDATE`); err != nil {
			return err
		}
		return fn(tx)
	})
}

// deleteRest deletes rows of all tables except the events'.
func (f *Deletion) deleteRest(ctx context.Context, tx pgx.Tx) error {
	list, unclear, err := rejectionsOf(ctx, tx, f.IDs)
	if err != nil {
		return err
	}
	f.Unclear = unclear
	numbers := make([]int64, len(list))
	for i, r := range list {
		numbers[i] = r.id
	}
	// A refresh of a segment that has begun begins anew, so that it does not bring the user back.
	if _, err := tx.Exec(ctx, `UPDATE segments SET changes = changes + 1`); err != nil {
		return err
	}
	for _, step := range []struct {
		count     *int
		statement string
		arg       any
	}{
		{new(int), `DELETE FROM chosen_times c USING rejected_events r WHERE r.event_id = c.event_id AND r.id = ANY($1)`, numbers},
		{&f.RejectedEvents, `DELETE FROM rejected_events WHERE id = ANY($1)`, numbers},
		{new(int), `DELETE FROM profile_changes WHERE user_id = ANY($1)`, f.IDs},
		{new(int), `DELETE FROM user_sessions WHERE ` + ownKey, f.IDs},
		{new(int), `DELETE FROM user_categories WHERE ` + ownKey, f.IDs},
		{new(int), `DELETE FROM known_users WHERE ` + ownKey, f.IDs},
		{&f.Memberships, `DELETE FROM segment_members WHERE ` + ownKey, f.IDs},
		{&f.Profiles, `DELETE FROM user_profiles WHERE user_id = ANY($1)`, f.IDs},
		// Every analysis reads how often aliases have changed. This row is locked first, as in joins of users.
		{new(int), `UPDATE alias_changes SET changes = changes + 1 WHERE EXISTS (SELECT FROM user_aliases WHERE alias = ANY($1))`, f.IDs},
		{&f.Aliases, `DELETE FROM user_aliases WHERE alias = ANY($1)`, f.IDs},
	} {
		tag, err := tx.Exec(ctx, step.statement, step.arg)
		if err != nil {
			return err
		}
		*step.count = int(tag.RowsAffected())
	}
	return nil
}

// group is the key of one user's events of one type: the columnstore finds them by these columns, and unpacks nothing else.
type group struct {
	Key         int64
	Type        string
	First, Last time.Time
}

// groups returns the groups of the events in a stretch that meet a condition, with the condition's arguments.
func groups(ctx context.Context, tx pgx.Tx, s stretch, condition string, args ...any) ([]group, error) {
	rows, err := tx.Query(ctx, fmt.Sprintf(`SELECT user_key, event_type, min(time), max(time) FROM user_events WHERE %s AND time >= $%d AND time < $%d GROUP BY 1, 2`,
		condition, len(args)+1, len(args)+2), append(slices.Clone(args), s.From, s.To)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[group])
}

// allGroups returns the groups of all events that meet a condition, stretch by stretch. It gives back the locks that the search takes.
func allGroups(ctx context.Context, tx pgx.Tx, condition string, args ...any) (all []group, err error) {
	list, err := stretches(ctx, tx)
	for _, s := range list {
		err = apart(ctx, tx, func(tx pgx.Tx) error {
			some, err := groups(ctx, tx, s, condition, args...)
			all = append(all, some...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, err
}

// own is the condition for the user's events; the key finds them, and the text tells users with equal keys apart.
const (
	ownKey = `user_key IN (SELECT user_key_of(u) FROM unnest($1::text[]) AS u)`
	own    = ownKey + ` AND user_id = ANY($1)`
	within = `time >= $2 AND time < $3`
)

// deleteEvents deletes the user's events in a stretch, and the packed forms of their days (UTC). It returns these days in order.
func (f *Deletion) deleteEvents(ctx context.Context, tx pgx.Tx, s stretch) (days []string, err error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT (time AT TIME ZONE 'UTC')::date::text FROM user_events WHERE `+own+` AND `+within+` ORDER BY 1`, f.IDs, s.From, s.To)
	if err != nil {
		return nil, err
	}
	if days, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil || len(days) == 0 {
		return nil, err
	}
	// Meanwhile nobody may pack one of these days: close_days takes the same turn.
	if _, err := tx.Exec(ctx, `SELECT FROM job_turns WHERE job = 'close_days' FOR UPDATE`); err != nil {
		return nil, err
	}
	for _, statement := range []string{
		`DELETE FROM event_blocks WHERE day = ANY($1::text[]::date[])`,
		`DELETE FROM event_properties WHERE day = ANY($1::text[]::date[])`,
		`DELETE FROM quarter_counts WHERE day = ANY($1::text[]::date[])`,
		`DELETE FROM closed_days WHERE day = ANY($1::text[]::date[])`,
		`SELECT mark_late_days(ARRAY(SELECT day::timestamp AT TIME ZONE 'UTC' FROM unnest($1::text[]) AS day))`,
	} {
		if _, err := tx.Exec(ctx, statement, days); err != nil {
			return nil, err
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM chosen_times WHERE event_id IN (SELECT event_id FROM user_events WHERE `+own+` AND `+within+`)`, f.IDs, s.From, s.To); err != nil {
		return nil, err
	}
	list, err := groups(ctx, tx, s, own, f.IDs)
	if err != nil {
		return nil, err
	}
	for _, g := range list {
		tag, err := tx.Exec(ctx, `DELETE FROM user_events WHERE user_key = $1 AND event_type = $2 AND time >= $3 AND time <= $4 AND user_id = ANY($5)`,
			g.Key, g.Type, g.First, g.Last, f.IDs)
		if err != nil {
			return nil, err
		}
		f.Events += int(tag.RowsAffected())
	}
	return days, nil
}

// unlink takes the user's ids out of others' events. Call it after the user's own events are deleted.
func (f *Deletion) unlink(ctx context.Context, tx pgx.Tx, s stretch) error {
	list, err := groups(ctx, tx, s, `anonymous_id = ANY($1)`, f.IDs)
	if err != nil {
		return err
	}
	for _, g := range list {
		tag, err := tx.Exec(ctx, `UPDATE user_events SET anonymous_id = NULL
			WHERE user_key = $1 AND event_type = $2 AND time >= $3 AND time <= $4 AND anonymous_id = ANY($5)`, g.Key, g.Type, g.First, g.Last, f.IDs)
		if err != nil {
			return err
		}
		f.Unlinked += int(tag.RowsAffected())
	}
	return nil
}
