package segments

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/sql"
)

// world is a schema with users, and its segments.
type world struct {
	*testing.T
	*Segments
	conn *pgx.Conn
	dsn  string
}

func newWorld(t *testing.T, dsn string) world {
	t.Helper()
	schema := dbtest.Schema(t, dsn)
	w := world{t, Open(pool(t, dsn), schema, time.Minute), dbtest.Connect(t, dsn), dsn}
	dbtest.Enter(t, w.conn, schema)
	return w
}

// pool returns a pool of one connection: the embedded database has one session.
func pool(t *testing.T, dsn string) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	config.ConnConfig.DefaultQueryExecMode, config.MaxConns = pgx.QueryExecModeExec, 1
	p, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// did stores events, as user:event, of an hour ago.
func (w world) did(events ...string) {
	w.Helper()
	for _, text := range events {
		user, event, _ := strings.Cut(text, ":")
		w.do(`INSERT INTO user_events (time, user_id, user_key, event_type, event_id)
			SELECT now() - INTERVAL '1 hour', coalesce(a.user_id, u), user_key_of(coalesce(a.user_id, u)), $2, gen_random_uuid() FROM (SELECT $1::text AS u) x LEFT JOIN user_aliases a ON alias = u`, user, event)
		w.do(`INSERT INTO user_profiles (user_id) SELECT $1 WHERE NOT EXISTS (SELECT FROM user_aliases WHERE alias = $1) ON CONFLICT DO NOTHING`, user)
	}
}

func (w world) do(statement string, args ...any) {
	w.Helper()
	if _, err := w.conn.Exec(context.WithoutCancel(w.Context()), statement, args...); err != nil {
		w.Fatalf("%s: %v", statement, err)
	}
}

func (w world) texts(query string, args ...any) []string {
	w.Helper()
	rows, err := w.conn.Query(w.Context(), query, args...)
	if err != nil {
		w.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		w.Fatal(err)
	}
	return list
}

// who returns the members of a segment.
func (w world) who(name string) string {
	w.Helper()
	return strings.Join(w.texts(`SELECT user_id FROM user_profiles p JOIN segment_members m ON m.user_key = p.user_key JOIN segments s ON s.id = segment_id
		WHERE name = $1 AND left_at IS NULL ORDER BY 1`, name), " ")
}

// save saves segments, as name = definition.
func (w world) save(list ...string) error {
	w.Helper()
	var parsed []*model.Segment
	for _, text := range list {
		name, definition, _ := strings.Cut(text, " = ")
		if definition != "" {
			definition = `, "definition": ` + definition
		}
		one, err := model.ParseSegment([]byte(fmt.Sprintf(`{"name": %q%s}`, name, definition)))
		if err != nil {
			w.Fatal(err)
		}
		parsed = append(parsed, one)
	}
	_, err := w.Save(w.Context(), parsed)
	return err
}

func (w world) mustSave(list ...string) {
	w.Helper()
	if err := w.save(list...); err != nil {
		w.Fatal(err)
	}
}

func (w world) refresh(name string) Refresh {
	w.Helper()
	r, err := w.Refresh(w.Context(), name)
	if err != nil {
		w.Fatal(err)
	}
	return r
}

func (w world) worker() *Worker {
	return NewWorker(w.Segments, prometheus.NewRegistry(), slog.New(slog.DiscardHandler))
}

const (
	buyers   = `buyers = {"did": {"event": "buy"}}`
	visitors = `visitors = {"did": {"event": "visit"}}`
	lookers  = `lookers = {"all": [{"segment": "visitors"}, {"segment": "buyers", "not": true}]}`
)

func TestRefreshKeepsWhoEnteredAndLeft(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		w.did("ann:buy", "bob:buy", "cid:visit")
		w.mustSave(buyers)
		first := w.refresh("buyers")
		if first.Size != 2 || first.Entered != 2 || first.Left != 0 || w.who("buyers") != "ann bob" {
			t.Errorf("%+v, %s", first, w.who("buyers"))
		}
		rows := `SELECT concat_ws(' ', xmin, ctid, user_key, entered_at, left_at) FROM segment_members ORDER BY 1`
		before := w.texts(rows)
		if again := w.refresh("buyers"); again.Size != 2 || again.Entered != 0 || again.Left != 0 {
			t.Errorf("%+v", again)
		}
		if diff := cmp.Diff(before, w.texts(rows)); diff != "" {
			t.Error("nothing has changed, but", diff)
		}
		w.did("cid:buy")
		w.do(`DELETE FROM user_events WHERE user_id = 'bob'`)
		second := w.refresh("buyers")
		if second.Size != 2 || second.Entered != 1 || second.Left != 1 || w.who("buyers") != "ann cid" {
			t.Errorf("%+v, %s", second, w.who("buyers"))
		}
		w.did("bob:buy")
		w.refresh("buyers")
		if n := w.texts(`SELECT count(*)::text FROM segment_members WHERE user_key = user_key_of('bob')`)[0]; n != "2" {
			t.Error("bob came back, and was", n, "times a member")
		}
		left := w.texts(`SELECT concat_ws(' ', entered_at = $1, left_at = $2) FROM segment_members WHERE left_at IS NOT NULL`, first.At, second.At)
		if diff := cmp.Diff([]string{"t t"}, left); diff != "" {
			t.Error("the history:", diff)
		}
		one, refreshes, err := w.Get(t.Context(), "buyers")
		if err != nil || len(refreshes) != 4 || one.Refresh.Size != 3 || refreshes[2].Size != 2 || !refreshes[3].At.Equal(first.At) {
			t.Errorf("%+v, %+v, %v", one, refreshes, err)
		}
	})
}

func TestOthersAreRefreshedFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		w.did("ann:buy", "ann:visit", "bob:visit")
		w.mustSave(`a-first = {"segment": "lookers"}`, lookers, visitors, buyers)
		names, err := w.Due(t.Context())
		if diff := cmp.Diff([]string{"buyers", "visitors", "lookers", "a-first"}, names); diff != "" || err != nil {
			t.Error(diff, err)
		}
		if _, err := w.Refresh(t.Context(), "lookers"); err == nil || !strings.Contains(err.Error(), `"buyers", which could not be refreshed yet`) {
			t.Error("a segment of nobody is counted on:", err)
		}
		if err := w.worker().round(t.Context()); err != nil || w.who("a-first") != "bob" {
			t.Error(w.who("a-first"), err)
		}
		if names, err := w.Due(t.Context()); err != nil || len(names) > 0 {
			t.Error("due again:", names, err)
		}
		w.do(`UPDATE segments SET every = '1 minute' WHERE name = 'visitors'`)
		w.do(`UPDATE segment_refreshes SET at = at - INTERVAL '2 minutes'`)
		if names, err := w.Due(t.Context()); err != nil || strings.Join(names, " ") != "visitors" {
			t.Error("due after two minutes:", names, err)
		}
		if names, err := w.Expand(t.Context(), []string{"lookers"}); err != nil || strings.Join(names, " ") != "buyers visitors lookers" {
			t.Error(names, err)
		}
		if _, err := w.Expand(t.Context(), []string{"nobody"}); !errors.Is(err, ErrNone) {
			t.Error(err)
		}
	})
}

func TestCyclesAndMissingSegmentsAreRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		w.mustSave(buyers, visitors, lookers)
		for text, want := range map[string]string{
			`buyers = {"segment": "lookers"}`:                         `"buyers" → "lookers" → "buyers"`,
			`me = {"segment": "me"}`:                                  `"me" → "me"`,
			`x = {"segment": "nothing"}`:                              `"nothing", which does not exist`,
			`x = {"any": [{"segment": "buyers"}, {"segment": "no"}]}`: `"no", which does not exist`,
		} {
			err := w.save(`fine = {"segment": "buyers"}`, text)
			if err == nil || !strings.Contains(err.Error(), want) || len(model.Problems(err)) != 1 {
				t.Errorf("%s: %v", text, err)
			}
		}
		if list, err := w.List(t.Context()); err != nil || len(list) != 3 {
			t.Error("all or nothing is saved, but", list, err)
		}
		needed := (*NeededError)(nil)
		if err := w.Deprecate(t.Context(), "buyers"); !errors.As(err, &needed) || needed.By != `"lookers"` {
			t.Error(err)
		}
		if err := errors.Join(w.Deprecate(t.Context(), "lookers"), w.Deprecate(t.Context(), "buyers")); err != nil {
			t.Error(err)
		}
		if names, err := w.Due(t.Context()); err != nil || strings.Join(names, " ") != "visitors" {
			t.Error("deprecated, and due:", names, err)
		}
		if err := w.Deprecate(t.Context(), "nothing"); !errors.Is(err, ErrNone) {
			t.Error(err)
		}
	})
}

