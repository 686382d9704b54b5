package writer_test

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/people"
	"github.com/footfall-analytics/footfall/collector/writer"
	"github.com/footfall-analytics/footfall/internal/dbtest"
)

func (p *profileWorld) texts(query string, args ...any) (list []string) {
	p.Helper()
	p.in(func(tx pgx.Tx) error {
		rows, err := tx.Query(p.Context(), query, args...)
		if err == nil {
			list, err = pgx.CollectRows(rows, pgx.RowTo[string])
		}
		return err
	})
	return list
}

func (p *profileWorld) want(what, want, query string, args ...any) {
	p.Helper()
	if got := strings.Join(p.texts(query, args...), "\n"); got != want {
		p.Errorf("%s: %s, want %s", what, got, want)
	}
}

// Many days at once are stored in transactions of few days each, and an event locks no other days than its own, however many there are:
// the server's locks are for all sessions.
func TestManyDays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		p := newProfileWorld(t, dsn)
		var events []event.Event
		for day := range 120 {
			e := newEvent(fmt.Sprint("user", day%7))
			e.Time = e.Time.AddDate(0, 0, -day)
			if day%3 == 0 {
				e.SentTime, e.TimeChosen = e.Time.AddDate(0, 0, -400), true
			}
			events = append(events, e)
		}
		p.store(events...)
		p.want("events", "120", `SELECT count(*)::text FROM user_events`)
		p.want("most days of one transaction", "true", `SELECT (max(days) <= 32 AND count(*) > 3)::text FROM (
			SELECT count(DISTINCT time_bucket('1 day', time)) AS days FROM user_events GROUP BY xmin::text) transactions`)
		result, err := p.table.Insert(t.Context(), events, time.Minute)
		if diff := cmp.Diff(writer.Result{Known: 120}, result); diff != "" || err != nil {
			t.Error("again:", diff, err)
		}
		// An event of an alias, whose time was chosen: it is looked for in several places.
		p.do(`SELECT join_users('cookie', 'user1')`)
		p.in(func(tx pgx.Tx) error {
			if _, err := tx.Exec(t.Context(), `SELECT store_events(ARRAY[now()], '{cookie}', '{visit}', '{""}', '{""}', '{""}', '{"{}"}', ARRAY[gen_random_uuid()],
				ARRAY[now()], '{cookie}', ARRAY[now() - INTERVAL '100 days'], '{true}', '{0}', '{}')`); err != nil {
				return err
			}
			var locks int
			err := tx.QueryRow(t.Context(), `SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid()`).Scan(&locks)
			if locks > 60 {
				t.Errorf("one event takes %d locks", locks)
			}
			return err
		})
	})
}

// A server that lacks memory, locks or time gets fewer events at once, and gets all of them; one that has a fault gets them again. No event
// is rejected for it.
func TestNoRoom(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		for _, code := range []string{"53200", "53400", "57014", "55P03"} {
			p := newProfileWorld(t, dsn)
			p.do(`CREATE FUNCTION scarce() RETURNS trigger LANGUAGE plpgsql AS $$
				BEGIN
					PERFORM set_config('test.rows', (coalesce(nullif(current_setting('test.rows', true), ''), '0')::int + 1)::text, true);
					IF current_setting('test.rows')::int > 7 THEN
						RAISE EXCEPTION 'no room for %', current_setting('test.rows') USING ERRCODE = '` + code + `';
					END IF;
					RETURN NEW;
				END $$`)
			p.do(`CREATE TRIGGER scarce BEFORE INSERT ON user_events FOR EACH ROW EXECUTE FUNCTION scarce()`)
			var events []event.Event
			for i := range 100 {
				events = append(events, newEvent(fmt.Sprint("user", i)))
				events[i].Traits = fmt.Appendf(nil, `{"n": %d}`, i)
			}
			events[33].Metadata = []byte(`{`)
			result, err := p.table.Insert(t.Context(), events, time.Minute)
			if err != nil || result.New != 99 || len(result.Rejected) != 1 || result.Rejected[0].Index != 33 {
				t.Error(code, result, err)
			}
			p.want("events and profiles", "99 99 1", `SELECT concat_ws(' ', (SELECT count(*) FROM user_events), (SELECT count(*) FROM user_profiles WHERE traits <> '{}'), (SELECT count(*) FROM rejected_events))`)
		}
	})
}

