package sql_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/sql"
)

// unpacked is every event of the packed days, and counted every quarter hour's number of events.
const (
	unpacked = `SELECT event_type, key, TIMESTAMPTZ '2000-01-01 00:00Z' + us * INTERVAL '1 microsecond'
		FROM event_blocks CROSS JOIN LATERAL (
			SELECT ('x' || encode(substring(user_keys FROM i * 8 + 1 FOR 8), 'hex'))::bit(64)::bigint, ('x' || encode(substring(times FROM i * 8 + 1 FOR 8), 'hex'))::bit(64)::bigint
			FROM generate_series(0, length(user_keys) / 8 - 1) i
		) e (key, us)`
	counted = `SELECT event_type, day::timestamp AT TIME ZONE 'UTC' + (quarter - 1) * INTERVAL '15 minutes', n
		FROM quarter_counts CROSS JOIN LATERAL unnest(events) WITH ORDINALITY q (n, quarter) WHERE n > 0`
	// misplaced is the number of events that are not where slices says, or out of order.
	misplaced = `SELECT count(*) FROM event_blocks CROSS JOIN LATERAL (
			SELECT i, key, lag(key) OVER (ORDER BY i) AS before FROM (
				SELECT i, ('x' || encode(substring(user_keys FROM i * 8 + 1 FOR 8), 'hex'))::bit(64)::bigint AS key FROM generate_series(0, length(user_keys) / 8 - 1) i
			) keys
		) e
		WHERE cardinality(slices) <> 129 OR slices[129] <> length(user_keys) / 8 OR length(times) <> length(user_keys) OR before > key
			OR i < slices[(key >> 57) + 65] OR i >= slices[(key >> 57) + 66]`
)

// Closed days hold exactly the events of their days, also of those that a clock far from the next full quarter hour or day cut;
// late events leave their day out of date until it is closed again, and only that day is packed again.
func TestClosedDaysHoldTheirEvents(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		schema := dbtest.Schema(t, dsn)
		conn := dbtest.Connect(t, dsn)
		do := func(statement string) {
			t.Helper()
			if err := pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
				if _, err := tx.Exec(t.Context(), "SELECT "+sql.PathWithExtension, schema); err != nil {
					return err
				}
				_, err := tx.Exec(t.Context(), statement)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		count := func(query string) (n int) {
			t.Helper()
			if err := pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
				if _, err := tx.Exec(t.Context(), "SELECT "+sql.PathWithExtension, schema); err != nil {
					return err
				}
				return tx.QueryRow(t.Context(), query).Scan(&n)
			}); err != nil {
				t.Fatal(err)
			}
			return n
		}
		differences := func(a, b string) int {
			t.Helper()
			return count(`WITH a AS (` + a + `), b AS (` + b + `) SELECT count(*) FROM ((TABLE a EXCEPT ALL TABLE b) UNION ALL (TABLE b EXCEPT ALL TABLE a)) d`)
		}
		insert := `INSERT INTO user_events (time, user_id, user_key, event_type, session_id, event_id)
			SELECT t, u, user_key_of(u), 'e' || n % 5, nullif('s' || n % 7, 's0'), gen_random_uuid()
			FROM generate_series(1, 700) n
			CROSS JOIN LATERAL (SELECT '2026-03-01'::timestamptz + n * interval '7 minutes' - (n % 3) * interval '1 microsecond' AS t, nullif('u' || n % 31, 'u3') AS u) e
			UNION ALL SELECT now(), 'today', user_key_of('today'), 'e1', NULL, gen_random_uuid()`
		do(insert)
		check := func(days, stale int) {
			t.Helper()
			events := `SELECT event_type, CASE user_key WHEN 0 THEN user_key_of(session_id) ELSE user_key END, time FROM user_events WHERE time < '2026-04-01'`
			quarters := `SELECT event_type, time_bucket('15 minutes', time), count(*)::int FROM user_events WHERE time < '2026-04-01' GROUP BY 1, 2`
			if n := count(`SELECT count(*) FROM closed_days c LEFT JOIN late_days l USING (day) WHERE c.changes <> coalesce(l.changes, 0)`); n != stale {
				t.Errorf("%d days are out of date, want %d", n, stale)
			}
			if n := count(`SELECT count(*) FROM closed_days WHERE events > 0`); n != days {
				t.Errorf("%d closed days with events, want %d", n, days)
			}
			if stale > 0 {
				return
			}
			if a, b, c := differences(events, unpacked), differences(quarters, counted), count(misplaced); a != 0 || b != 0 || c != 0 {
				t.Errorf("%d events and %d quarter hours differ, %d events are out of place", a, b, c)
			}
		}
		refresh := func() {
			t.Helper()
			if err := sql.RefreshRollups(t.Context(), conn, schema); err != nil {
				t.Fatal(err)
			}
		}
		refresh()
		check(4, 0)
		do(`UPDATE closed_days SET closed_at = '2000-01-01'`)
		do(`INSERT INTO user_events (time, user_id, user_key, event_type, event_id) VALUES ('2026-03-02 12:00Z', 'late', user_key_of('late'), 'e9', gen_random_uuid())`)
		do(`SELECT mark_late_days(ARRAY[timestamptz '2026-03-02 12:00Z', timestamptz '2026-03-02 13:00Z', now()])`)
		check(4, 1)
		refresh()
		check(4, 0)
		if n := count(`SELECT count(*) FROM closed_days WHERE closed_at > '2000-01-01'`); n != 1 {
			t.Errorf("%d days were packed again, want 1", n)
		}
	})
}