// The analyzer's role may do all that the analyzer does.
func TestTheRoleSuffices(t *testing.T) {
	dsn := os.Getenv("FOOTFALL_TEST_DSN")
	if dsn == "" {
		t.Log("FOOTFALL_TEST_DSN names no server, and the embedded database has one user")
		return
	}
	w := newWorld(t, dsn)
	roles, err := sql.RolesOf(t.Context(), w.conn, w.Schema)
	if err != nil {
		t.Fatal(err)
	}
	login := "u" + strings.ReplaceAll(uuid.NewString(), "-", "")
	w.do(`CREATE ROLE ` + login + ` LOGIN PASSWORD 'secret' IN ROLE ` + roles.Analyzer)
	t.Cleanup(func() { w.do(`DROP ROLE ` + login) })
	address, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	address.User = url.UserPassword(login, "secret")
	p := pool(t, address.String())
	t.Cleanup(p.Close) // before the role is dropped
	w.Segments = Open(p, w.Schema, time.Minute)
	w.did("ann:buy", "ann:visit", "bob:visit")
	w.mustSave(buyers, visitors, lookers, "list")
	worker := w.worker()
	if mine, err := worker.take(t.Context()); err != nil || !mine {
		t.Error(mine, err)
	}
	if err := worker.round(t.Context()); err != nil || w.who("lookers") != "bob" {
		t.Error(w.who("lookers"), err)
	}
	if _, err := w.Import(t.Context(), "list", strings.NewReader("ann")); err != nil || w.who("list") != "ann" {
		t.Error(err)
	}
	if _, _, err := w.Plan(t.Context(), nil); err != nil {
		t.Error(err)
	}
	if err := errors.Join(w.Fail(t.Context(), "buyers", errors.New("x")), w.Deprecate(t.Context(), "lookers")); err != nil {
		t.Error(err)
	}
	worker.release()
}

// Two who save at once do not make a cycle together.
func TestNoCycleIsMadeByTwo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		other := w
		other.Segments = Open(pool(t, dsn), w.Schema, time.Minute)
		for range 10 {
			w.mustSave(`a = {"did": {"event": "buy"}}`, `b = {"did": {"event": "buy"}}`)
			second := make(chan error)
			go func() { second <- other.save(`b = {"segment": "a"}`) }()
			first := w.save(`a = {"segment": "b"}`)
			if err := <-second; (err == nil) == (first == nil) {
				t.Fatalf("%v, %v", first, err)
			}
		}
	})
}

func TestVersionsCountDefinitions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		for i, step := range []struct {
			text    string
			created bool
			changed bool
			version int
		}{
			{`{"name": "s", "definition": {"did": {"event": "buy"}}}`, true, false, 1},
			{`{"name": "s", "definition": {"did": {"event": "buy", "value": "1"}}}`, false, false, 1},
			{`{"name": "s", "title": "S", "definition": {"did": {"event": "buy"}}}`, false, true, 1},
			{`{"name": "s", "title": "S", "definition": {"did": {"event": "buy", "value": "2"}}}`, false, true, 2},
			{`{"name": "s", "title": "S", "timeZone": "Asia/Tokyo", "definition": {"did": {"event": "buy", "value": "2"}}}`, false, true, 3},
			{`{"name": "s"}`, false, true, 4},
		} {
			one, err := model.ParseSegment([]byte(step.text))
			if err != nil {
				t.Fatal(err)
			}
			changes, err := w.Save(t.Context(), []*model.Segment{one})
			if err != nil {
				t.Fatal(err)
			}
			stored, _, err := w.Get(t.Context(), "s")
			if err != nil || changes[0] != (Change{"s", step.created, step.changed}) || stored.Version != step.version {
				t.Errorf("%d: %+v, version %d, %v", i, changes, stored.Version, err)
			}
		}
	})
}

func TestAFailureIsKeptAndStopsNobodyElse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		w.did("ann:buy", "ann:visit")
		w.mustSave(buyers, visitors)
		worker := w.worker()
		if err := worker.round(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.do(`UPDATE segment_refreshes SET at = at - INTERVAL '2 hours'`)
		members := w.Members
		w.Members = func(ctx context.Context, q engine.SegmentQuestion, trace *engine.Trace) ([]int64, error) {
			if q.Definition.Did.Event == "buy" {
				return nil, errors.New("it takes too long")
			}
			return members(ctx, q, trace)
		}
		if err := worker.round(t.Context()); err != nil {
			t.Fatal(err)
		}
		one, refreshes, err := w.Get(t.Context(), "buyers")
		if err != nil || one.Failure == nil || *one.Failure != "it takes too long" || one.FailedAt == nil || len(refreshes) != 1 || w.who("buyers") != "ann" {
			t.Errorf("%+v, %+v, %v", one, refreshes, err)
		}
		if _, refreshes, _ := w.Get(t.Context(), "visitors"); len(refreshes) != 2 {
			t.Error("the other was refreshed", len(refreshes), "times")
		}
		if names, err := w.Due(t.Context()); err != nil || len(names) > 0 {
			t.Error("tried again at once:", names, err)
		}
		w.do(`UPDATE segments SET failed_at = failed_at - INTERVAL '6 minutes'`)
		w.Members = members
		if err := worker.round(t.Context()); err != nil {
			t.Fatal(err)
		}
		if one, refreshes, err := w.Get(t.Context(), "buyers"); err != nil || one.Failure != nil || one.FailedAt != nil || len(refreshes) != 2 {
			t.Errorf("%+v, %+v, %v", one, refreshes, err)
		}
	})
}

