package sql_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/sql"
)

// messages is what collectors take, four days of it, with the times of some chosen by them: these come later each time they are sent.
// cookie, tab and phone are devices.
const messages = `WITH messages AS (
	SELECT timestamptz '%[1]s' + n * INTERVAL '55 minutes' + CASE WHEN n %% 10 = 0 THEN INTERVAL '%[2]s' ELSE INTERVAL '0' END AS time,
		u AS user_id, (ARRAY['visit', 'click', 'buy'])[1 + n %% 3] AS event_type, u || n / 10 AS session_id, md5(u || n)::uuid AS event_id,
		CASE WHEN u IN ('cookie', 'tab', 'phone') THEN u WHEN u = 'ann' AND n %% 7 = 0 THEN 'cookie' ELSE '' END AS anonymous_id, n %% 10 = 0 AS chosen
	FROM generate_series(1, 80) n, unnest(ARRAY['ann', 'ben', 'cookie', 'eve', 'phone', 'tab']) u
	WHERE u <> 'cookie' OR n > 30)
	SELECT stored FROM (SELECT array_agg(time) t, array_agg(user_id) u, array_agg(event_type) e, array_agg('/' || event_type) p, array_agg('mobile'::text) d,
		array_agg(session_id) s, array_agg('{"category": "' || event_type || '"}') m, array_agg(event_id) i, array_agg(timestamptz '%[1]s' + INTERVAL '4 days') r,
		array_agg(anonymous_id) a, array_agg(CASE WHEN chosen THEN NULL ELSE time END) sent, array_agg(chosen) c, array_agg(0::bigint) f FROM messages) all_messages,
	store_events(t, u, e, p, d, s, m, i, r, a, sent, c, %[3]s'{}')`

// A database of the last version but with roles of all installations, with everything in it that collectors and jobs had left there: devices,
// joined and moved or not, compressed days, closed ones and one that has changed since, somebody who was forgotten.
func TestUpgradeKeepsWhatIsKnown(t *testing.T) {
	places(t, func(t *testing.T, a, _ place) {
		shared := before(t, sql.LastVersionOfSharedRoles, a)
		u := upgrade{&squashing{t, connect(t, a.conn.Config().ConnString()), a.schema}, a.login(shared.Writer), a.login(shared.Reader),
			time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -10)}
		u.fill()
		known := u.answers()
		for what, answer := range known {
			if answer == "" {
				t.Fatalf("there are no %s", what)
			}
		}
		jobs := u.list(jobsOf)
		a.mustMigrate()
		u.want(known, slices.Sorted(maps.Keys(known))...)
		if after := u.list(jobsOf); !slices.Equal(jobs, after) {
			t.Errorf("the jobs are %v instead of %v", after, jobs)
		}
		u.wantNumber(2, "users who are known", `SELECT count(*) FROM known_users WHERE user_key IN (user_key_of('ann'), user_key_of('ben'))
			AND (SELECT count(*) FROM known_users) = 2`)

		if n := u.store("3 hours", "f, "); n != 0 {
			t.Errorf("%d events are stored again", n)
		}
		u.want(known, "events")
		if err := sql.SquashAliases(t.Context(), u.conn, u.schema); err != nil {
			t.Fatal(err)
		}
		u.wantNumber(0, "events under aliases", `SELECT count(*) FROM user_events JOIN user_aliases a ON a.alias = user_events.user_id`)
		u.want(known, "events")
		if n := u.store("6 hours", "f, "); n != 0 {
			t.Errorf("%d events are stored again after their devices were moved", n)
		}
		if err := sql.RefreshRollups(t.Context(), u.conn, u.schema); err != nil {
			t.Fatal(err)
		}
		u.want(known, "events")
		u.wantNumber(0, "events that closed days do not hold", `SELECT count(*) FROM (
			(SELECT event_type, user_key, time FROM user_events EXCEPT ALL (`+unpacked+`)) UNION ALL ((`+unpacked+`) EXCEPT ALL SELECT event_type, user_key, time FROM user_events)) d`)
		u.wantNumber(0, "profiles that do not count what there is", `SELECT count(*) FROM user_profiles FULL JOIN (SELECT user_id, count(*) AS n FROM user_events GROUP BY 1) e USING (user_id)
			WHERE total_events IS DISTINCT FROM n`)
		u.goOn()
	})
}