// The properties of a day are packed as far as they are few and short; the others are said to be more than that.
func TestPropertiesThatArePacked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		db := newSquashing(t, dsn)
		// insert puts events of a type on March 1, with a device for every second one, in whose metadata n is the event's number.
		insert := func(eventType string, events int, metadata string) {
			t.Helper()
			db.do(fmt.Sprintf(`INSERT INTO user_events (time, user_id, user_key, event_type, device_type, metadata, event_id)
				SELECT '2026-03-01 00:00Z'::timestamptz + n * INTERVAL '250 ms', u, user_key_of(u), '%s', CASE n %% 2 WHEN 0 THEN 'd' || n %% 6 END, %s, gen_random_uuid()
				FROM generate_series(0, %d - 1) n CROSS JOIN LATERAL (SELECT 'u' || n %% 53 AS u) e`, eventType, metadata, events))
		}
		insert("plain", 3000, `jsonb_build_object('few', n % 255, 'some', n % 256, 'odd', CASE n % 3 WHEN 0 THEN '"x"'::jsonb WHEN 1 THEN 'null' ELSE '12.0' END)`)
		insert("nested", 300, `jsonb_build_object('cart', jsonb_build_object('total', n, 'a.b', 1), 'mixed', CASE n % 2 WHEN 0 THEN '{"x": 1}'::jsonb ELSE '5' END)`)
		insert("list", 300, `jsonb_build_object('list', CASE n WHEN 7 THEN '[1]'::jsonb ELSE '{"x": 1}' END)`)
		insert("long", 300, `jsonb_build_object('short', repeat('x', 498), 'long', repeat('x', CASE n WHEN 7 THEN 499 ELSE 1 END))`)
		insert("wide", 3000, `jsonb_build_object('wide', n || repeat('x', 400))`)
		insert("many", 10, `(SELECT jsonb_object_agg('p' || p, p) FROM generate_series(1, 62) p) || jsonb_build_object('q' || n % 2, 1)`)
		insert("different", 66000, `jsonb_build_object('n', n)`)
		db.do(`CALL close_day('2026-03-01')`)
		if n := db.number(`SELECT count(*) FROM closed_days WHERE properties`); n != 0 {
			t.Error("properties are packed before they are")
		}
		db.do(`CALL pack_properties('2026-03-01')`)
		if n := db.number(`SELECT count(*) FROM closed_days WHERE properties`); n != 1 {
			t.Error("properties are not packed")
		}
		for _, c := range []struct{ eventType, property, want string }{
			{"plain", "{device_type}", "values 3 1"},
			{"plain", "{metadata,few}", "values 255 1"},
			{"plain", "{metadata,some}", "values 256 2"},
			{"plain", "{metadata,odd}", "values 2 1"},
			{"nested", "{metadata,cart}", "objects 0 -"},
			{"nested", "{metadata,cart,total}", "values 300 2"},
			{"nested", "{metadata,cart,a.b}", "values 1 1"},
			{"nested", "{metadata,mixed}", "objects 1 -"},
			{"nested", "{metadata,mixed,x}", "values 1 1"},
			{"list", "{metadata,list}", "more 0 -"},
			{"long", "{metadata,short}", "values 1 1"},
			{"long", "{metadata,long}", "more 1 -"},
			{"wide", "{metadata,wide}", "more 3000 -"},
			{"many", "{metadata,p62}", "values 1 1"},
			{"many", "{metadata,q0}", "values 1 1"},
			{"many", "{metadata,q1}", ""},
			{"many", "{metadata}", "more 0 -"},
			{"different", "{metadata,n}", "more 66000 -"},
		} {
			var got string
			db.inside(func(ctx context.Context, tx pgx.Tx) error {
				return tx.QueryRow(ctx, `SELECT coalesce((SELECT holds || ' ' || size || ' ' || coalesce(width::text, '-') FROM event_properties
					WHERE event_type = $1 AND property = $2::text::text[]), '')`, c.eventType, c.property).Scan(&got)
			})
			if got != c.want {
				t.Errorf("%s of %s: %q, want %q", c.property, c.eventType, got, c.want)
			}
		}
	})
}

