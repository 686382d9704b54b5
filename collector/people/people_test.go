package people

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/writer"
	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/sql"
)

// world is a database in which ann, who was anon before, bob and many others did things; on some days that are compressed, some
// that are closed, and today. On ann's device bob was there, too.
type world struct {
	*pgx.Conn
	schema         string
	table          *writer.Table
	ann, anon, bob string
}

const others = 8

func newWorld(t *testing.T, dsn string) *world {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	name := func(who string) string { return who + "-" + uuid.NewString() } // found in no other test's tables
	w := &world{Conn: dbtest.Connect(t, dsn), schema: dbtest.Schema(t, dsn), ann: name("ann"), anon: name("anon"), bob: name("bob")}
	w.table = &writer.Table{Pool: pool, Schema: w.schema, Log: slog.New(slog.DiscardHandler)}
	dbtest.StopColumnstore(t, w.Conn, w.schema)
	w.store(t, w.events()...)
	dbtest.Compress(t, w.Conn, w.schema, 5*24*time.Hour)
	// Two late events, so that a day is compressed in part.
	late := w.event(w.ann, "late", 8*24*time.Hour+time.Minute)
	late.TimeChosen = true
	w.store(t, late, w.event(w.bob, "late", 8*24*time.Hour))
	if err := sql.RefreshRollups(t.Context(), w.Conn, w.schema); err != nil {
		t.Fatal(err)
	}
	return w
}

// event happened some time ago.
func (w *world) event(user, what string, ago time.Duration) event.Event {
	now := time.Now().UTC().Truncate(time.Microsecond)
	e := event.Event{ID: uuid.New(), UserID: user, Type: what, Time: now.Add(-ago), Received: now, Metadata: []byte(`{"a":1.50,"category":"hats"}`)}
	if user == w.anon {
		e.AnonymousID = user
	}
	return e
}

func (w *world) events() (list []event.Event) {
	for day := range 10 {
		ago := time.Duration(day) * 24 * time.Hour
		for i := range others {
			list = append(list, w.event(fmt.Sprint("other", i), "view", ago))
		}
		list = append(list, w.event(w.anon, "view", ago+time.Second), w.event(w.ann, "buy", ago), w.event(w.bob, "view", ago))
	}
	list[0].Metadata = nil
	identify := w.event(w.ann, "identify", 0)
	identify.AnonymousID, identify.Alias, identify.Traits = w.anon, w.anon, []byte(`{"plan":"gold"}`)
	shared := w.event(w.bob, "view", 7*24*time.Hour+time.Minute)
	shared.AnonymousID = w.anon
	broken, brokenToo, brokenOther := w.event(w.ann, "broken", 0), w.event(w.bob, "broken", 0), w.event(w.bob, "broken", 0)
	brokenToo.AnonymousID = w.anon
	for _, e := range []*event.Event{&broken, &brokenToo, &brokenOther} {
		e.Metadata = []byte(`{`)
	}
	return append(list, identify, shared, broken, brokenToo, brokenOther)
}

func (w *world) store(t *testing.T, events ...event.Event) writer.Result {
	t.Helper()
	result, err := w.table.Insert(t.Context(), events, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// segment makes a segment in which ann is, and as whom she was before was once.
func (w *world) segment(t *testing.T) {
	t.Helper()
	w.exec(t, `INSERT INTO segments (name) VALUES ('vips')`)
	w.exec(t, `INSERT INTO segment_members (segment_id, user_key, entered_at, left_at)
		SELECT id, user_key_of(u), now() - INTERVAL '2 days', CASE u WHEN $2 THEN now() END FROM segments, unnest(ARRAY[$1, $2, $3]) u`, w.ann, w.anon, w.bob)
}

func (w *world) in(t *testing.T, fn func(tx pgx.Tx) error) {
	t.Helper()
	if err := transaction(t.Context(), w.Conn, pgx.TxOptions{}, w.schema, fn); err != nil {
		t.Fatal(err)
	}
}

func (w *world) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	w.in(t, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), statement, args...)
		return err
	})
}