// An event for which the server has no time waits, as long as it has none for others either, and is stored when there is some.
func TestNoTimeForAnyEvent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		p := newProfileWorld(t, dsn)
		p.table.Log = slog.New(slog.DiscardHandler)
		p.do(`CREATE SEQUENCE tries`)
		p.do(`CREATE FUNCTION stuck() RETURNS trigger LANGUAGE plpgsql AS $$
			BEGIN
				IF NEW.event_type IN ('stuck', 'probe') AND nextval('tries') < 12 THEN
					RAISE EXCEPTION 'no time' USING ERRCODE = '57014';
				END IF;
				RETURN NEW;
			END $$`)
		p.do(`CREATE TRIGGER stuck BEFORE INSERT ON user_events FOR EACH ROW EXECUTE FUNCTION stuck()`)
		events := []event.Event{newEvent("ann"), newEvent("ann"), newEvent("ann"), newEvent("ann")}
		events[2].Type = "stuck"
		result, err := p.table.Insert(t.Context(), events, time.Second)
		if err == nil || result.New != 2 || len(result.Rejected) > 0 {
			t.Error(result, err)
		}
		if err := p.table.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "it had no time for them") {
			t.Error("ready:", err)
		}
		if result, err = p.table.Insert(t.Context(), events, time.Minute); err != nil || result.New != 2 || result.Known != 2 {
			t.Error(result, err)
		}
		if err := p.table.Ready(t.Context()); err != nil {
			t.Error("ready:", err)
		}
		// A deadlock, and a snapshot that is too old, are nobody's fault.
		for _, code := range []string{"40001", "40P01"} {
			p.do(`ALTER SEQUENCE tries RESTART`)
			p.do(`CREATE OR REPLACE FUNCTION stuck() RETURNS trigger LANGUAGE plpgsql AS $$
				BEGIN
					IF nextval('tries') < 3 THEN
						RAISE EXCEPTION 'again' USING ERRCODE = '` + code + `';
					END IF;
					RETURN NEW;
				END $$`)
			if result, err := p.table.Insert(t.Context(), []event.Event{newEvent("bob"), newEvent("bob")}, time.Minute); err != nil || result.New != 2 {
				t.Error(code, result, err)
			}
		}
		p.want("rejected", "0", `SELECT count(*)::text FROM rejected_events`)
	})
}

// Events that the server never stores, while it stores others, hold nobody up, whatever it says: they go to rejected_events, from where
// they can be replayed.
func TestEventsThatAreNeverStored(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		for _, code := range []string{"53200", "57014", "55P03", "XX000", "0A000", "40001", "P0001"} {
			p := newProfileWorld(t, dsn)
			p.table.Log = slog.New(slog.DiscardHandler)
			p.do(`CREATE FUNCTION stuck() RETURNS trigger LANGUAGE plpgsql AS $$
				BEGIN
					IF NEW.event_type = 'stuck' THEN
						RAISE EXCEPTION 'not this one' USING ERRCODE = '` + code + `';
					END IF;
					RETURN NEW;
				END $$`)
			p.do(`CREATE TRIGGER stuck BEFORE INSERT ON user_events FOR EACH ROW EXECUTE FUNCTION stuck()`)
			var events []event.Event
			for i := range 50 {
				events = append(events, newEvent(fmt.Sprint("user", i)))
			}
			for _, i := range []int{0, 7, 8, 49} {
				events[i].Type = "stuck"
			}
			start := time.Now()
			result, err := p.table.Insert(t.Context(), events, 2*time.Second)
			if err != nil || result.New != 46 || len(result.Rejected) != 4 || result.Rejected[1].Index != 7 || !strings.Contains(result.Rejected[1].Reason, "SQLSTATE "+code) {
				t.Error(code, result, err)
			}
			// The first had the whole patience, those after it less and less.
			if took := time.Since(start); took < 1500*time.Millisecond || took > 8*time.Second {
				t.Error(code, "took", took)
			}
			p.want("events and rejected", "46 4", `SELECT concat_ws(' ', (SELECT count(*) FROM user_events), (SELECT count(*) FROM rejected_events))`)
			if err := p.table.Ready(t.Context()); err != nil {
				t.Error(code, "ready:", err)
			}
		}
	})
}