// A type with more events than fit into a row of the packed day is in several. Closing a day costs as much a type, however many types it has.
func TestBusyDaysAreClosed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		db := newSquashing(t, dsn)
		// insert puts events on a day in March 2026, a quarter of a second apart, of so many types in turn.
		insert := func(day, events, types int) {
			t.Helper()
			db.do(fmt.Sprintf(`INSERT INTO user_events (time, user_id, user_key, event_type, event_id)
				SELECT '2026-03-01 00:00Z'::timestamptz + %d * INTERVAL '1 day' + n * INTERVAL '250 ms', u, user_key_of(u), 't' || n %% %d, gen_random_uuid()
				FROM generate_series(0, %d - 1) n CROSS JOIN LATERAL (SELECT 'u' || n %% 5003 AS u) e`, day-1, types, events))
		}
		took := func(day int) time.Duration {
			t.Helper()
			start := time.Now()
			db.do(fmt.Sprintf(`CALL close_day('2026-03-%02d')`, day))
			return time.Since(start)
		}
		insert(1, 100_001, 1)
		took(1)
		if rows := db.number(`SELECT count(*) FROM event_blocks`); rows != 2 {
			t.Errorf("%d rows, want 2", rows)
		}
		if n := db.number(misplaced); n != 0 {
			t.Errorf("%d events are out of place", n)
		}
		if n := db.number(`SELECT sum(n) FROM quarter_counts, unnest(events) AS n`); n != 100_001 {
			t.Errorf("%d events are counted, want 100001", n)
		}
		insert(2, 8000, 1000)
		insert(3, 8000, 8000)
		few, many := min(took(2), took(2)), min(took(3), took(3))
		if t.Logf("1000 types take %s, 8000 take %s", few, many); many > 24*few {
			t.Errorf("8000 types take %s, 1000 take %s", many, few)
		}
	})
}

// A day without events is not packed: an event of long ago costs one day, not all since. Late events on such days are packed as others.
func TestEmptyDaysAreNotClosed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		db := newSquashing(t, dsn)
		insert := func(day string) {
			t.Helper()
			db.do(`INSERT INTO user_events (time, user_id, user_key, event_type, event_id) VALUES ('` + day + ` 00:00Z', 'ann', user_key_of('ann'), 'visit', gen_random_uuid())`)
		}
		// The last day that is over is closed in any case.
		check := func(closed, packed int) {
			t.Helper()
			if err := sql.RefreshRollups(t.Context(), db.conn, db.schema); err != nil {
				t.Fatal(err)
			}
			days := db.number(`SELECT count(*) FROM closed_days WHERE day <> ((now() - INTERVAL '25 hours') AT TIME ZONE 'UTC')::date`)
			again := db.number(`SELECT count(*) FROM closed_days WHERE closed_at > '2000-01-01'`)
			if days != closed || again != packed {
				t.Errorf("%d days are closed, want %d; %d were packed now, want %d", days, closed, again, packed)
			}
			if n := db.number(`SELECT count(*) FROM closed_days WHERE events = 1 AND day = '1970-01-01'`); n != 1 {
				t.Error("the event of 1970 is not packed")
			}
			db.do(`UPDATE closed_days SET closed_at = '2000-01-01'`)
		}
		insert("1970-01-01")
		insert("2026-03-01")
		insert("2026-03-03")
		check(3, 4)
		check(3, 0)
		insert("1999-12-31")
		db.do(`SELECT mark_late_days(ARRAY[timestamptz '1999-12-31'])`)
		check(4, 1)
		// As an older version left it: all days since the first one.
		db.do(`INSERT INTO closed_days (day, changes, events) SELECT d, 0, 0 FROM generate_series(date '2026-03-04', date '2026-03-20', '1 day') d`)
		db.do(`UPDATE closed_days SET closed_at = '2000-01-01'`)
		check(4, 0)
		db.do(`DELETE FROM user_events WHERE time = '2026-03-03'`)
		db.do(`SELECT mark_late_days(ARRAY[timestamptz '2026-03-03'])`)
		check(4, 1)
	})
}