// upgrade is a schema with a collector and a Grafana.
type upgrade struct {
	*squashing
	collector, grafana string
	// from is the first day of the events.
	from time.Time
}

// day returns the start of one of the days, as SQL.
func (u upgrade) day(n int) string {
	return u.from.AddDate(0, 0, n).Format("timestamptz '2006-01-02 00:00Z'")
}

// as does something with the rights of a user.
func (u upgrade) as(user string, fn func(ctx context.Context, tx pgx.Tx) error) {
	u.Helper()
	u.inside(func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL ROLE "+user); err != nil {
			return err
		}
		return fn(ctx, tx)
	})
}

// store sends all messages, those with chosen times so much later, and returns how many are new. forgets is what the version's store_events
// wants of it.
func (u upgrade) store(later, forgets string) (stored int) {
	u.Helper()
	u.as(u.collector, func(ctx context.Context, tx pgx.Tx) error {
		return tx.QueryRow(ctx, fmt.Sprintf(messages, u.from.Format(time.RFC3339), later, forgets)).Scan(&stored)
	})
	return stored
}

func (u upgrade) fill() {
	u.Helper()
	join := func(alias, user string) {
		u.as(u.collector, func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `SELECT join_users($1, $2)`, alias, user)
			return err
		})
	}
	u.do(`SELECT drop_chunks('user_events', older_than => now())`)
	join("phone", "ben")
	if n := u.store("0", ""); n != 450 {
		u.Fatalf("%d events are stored", n)
	}
	join("cookie", "ann")
	u.do(`UPDATE user_aliases SET joined_at = now() - INTERVAL '2 hours'`)
	if err := sql.SquashAliases(u.Context(), u.conn, u.schema); err != nil {
		u.Fatal(err)
	}
	join("tab", "ben")
	u.do(`UPDATE user_aliases SET joined_at = now() - INTERVAL '2 hours'`)
	u.do(`INSERT INTO user_profiles (user_id, traits, tags, consent) VALUES ('ann', '{"plan": "pro", "seats": 12}', '{paid}', true)`)
	u.do(`DELETE FROM user_events WHERE user_id = 'eve'; DELETE FROM profile_changes WHERE user_id = 'eve'`)
	u.do(`INSERT INTO forgotten_users (user_key) VALUES (user_key_of('eve'))`)
	u.do(`SELECT compress_chunk(c) FROM show_chunks('user_events', older_than => ` + u.day(2) + `) c`)
	if err := sql.RefreshRollups(u.Context(), u.conn, u.schema); err != nil {
		u.Fatal(err)
	}
	u.do(`INSERT INTO user_events (time, user_id, user_key, event_type, event_id) VALUES (` + u.day(2) + `, 'ann', user_key_of('ann'), 'late', gen_random_uuid());
		INSERT INTO profile_changes (session_key, time, click, user_id) VALUES (0, ` + u.day(2) + `, false, 'ann');
		SELECT mark_late_days(ARRAY[` + u.day(2) + `])`)
	// As the last version's migrate did with a retention, but never run.
	u.do(`SELECT add_compression_policy('user_events', compress_after => INTERVAL '36 hours', initial_start => '2100-01-01'),
		add_retention_policy('user_events', drop_after => INTERVAL '36500 days', initial_start => '2100-01-01'),
		add_continuous_aggregate_policy('event_counts_15min', start_offset => INTERVAL '36498 days', end_offset => INTERVAL '15 minutes', schedule_interval => INTERVAL '15 minutes', initial_start => '2100-01-01'),
		add_continuous_aggregate_policy('active_users_hourly', start_offset => INTERVAL '36498 days', end_offset => INTERVAL '1 hour', schedule_interval => INTERVAL '30 minutes', initial_start => '2100-01-01')`)
	u.do(`SELECT add_job(format('%I.%I', current_schema(), p)::regproc, every, config => jsonb_build_object('schema', current_schema()), initial_start => '2100-01-01')
		FROM (VALUES ('close_days', INTERVAL '20 minutes'), ('refresh_profiles', INTERVAL '1 minute')) jobs (p, every)`)
}