// Whoever may write to Kafka may mark an event with any number of forgotten users: one that cannot be slips past nobody's being forgotten.
func TestMarksThatCannotBe(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		p := newProfileWorld(t, dsn)
		p.store(newEvent("bob"))
		for _, id := range []string{"ann", "phone"} {
			if _, err := people.Forget(t.Context(), p.conn, p.schema, id); err != nil {
				t.Fatal(err)
			}
		}
		for mark, stored := range map[int64]int{0: 0, 2: 1, 3: 0, 1 << 40: 0, 1<<63 - 1: 0} {
			forgotten, alias, never := newEvent("ann"), newEvent("carl"), newEvent("dora")
			forgotten.Forgets, alias.Forgets, never.Forgets = mark, mark, mark
			alias.Alias = "phone"
			result, err := p.table.Insert(t.Context(), []event.Event{forgotten, alias, never}, time.Minute)
			if err != nil || result.New != 2+stored {
				t.Errorf("marked with %d: %+v, %v", mark, result, err)
			}
			p.want(fmt.Sprint("aliases, marked with ", mark), fmt.Sprint(stored), `SELECT count(*)::text FROM user_aliases`)
			if err := p.table.Reject(t.Context(), writer.Rejection{ID: forgotten.ID, UserID: "ann", Reason: "x", Received: forgotten.Received, Forgets: mark}); err != nil {
				t.Fatal(err)
			}
			p.want(fmt.Sprint("rejected, marked with ", mark), fmt.Sprint(stored), `SELECT count(*)::text FROM rejected_events`)
			p.do(`DELETE FROM user_aliases`)
			p.do(`DELETE FROM rejected_events`)
		}
	})
}

// However many events a request brings, a transaction takes no more than the setting says.
func TestBatchesAreBounded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		p := newProfileWorld(t, dsn)
		p.table.BatchEvents = 30
		var events []event.Event
		for range 100 {
			events = append(events, newEvent("ann"))
		}
		p.store(events...)
		p.want("events of each transaction", "10 30 30 30", `SELECT string_agg(n::text, ' ' ORDER BY n) FROM (SELECT count(*) AS n FROM user_events GROUP BY xmin::text) t`)
	})
}

// Traits that grow and grow are written once a batch, and a profile keeps those that were said last, as many as it has room for.
func TestGrowingTraits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		p := newProfileWorld(t, dsn)
		p.table.Log = slog.New(slog.DiscardHandler)
		registry := prometheus.NewRegistry()
		p.table.Metrics = writer.NewMetrics(registry)
		start := time.Now()
		for request := range 4 {
			var events []event.Event
			for call := range 150 {
				e := newEvent("ann")
				e.Time = e.Time.Add(time.Duration(call) * time.Microsecond)
				e.Traits = fmt.Appendf(nil, `{"plan": "pro", "trait %d %d": %q}`, request, call, strings.Repeat("x", 30_000))
				if request == 3 {
					e.Traits = fmt.Appendf(nil, `{"plan": "pro", "small %d": %d, "%d": null, "x%d": 1, "y%d": 2, "z%d": 3}`, call, call, call, call, call, call)
				}
				events = append(events, e)
			}
			if err := p.table.Write(t.Context(), events, time.Minute); err != nil {
				t.Fatal(err)
			}
			names, size := "3", "true" // the plan and two others
			if request == 3 {
				names = "512"
			}
			p.want("names", names, `SELECT count(*)::text FROM user_profiles, jsonb_object_keys(traits)`)
			p.want("times", names, `SELECT count(*)::text FROM user_profiles, jsonb_object_keys(traits_at)`)
			p.want("size", size, `SELECT (octet_length(traits::text) < 70000)::text FROM user_profiles`)
		}
		if took := time.Since(start); took > 30*time.Second {
			t.Error("took", took)
		}
		p.want("what was said last", "true", `SELECT (traits ?& '{plan,small 149,z149,x60}' AND NOT traits ? 'small 20')::text FROM user_profiles`)
		p.want("the table's size is small", "true", `SELECT (pg_total_relation_size('user_profiles') < 2000000)::text`)
		// 150 large ones of each of three requests, of which two stay until the next; and 751 small ones, of which 512 stay.
		if n := leftOut(t, registry); n != 450+751-512 {
			t.Errorf("%v traits are counted as left out", n)
		}
	})
}

func leftOut(t *testing.T, registry *prometheus.Registry) float64 {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "footfall_traits_left_out_total" {
			return f.Metric[0].GetCounter().GetValue()
		}
	}
	t.Fatal("there is no such metric")
	return 0
}