func (w *world) texts(t *testing.T, query string, args ...any) (list []string) {
	t.Helper()
	w.in(t, func(tx pgx.Tx) error {
		rows, err := tx.Query(t.Context(), query, args...)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return list
}

// traces returns the tables, chunks and columnstore parts in which an id is, its bytes or its key; chunks count as one.
func (w *world) traces(t *testing.T, ids ...string) (found []string) {
	t.Helper()
	tables := w.texts(t, `SELECT format('%I.%I', nspname, relname) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
		WHERE relkind IN ('r', 'm', 'p') AND nspname IN ($1, '_timescaledb_internal', '_timescaledb_catalog')
			AND relname NOT LIKE '\_compressed\_hypertable\_%'`, w.schema)
	if len(tables) < 10 {
		t.Fatal("where are the tables?", tables)
	}
	patterns := w.texts(t, `SELECT '%' || p || '%' FROM unnest($1::text[]) AS u
		CROSS JOIN LATERAL unnest(ARRAY[u, user_key_of(u)::text, encode(convert_to(u, 'UTF8'), 'hex'), encode(int8send(user_key_of(u)), 'hex')]) AS p`, ids)
	for _, table := range tables {
		if n := w.texts(t, `SELECT count(*)::text FROM `+table+` AS row WHERE row::text LIKE ANY ($1)`, patterns); n[0] != "0" {
			name, _, _ := strings.Cut(table, "hyper_")
			if strings.HasSuffix(table, "_chunk_compressed") { // as newer versions of TimescaleDB name them
				name = strings.TrimSuffix(name, "_") + "compress_"
			}
			if !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
	}
	slices.Sort(found)
	return found
}

// describe returns the columns whose statistics hold one of the ids.
func (w *world) describe(t *testing.T, ids ...string) []string {
	t.Helper()
	return w.texts(t, `SELECT tablename || '.' || attname FROM pg_stats s WHERE EXISTS (SELECT FROM unnest($1::text[]) AS u WHERE position(u IN s::text) > 0)`, ids)
}

// rest returns everything that is stored of those who are not to be forgotten.
func (w *world) rest(t *testing.T) []string {
	t.Helper()
	return w.texts(t, `SELECT (to_jsonb(e) - 'anonymous_id')::text FROM user_events e WHERE user_id NOT IN ($1, $2)
		UNION ALL SELECT to_jsonb(p)::text FROM user_profiles p WHERE user_id <> $1
		UNION ALL SELECT to_jsonb(r)::text FROM rejected_events r WHERE user_id <> $1 AND position(convert_to($2, 'UTF8') IN record) = 0 ORDER BY 1`, w.ann, w.anon)
}

// check compares what is made of events with the events.
func (w *world) check(t *testing.T) {
	t.Helper()
	for name, query := range map[string]string{
		"rollup of counts": `SELECT (SELECT sum(events) FROM event_counts_15min) || ' ' || (SELECT count(*) FROM user_events)`,
		"rollup of users": `SELECT (SELECT sum(users) FROM active_users_hourly) || ' ' || (SELECT count(*) FROM
			(SELECT DISTINCT date_trunc('hour', time), user_key FROM user_events) u)`,
		"closed days": `SELECT sum(c.events) || ' ' || sum((SELECT count(*) FROM user_events e WHERE (e.time AT TIME ZONE 'UTC')::date = c.day)) FROM closed_days c`,
		"blocks":      `SELECT sum(length(user_keys) / 8) || ' ' || (SELECT sum(events) FROM closed_days) FROM event_blocks`,
		"open days": `SELECT (SELECT count(*) FROM closed_days WHERE events > 0) || ' ' || (SELECT count(DISTINCT (time AT TIME ZONE 'UTC')::date) FROM user_events
			WHERE (time AT TIME ZONE 'UTC')::date < ((now() - INTERVAL '1 hour') AT TIME ZONE 'UTC')::date)`,
	} {
		if a, b, _ := strings.Cut(w.texts(t, query)[0], " "); a != b {
			t.Errorf("%s: %s, events: %s", name, a, b)
		}
	}
}

func TestForget(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		w.check(t)
		schema := func(table string) string { return w.schema + "." + table }
		w.exec(t, `INSERT INTO profile_changes (user_id) VALUES ($1)`, w.anon)
		w.segment(t)
		w.exec(t, `ANALYZE user_events, user_profiles`)
		before := w.traces(t, w.ann, w.anon)
		if len(w.describe(t, w.ann)) == 0 || len(w.describe(t, w.anon)) == 0 {
			t.Error("no trace in the server's statistics")
		}
		for _, table := range []string{"user_events", "known_users", "user_profiles", "user_sessions", "user_categories", "user_aliases", "rejected_events", "event_blocks", "segment_members"} {
			if !slices.Contains(before, schema(table)) {
				t.Errorf("no trace in %s, so that nothing can be shown: %v", table, before)
			}
		}
		if !slices.ContainsFunc(before, func(name string) bool { return strings.HasSuffix(name, ".compress_") }) {
			t.Error("no trace in the columnstore", before)
		}
		rest := w.rest(t)
		waiting := []event.Event{w.event(w.ann, "waited", 2*24*time.Hour), w.event(w.anon, "waited", 0)}
		f, err := Forget(t.Context(), w.Conn, w.schema, w.anon) // any of the ids will do
		if err != nil {
			t.Fatal(err)
		}
		want := Deletion{IDs: []string{w.anon, w.ann}, Events: 22, Days: f.Days, Profiles: 1, Aliases: 1, RejectedEvents: 2, Unlinked: 1, Memberships: 2}
		if diff := cmp.Diff(want, f); diff != "" || f.Days < 10 || f.Days > 11 {
			t.Error(diff, f.Days)
		}
		if left := w.traces(t, w.ann, w.anon); !slices.Equal(left, []string{schema("forgotten_users")}) {
			t.Error("traces are left", left)
		}
		if left := w.describe(t, w.ann, w.anon); len(left) > 0 {
			t.Error("the server's statistics have traces", left)
		}
		if n := w.texts(t, `SELECT concat_ws(' ', (SELECT count(*) FROM segment_members), changes) FROM segments`); n[0] != "1 1" {
			t.Error("of the memberships, and of the segment's changes, are left", n)
		}
		if diff := cmp.Diff(rest, w.rest(t)); diff != "" {
			t.Error("others have suffered", diff)
		}
		if n := w.texts(t, `SELECT count(*)::text FROM chosen_times`); n[0] != "0" {
			t.Error("chosen times are left", n)
		}
		w.check(t)
		// What waited is not stored, whatever the collector's clock said; what comes later is.
		waiting[0].Received = waiting[0].Received.Add(24 * time.Hour)
		joined := w.event("somebody", "alias", 0)
		joined.Alias, joined.Received = w.anon, waiting[0].Received
		if r := w.store(t, append(waiting, joined)...); r.New != 1 || len(w.traces(t, w.ann, w.anon)) != 1 {
			t.Error("what waited was stored", r)
		}
		back := w.event(w.ann, "back", 0)
		back.Forgets, back.Received = 1, back.Received.Add(-time.Hour)
		if r := w.store(t, back); r.New != 1 {
			t.Error(r)
		}
		if f, err := Forget(t.Context(), w.Conn, w.schema, w.ann); err != nil || f.Events != 1 || len(f.IDs) != 1 {
			t.Error(f, err)
		}
		if f, err := Forget(t.Context(), w.Conn, w.schema, w.ann); err != nil || f.Events != 0 {
			t.Error(f, err)
		}
	})
}

// Writers at work do not bring back what is being forgotten. The embedded database has one session, where nothing happens at once.
func TestForgetWhileEventsCome(t *testing.T) {
	dsn := os.Getenv("FOOTFALL_TEST_DSN")
	if dsn == "" {
		t.Log("FOOTFALL_TEST_DSN names no server")
		return
	}
	w := newWorld(t, dsn)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	stored := make(chan struct{}, 1)
	old := time.Now()
	go func() {
		for ctx.Err() == nil {
			e := w.event(w.ann, "busy", 3*24*time.Hour)
			e.Received = old
			if _, err := w.table.Insert(t.Context(), []event.Event{e, w.event(w.bob, "busy", 3*24*time.Hour)}, time.Minute); err != nil {
				done <- err
				return
			}
			select {
			case stored <- struct{}{}:
			default:
			}
		}
		done <- nil
	}()
	<-stored
	f, err := Forget(t.Context(), w.Conn, w.schema, w.ann)
	stop()
	if err := errors.Join(err, <-done); err != nil {
		t.Fatal(err)
	}
	if left := w.traces(t, w.ann, w.anon); f.Events <= 22 || !slices.Equal(left, []string{w.schema + ".forgotten_users"}) {
		t.Error("traces are left", left, f.Events)
	}
}

func TestExport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		w.segment(t)
		var out strings.Builder
		n, err := Export(t.Context(), w.Conn, w.schema, w.anon, &out)
		if err != nil {
			t.Fatal(err)
		}
		counts := map[string]int{}
		for line := range strings.Lines(out.String()) {
			var row struct {
				Table string
				Row   struct {
					UserID  string `json:"user_id"`
					UserKey any    `json:"user_key"`
					Time    time.Time
					Events  json.RawMessage // a number in user_sessions
				}
			}
			if err := json.Unmarshal([]byte(line), &row); err != nil {
				t.Fatal(err, line)
			}
			counts[row.Table]++
			if row.Row.UserKey != nil || row.Table == "user_events" && row.Row.Time.IsZero() || row.Table == "rejected_events" && !strings.Contains(string(row.Row.Events), `"metadata":"{"`) {
				t.Error(line)
			}
			if strings.Contains(line, "other") || row.Row.UserID == w.bob {
				t.Error("this is not the user's", line)
			}
		}
		want := map[string]int{"user_profiles": 1, "user_sessions": 2, "user_categories": 2, "user_aliases": 1, "user_events": 22, "rejected_events": 2, "segment_members": 2}
		if diff := cmp.Diff(want, counts); diff != "" || n != 32 {
			t.Error(diff, n)
		}
		if !strings.Contains(out.String(), `"a": 1.50`) && !strings.Contains(out.String(), `"a":1.50`) {
			t.Error("numbers have changed")
		}
		var own strings.Builder
		if _, err := Export(t.Context(), w.Conn, w.schema, w.ann, &own); err != nil || own.String() != out.String() {
			t.Error("another id of the same user gives something else", err)
		}
		if n, err := Export(t.Context(), w.Conn, w.schema, "nobody", &out); n != 0 || err != nil {
			t.Error(n, err)
		}
		for _, id := range []string{"", " "} {
			if _, err := Export(t.Context(), w.Conn, w.schema, id, &out); err == nil || !strings.Contains(err.Error(), "blank") {
				t.Error(err)
			}
			if _, err := Forget(t.Context(), w.Conn, w.schema, id); err == nil || !strings.Contains(err.Error(), "blank") {
				t.Error(err)
			}
		}
	})
}