func TestDefinitionsOfNewerVersionsAreLeftAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		w.did("ann:buy", "bob:visit")
		w.mustSave(buyers, visitors)
		w.refresh("buyers")
		w.do(`UPDATE segments SET definition = '{"dreamt": {"of": "buying"}}', version = 7 WHERE name = 'buyers'`)
		before := w.texts(`SELECT to_jsonb(s)::text FROM segments s WHERE name = 'buyers' UNION ALL SELECT to_jsonb(m)::text FROM segment_members m`)
		if err := w.worker().round(t.Context()); err != nil {
			t.Fatal(err)
		}
		unread := (*UnreadError)(nil)
		if _, err := w.worker().RefreshAndKeep(t.Context(), "buyers"); !errors.As(err, &unread) {
			t.Fatal(err)
		}
		after := w.texts(`SELECT to_jsonb(s)::text FROM segments s WHERE name = 'buyers' UNION ALL SELECT to_jsonb(m)::text FROM segment_members m WHERE segment_id = 1`)
		if diff := cmp.Diff(before, after); diff != "" || w.who("visitors") != "bob" {
			t.Error(w.who("visitors"), diff)
		}
		one, _, err := w.Get(t.Context(), "buyers")
		if err != nil || one.Unread == nil || !strings.Contains(*one.Unread, "dreamt") || !strings.Contains(string(one.Definition), "dreamt") {
			t.Errorf("%+v, %v", one, err)
		}
	})
}

// Whatever happens between the look for members and their being stored, what is stored is true.
func TestARefreshIsOvertaken(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		for name, meanwhile := range map[string]func(w world){
			"another definition": func(w world) { w.mustSave(`buyers = {"did": {"event": "visit"}}`) },
			"another refresh": func(w world) {
				w.do(`INSERT INTO segment_refreshes SELECT id, clock_timestamp(), 1, 0, 0, 0, '0' FROM segments`)
			},
			"somebody is forgotten": func(w world) {
				w.do(`UPDATE segments SET changes = changes + 1`)
				w.do(`DELETE FROM user_events WHERE user_id = 'ann'`)
			},
		} {
			w := newWorld(t, dsn)
			w.did("ann:buy", "bob:visit", "bob:buy")
			w.mustSave(buyers)
			members, times := w.Members, 0
			w.Members = func(ctx context.Context, q engine.SegmentQuestion, trace *engine.Trace) ([]int64, error) {
				keys, err := members(ctx, q, trace)
				if times++; times == 1 {
					meanwhile(w)
				}
				return keys, err
			}
			w.refresh("buyers")
			want := map[string]string{"another refresh": "ann bob"}[name]
			if want == "" {
				want = "bob"
			}
			if times != 2 || w.who("buyers") != want {
				t.Errorf("%s: looked %d times, %s are members", name, times, w.who("buyers"))
			}
		}
	})
}

// Of two workers one works; when it ends, or is not heard of, the other takes over.
func TestOneWorksAndTheOtherWaits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		first, second := w.worker(), w.worker()
		other := Open(pool(t, dsn), w.Schema, time.Minute)
		second.Segments = other
		run := func(worker *Worker) (stop func()) {
			worker.Lease, worker.Poll = time.Second, 20*time.Millisecond
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() { defer close(ended); worker.Run(ctx) }()
			return func() { cancel(); <-ended }
		}
		stop := run(first)
		await(t, first.Working)
		stopSecond := run(second)
		defer stopSecond()
		time.Sleep(3 * time.Second)
		if !first.Working() || second.Working() {
			t.Error("both work, or the wrong one")
		}
		stop()
		ended := time.Now()
		await(t, second.Working)
		if took := time.Since(ended); first.Working() || took > 900*time.Millisecond {
			t.Error("the turn was not given back:", took)
		}
		// As if another one had it, and then was not heard of any more.
		w.do(`UPDATE segment_turn SET holder = gen_random_uuid(), until = clock_timestamp() + INTERVAL '2 seconds'`)
		await(t, func() bool { return !second.Working() })
		await(t, second.Working)
	})
}

func await(t *testing.T, is func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it takes too long")
		}
	}
}

// Who turns out to be another user is a member as that one.
func TestMembersFollowTheirAliases(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		w.did("phone:buy", "ann:visit", "bob:buy")
		w.mustSave(buyers, "uploaded")
		w.refresh("buyers")
		if _, err := w.Import(t.Context(), "uploaded", strings.NewReader("phone\nbob\n")); err != nil {
			t.Fatal(err)
		}
		w.do(`SELECT join_users('phone', 'ann')`)
		for _, name := range []string{"buyers", "uploaded"} {
			if r := w.refresh(name); r.Size != 2 || w.who(name) != "ann bob" {
				t.Errorf("%s: %+v, %s", name, r, w.who(name))
			}
		}
	})
}