// Whatever comes first, alone or with others, twice, or before ids are joined: of each trait that counts which was said last.
func TestTraitsFollowTheTimeOfWhatWasSaid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		for seed := range uint64(12) {
			rng := rand.New(rand.NewPCG(seed, 3))
			p := newProfileWorld(t, dsn)
			now := time.Now().UTC().Truncate(time.Microsecond)
			type value struct {
				at   time.Time
				text string
			}
			want := map[string]map[string]value{"ann": {}, "bob": {}}
			known := map[string]string{"ann": "ann", "bob": "bob", "phone": "ann", "tablet": "ann", "laptop": "bob"}
			var events []event.Event
			for _, id := range []string{"phone", "tablet", "laptop"} {
				e := newEvent(known[id])
				e.Alias = id
				events = append(events, e)
			}
			for range 60 {
				id := []string{"ann", "bob", "phone", "tablet", "laptop"}[rng.IntN(5)]
				e := newEvent(id)
				e.Time = now.Add(-time.Duration(rng.IntN(20)) * time.Hour)
				if known[id] != id {
					e.AnonymousID = id
				}
				name, text := string(rune('a'+rng.IntN(5))), []string{`"x"`, `"y"`, `1`, `12`, `null`, `{"z": 1}`, `[]`}[rng.IntN(7)]
				e.Traits = fmt.Appendf(nil, `{%q: %s}`, name, text)
				events = append(events, e)
				had, is := want[known[id]][name]
				if !is || e.Time.After(had.at) || e.Time.Equal(had.at) && text > had.text {
					want[known[id]][name] = value{e.Time, text}
				}
			}
			events = append(events, events[rng.IntN(len(events))], events[rng.IntN(len(events))])
			rng.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
			for rest := events; len(rest) > 0; {
				n := 1 + rng.IntN(len(rest))
				p.store(rest[:n]...)
				rest = rest[n:]
			}
			var lines []string
			for user, traits := range want {
				for name, v := range traits {
					lines = append(lines, fmt.Sprintf("%s %s %s", user, name, v.text))
				}
			}
			slices.Sort(lines)
			got := p.texts(`SELECT concat_ws(' ', user_id, key, value) FROM user_profiles, jsonb_each(traits) ORDER BY user_id COLLATE "C", key COLLATE "C"`)
			if diff := cmp.Diff(lines, got); diff != "" {
				t.Fatalf("seed %d: %s", seed, diff)
			}
		}
	})
}

// Visitors become users; two users whom events know by name stay two, unless a setting says so.
func TestKnownUsersAreNotJoined(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		p := newProfileWorld(t, dsn)
		p.table.Log = slog.New(slog.DiscardHandler)
		say := func(user, anonymous, alias string) event.Event {
			e := newEvent(user)
			e.AnonymousID, e.Alias = anonymous, alias
			return e
		}
		aliases := func(want string) {
			t.Helper()
			p.want("aliases", want, `SELECT coalesce(string_agg(alias || '=' || user_id, ' ' ORDER BY alias), '') FROM user_aliases`)
		}
		insert := func(events ...event.Event) []int {
			t.Helper()
			result, err := p.table.Insert(t.Context(), events, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			return result.Apart
		}
		insert(say("phone", "phone", ""), say("bob", "", ""))
		if apart := insert(say("ann", "phone", "phone"), say("ann", "phone", "phone"), say("ann", "", "never seen"), say("ann", "", "bob"), say("carl", "laptop", ""), say("ann", "carl", "carl")); !slices.Equal(apart, []int{3, 5}) {
			t.Error("stay apart:", apart)
		}
		aliases("never seen=ann phone=ann")
		// A device that is ann's does not become bob's, which is no news; and who is named with a device is known from then on.
		if apart := insert(say("bob", "phone", "phone"), say("bob", "laptop", "laptop"), say("bob", "", "ann")); !slices.Equal(apart, []int{2}) {
			t.Error("stay apart:", apart)
		}
		aliases("laptop=bob never seen=ann phone=ann")
		if apart := insert(say("eve", "eve", ""), say("dan", "eve", "eve"), say("phone", "", "")); apart != nil {
			t.Error("stay apart:", apart)
		}
		p.table.JoinKnownUsers = true
		if apart := insert(say("bob", "", "ann")); apart != nil {
			t.Error("stay apart:", apart)
		}
		aliases("ann=bob eve=dan laptop=bob never seen=bob phone=bob")
		// By hand anything goes.
		p.do(`SELECT join_users('carl', 'dan')`)
		aliases("ann=bob carl=dan eve=dan laptop=bob never seen=bob phone=bob")
	})
}