const jobsOf = `SELECT concat_ws(' ', job_id, proc_name, schedule_interval, config) FROM timescaledb_information.jobs j
	WHERE current_schema() IN (proc_schema, hypertable_schema) OR EXISTS (SELECT FROM timescaledb_information.continuous_aggregates c
		WHERE j.hypertable_schema = c.materialization_hypertable_schema AND j.hypertable_name = c.materialization_hypertable_name AND view_schema = current_schema()) ORDER BY 1`

func (u upgrade) list(query string) []string {
	u.Helper()
	var list []string
	u.inside(func(ctx context.Context, tx pgx.Tx) error {
		rows, err := tx.Query(ctx, query)
		if err == nil {
			list, err = pgx.CollectRows(rows, pgx.RowTo[string])
		}
		return err
	})
	return list
}

// answers returns what Grafana reads.
func (u upgrade) answers() map[string]string {
	u.Helper()
	texts := map[string]string{}
	for what, query := range map[string]string{
		"events": `SELECT concat_ws(' ', user_id, user_key, count(*), md5(string_agg(concat_ws(' ', extract(epoch FROM time), event_type, page_url, device_type, session_id, metadata,
				event_id, anonymous_id, extract(epoch FROM received_at), extract(epoch FROM sent_time)), ',' ORDER BY event_id))) FROM known_events GROUP BY user_id, user_key`,
		"profiles":         `SELECT (to_jsonb(p) - 'traits_at')::text FROM user_profiles p`,
		"aliases":          `SELECT concat_ws(' ', alias, user_id, squashed_at IS NULL) FROM user_aliases`,
		"closed days":      `SELECT concat_ws(' ', day, events) FROM closed_days c LEFT JOIN late_days l USING (day) WHERE c.changes = coalesce(l.changes, 0) AND events > 0`,
		"closed events":    `SELECT e::text FROM (` + unpacked + `) e`,
		"quarters of days": `SELECT q::text FROM (` + counted + `) q`,
		"rollups":          `SELECT r::text FROM event_counts_15min r UNION ALL SELECT r::text FROM active_users_hourly r`,
	} {
		u.as(u.grafana, func(ctx context.Context, tx pgx.Tx) error {
			var text string
			err := tx.QueryRow(ctx, `SELECT coalesce(string_agg(line, E'\n' ORDER BY line), '') FROM (`+query+`) lines (line)`).Scan(&text)
			texts[what] = text
			return err
		})
	}
	return texts
}

// want compares some of the answers with what they were.
func (u upgrade) want(known map[string]string, names ...string) {
	u.Helper()
	now := u.answers()
	for _, name := range names {
		if now[name] != known[name] {
			u.Errorf("%s: what Grafana reads is\n%s\ninstead of\n%s", name, now[name], known[name])
		}
	}
}

func (u upgrade) wantNumber(want int, what, query string) {
	u.Helper()
	if n := u.number(query); n != want {
		u.Errorf("%s: %d instead of %d", what, n, want)
	}
}

// goOn is what comes after: what was known before the upgrade holds, and gives way to what is said later.
func (u upgrade) goOn() {
	u.Helper()
	u.as(u.collector, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `SELECT tell_traits(ARRAY['ann', 'ann'], ARRAY['{"plan": "free"}', '{"seats": 13}'], ARRAY[`+u.day(0)+`, now()])`)
		return err
	})
	u.wantNumber(1, "profiles with the trait said last", `SELECT count(*) FROM user_profiles WHERE traits = '{"plan": "pro", "seats": 13}' AND tags = '{paid}' AND consent`)
	u.as(u.collector, func(ctx context.Context, tx pgx.Tx) error {
		var refused []int64
		err := tx.QueryRow(ctx, `SELECT join_told(ARRAY['ann', 'watch'], ARRAY['ben', 'ann'], ARRAY[0, 0], ARRAY[now(), now()], false)`).Scan(&refused)
		if !slices.Equal(refused, []int64{1}) {
			u.Errorf("of two joins %v are refused, want that of two known users", refused)
		}
		return err
	})
	u.wantNumber(4, "aliases", `SELECT count(*) FROM user_aliases`)
}