// Sparse history lies in chunks of a month, between those that are there; its days are closed as others. Events of the last months, of a few
// days, and of many a day come to chunks of their days.
func TestSparseHistory(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		db := newSquashing(t, dsn)
		insert := func(times string) {
			t.Helper()
			db.do(`SELECT stored FROM (SELECT array_agg(d) AS times, count(*)::int AS n FROM (` + times + `) AS t (d)) AS e CROSS JOIN LATERAL store_events(
				times, array_fill('ann'::text, ARRAY[n]), array_fill('visit'::text, ARRAY[n]), array_fill(''::text, ARRAY[n]), array_fill(''::text, ARRAY[n]),
				array_fill(''::text, ARRAY[n]), array_fill('{}'::text, ARRAY[n]), ARRAY(SELECT gen_random_uuid() FROM unnest(times)), array_fill(now(), ARRAY[n]),
				array_fill(''::text, ARRAY[n]), array_fill(NULL::timestamptz, ARRAY[n]), array_fill(false, ARRAY[n]), array_fill(0::bigint, ARRAY[n]), '{}')`)
		}
		check := func(what string, days, months int) {
			t.Helper()
			chunks := func(length string) int {
				return db.number(`SELECT count(*) FROM timescaledb_information.chunks WHERE hypertable_schema = current_schema() AND hypertable_name = 'user_events'
					AND range_end - range_start ` + length)
			}
			if d, m := chunks(`= INTERVAL '1 day'`), chunks(`> INTERVAL '13 days'`); d != days || m != months {
				t.Errorf("%s: %d chunks of a day and %d of more, want %d and %d", what, d, m, days, months)
			}
			if err := sql.RefreshRollups(t.Context(), db.conn, db.schema); err != nil {
				t.Fatal(err)
			}
			if open := db.number(`SELECT count(*) FROM late_days l LEFT JOIN closed_days c USING (day) WHERE c.changes IS DISTINCT FROM l.changes`); open != 0 {
				t.Errorf("%s: %d days are not closed", what, open)
			}
			if events, all := db.number(`SELECT sum(events) FROM closed_days`), db.number(`SELECT count(*) FROM user_events`); events != all {
				t.Errorf("%s: %d events in closed days, want %d", what, events, all)
			}
			// Each chunk's first day, and the last day that is over, are closed in any case.
			if empty := db.number(`SELECT count(*) FROM closed_days WHERE events = 0`); empty > days+months+1 {
				t.Errorf("%s: %d days without events are closed", what, empty)
			}
		}
		insert(`SELECT timestamptz '2005-03-15 00:00Z'`)
		check("one event alone", 1, 0)
		insert(`SELECT generate_series(timestamptz '2005-01-10 12:00Z', '2006-12-20', INTERVAL '5 days')`)
		check("March has a day, and what is before and after it", 1, 25)
		insert(`SELECT timestamptz '2006-07-01 12:00Z'`)
		check("a day of a month that is there", 1, 25)
		insert(`SELECT generate_series(now() - INTERVAL '90 days', now() - INTERVAL '87 days', INTERVAL '1 day')`)
		check("the last months", 5, 25)
		insert(`SELECT generate_series(timestamptz '2001-05-05 12:00Z', '2001-05-07 12:00Z', INTERVAL '1 day')`)
		check("few days", 8, 25)
		insert(`SELECT timestamptz '2001-05-08 00:00Z' + n * INTERVAL '14 minutes' FROM generate_series(1, 4 * 100) AS n`)
		check("many a day", 12, 25)
		insert(`SELECT timestamptz '2001-05-12 00:00Z' + n * INTERVAL '14.5 minutes' FROM generate_series(0, 4 * 100 - 5) AS n`)
		check("less than many a day", 12, 26)
	})
}
