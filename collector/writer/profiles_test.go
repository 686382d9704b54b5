package writer_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/people"
	"github.com/footfall-analytics/footfall/collector/writer"
	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/internal/programs"
	"github.com/footfall-analytics/footfall/sql"
)

// profile is what the events make of a profile.
type profile struct {
	First, Last    time.Time
	Events, Clicks int
	// Session is the average length in seconds, negative where there is none.
	Session    float64
	Categories []string
}

// profileWorld is a schema with events and profiles.
type profileWorld struct {
	*testing.T
	conn   *pgx.Conn
	schema string
	table  *writer.Table
}

func newProfileWorld(t *testing.T, dsn string) *profileWorld {
	t.Helper()
	if dsn == dbtest.Embedded(t) {
		dsn = programs.OneConnection(dsn)
	}
	pool, err := pgxpool.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	p := &profileWorld{t, dbtest.Connect(t, dsn), dbtest.Schema(t, dsn), nil}
	dbtest.StopColumnstore(t, p.conn, p.schema)
	p.table = &writer.Table{Pool: pool, Schema: p.schema, Log: slog.New(slog.NewTextHandler(retries{t}, nil))}
	return p
}

// retries is a log for a table that never has to try again.
type retries struct{ t *testing.T }

func (r retries) Write(line []byte) (int, error) {
	r.t.Errorf("%s", line)
	return len(line), nil
}

func (p *profileWorld) in(fn func(tx pgx.Tx) error) {
	p.Helper()
	if err := pgx.BeginFunc(p.Context(), p.conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(p.Context(), "SELECT "+sql.PathWithExtension, p.schema); err != nil {
			return err
		}
		return fn(tx)
	}); err != nil {
		p.Fatal(err)
	}
}

func (p *profileWorld) do(statement string, args ...any) {
	p.Helper()
	p.in(func(tx pgx.Tx) error {
		_, err := tx.Exec(p.Context(), statement, args...)
		return err
	})
}

func (p *profileWorld) store(events ...event.Event) {
	p.Helper()
	if _, err := p.table.Insert(p.Context(), events, time.Minute); err != nil {
		p.Fatal(err)
	}
}

// readProfiles returns the profiles as they are in the table.
func (p *profileWorld) readProfiles() map[string]profile {
	p.Helper()
	found := map[string]profile{}
	p.in(func(tx pgx.Tx) error {
		var user string
		var row profile
		rows, err := tx.Query(p.Context(), `SELECT user_id, created_at, last_active, total_events, total_clicks,
			coalesce(extract(epoch FROM avg_session_duration)::float8, -1), favorite_categories FROM user_profiles`)
		if err != nil {
			return err
		}
		_, err = pgx.ForEachRow(rows, []any{&user, &row.First, &row.Last, &row.Events, &row.Clicks, &row.Session, &row.Categories}, func() error {
			found[user] = row
			row = profile{}
			return nil
		})
		return err
	})
	return found
}

// fact is what counts of an event.
type fact struct {
	user, kind, session string
	time                time.Time
	metadata            map[string]any
}

// wantProfiles returns the profiles that follow from the events in the table, one after the other.
func (p *profileWorld) wantProfiles() map[string]profile {
	p.Helper()
	users := map[string][]fact{}
	p.in(func(tx pgx.Tx) error {
		var f fact
		rows, err := tx.Query(p.Context(), `SELECT user_id, event_type, coalesce(session_id, ''), time, metadata FROM known_events`)
		if err != nil {
			return err
		}
		_, err = pgx.ForEachRow(rows, []any{&f.user, &f.kind, &f.session, &f.time, &f.metadata}, func() error {
			users[f.user] = append(users[f.user], f)
			f = fact{}
			return nil
		})
		return err
	})
	want := map[string]profile{}
	for user, facts := range users {
		want[user] = profileOf(facts)
	}
	return want
}

func profileOf(facts []fact) profile {
	p := profile{Events: len(facts), First: facts[0].time, Last: facts[0].time, Session: -1, Categories: []string{}}
	first, last, categories := map[string]time.Time{}, map[string]time.Time{}, map[string]int{}
	for _, f := range facts {
		if f.time.Before(p.First) {
			p.First = f.time
		}
		if f.time.After(p.Last) {
			p.Last = f.time
		}
		if f.kind == "click" {
			p.Clicks++
		}
		if t, known := first[f.session]; f.session != "" && (!known || f.time.Before(t)) {
			first[f.session] = f.time
		}
		if f.session != "" && f.time.After(last[f.session]) {
			last[f.session] = f.time
		}
		switch c := f.metadata["category"].(type) {
		case string:
			if c != "" && len(c) <= 200 {
				categories[c]++
			}
		case float64:
			categories[fmt.Sprint(c)]++
		}
	}
	if len(first) > 0 {
		p.Session = 0
		for session := range first {
			p.Session += last[session].Sub(first[session]).Seconds() / float64(len(first))
		}
	}
	names := slices.Sorted(maps.Keys(categories))
	slices.SortStableFunc(names, func(a, b string) int { return categories[b] - categories[a] })
	p.Categories = append(p.Categories, names[:min(5, len(names))]...)
	return p
}

// check refreshes the profiles and compares them with the events.
func (p *profileWorld) check(what string) {
	p.Helper()
	if err := sql.RefreshProfiles(p.Context(), p.conn, p.schema); err != nil {
		p.Fatal(err)
	}
	if diff := cmp.Diff(p.wantProfiles(), p.readProfiles(), cmpopts.EquateApprox(0, 2e-6), cmpopts.EquateApproxTime(0)); diff != "" {
		p.Fatalf("%s: profiles (+) are not what the events say (-):\n%s", what, diff)
	}
}

// happenings make events of a few users, some known by several ids.
type happenings struct {
	*rand.Rand
	sent []event.Event
}

var categories = []any{"hats", "shoes", "Shirts", "été", "a", "b", 7, "", nil, true, []string{"x"}, strings.Repeat("long", 60)}

func (h *happenings) user() string {
	if h.IntN(3) == 0 {
		return fmt.Sprint("device", h.IntN(6))
	}
	return fmt.Sprint("user", h.IntN(6))
}

// batch has new events, late ones, and events that came before or come twice.
func (h *happenings) batch(events int) (list []event.Event) {
	now := time.Now().UTC().Truncate(time.Microsecond)
	for range events {
		if len(h.sent) > 0 && h.IntN(4) == 0 {
			list = append(list, h.sent[h.IntN(len(h.sent))])
			continue
		}
		metadata := map[string]any{"n": 1}
		if c := categories[h.IntN(len(categories))]; c != nil {
			metadata["category"] = c
		}
		raw, _ := json.Marshal(metadata) // texts and numbers have a JSON form
		e := event.Event{ID: uuid.New(), UserID: h.user(), Type: []string{"click", "page"}[h.IntN(2)], Received: now, Metadata: raw,
			Time: now.Add(-time.Duration(h.IntN(4))*24*time.Hour - time.Duration(h.IntN(1e9))*time.Microsecond), TimeChosen: h.IntN(5) == 0}
		if h.IntN(3) > 0 {
			e.SessionID = fmt.Sprint("session", h.IntN(4)) // of more than one user, and more than one day
		}
		if h.IntN(10) == 0 {
			e.Traits = []byte(`{"plan": "gold"}`)
		}
		if h.IntN(30) == 0 && strings.HasPrefix(e.UserID, "user") {
			e.Alias = h.user()
			if e.Alias == e.UserID {
				e.Alias = ""
			}
		}
		h.sent = append(h.sent, e)
		list = append(list, e)
	}
	return list
}

// Whatever happens, after a refresh the profiles are what the events say.
func TestProfilesFollowTheEvents(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		for seed := range uint64(3) {
			p, h := newProfileWorld(t, dsn), &happenings{Rand: rand.New(rand.NewPCG(seed, 1))}
			for range 12 {
				p.store(h.batch(1 + h.IntN(40))...)
				switch h.IntN(6) {
				case 0:
					p.do(`SELECT join_users($1, $2)`, fmt.Sprint("device", h.IntN(6)), fmt.Sprint("user", h.IntN(6)))
				case 1:
					p.do(`SELECT compress_chunk(c, if_not_compressed => true) FROM show_chunks('user_events') c ORDER BY c LIMIT 1`)
				case 2:
					p.check("stored")
				}
			}
			p.check("joined")
			forgotten := h.user()
			if _, err := people.Forget(t.Context(), p.conn, p.schema, forgotten); err != nil {
				t.Fatal(err)
			}
			p.check("forgot " + forgotten)
			// A message under both ids, as two collectors write it when its alias becomes known; by other means than theirs.
			p.do(`INSERT INTO user_events (time, user_id, user_key, event_type, session_id, metadata, event_id)
				SELECT e.time, a.user_id, a.user_key, event_type, session_id, metadata, event_id
				FROM user_events e JOIN user_aliases a ON a.alias = e.user_id ON CONFLICT DO NOTHING`)
			p.do(`SELECT recount_profiles()`)
			p.check("counted again")
			p.do(`UPDATE user_aliases SET joined_at = joined_at - INTERVAL '2 hours'`)
			if err := sql.SquashAliases(t.Context(), p.conn, p.schema); err != nil {
				t.Fatal(err)
			}
			p.check("squashed")
			p.store(h.batch(40)...)
			p.check("stored after all that")
		}
	})
}

// The worked example of docs/profiles.md.
func TestProfilesOfTheDocumentation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		p := newProfileWorld(t, dsn)
		at := func(clock, user, kind, session, category string) event.Event {
			when, err := time.Parse(time.DateTime, "2026-03-02 "+clock+":00")
			if err != nil {
				t.Fatal(err)
			}
			return event.Event{ID: uuid.New(), UserID: user, Type: kind, SessionID: session, Time: when, Received: when, Metadata: []byte(category)}
		}
		p.store(at("09:00", "phone-1", "page", "s1", `{"category":"shoes"}`), at("09:10", "phone-1", "click", "s1", `{"category":"hats"}`),
			at("09:20", "ann", "click", "s1", `{"category":"hats"}`), at("18:00", "ann", "page", "s2", `{}`), at("19:00", "ann", "pay", "", `{"category":"bags"}`))
		p.check("two profiles") // so that only the join tells the refresh of a change
		p.do(`SELECT join_users('phone-1', 'ann')`)
		p.check("example")
		want := map[string]profile{"ann": {
			First: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Last: time.Date(2026, 3, 2, 19, 0, 0, 0, time.UTC), Events: 5, Clicks: 2, Session: 600,
			Categories: []string{"hats", "bags", "shoes"},
		}}
		if diff := cmp.Diff(want, p.readProfiles(), cmpopts.EquateApproxTime(0)); diff != "" {
			t.Error(diff)
		}
	})
}

// Collectors and refreshes at work at once count nothing twice, lose nothing and do not stop each other. The embedded database has
// one session, where nothing happens at once.
func TestProfilesWhileEventsCome(t *testing.T) {
	dsn := os.Getenv("FOOTFALL_TEST_DSN")
	if dsn == "" {
		t.Log("FOOTFALL_TEST_DSN names no server")
		return
	}
	p := newProfileWorld(t, dsn)
	var writers, refreshers sync.WaitGroup
	for seed := range uint64(3) {
		h := &happenings{Rand: rand.New(rand.NewPCG(seed, 2))}
		writers.Go(func() {
			for range 30 {
				batch := h.batch(50)
				for i := range batch {
					batch[i].Alias, batch[i].Traits = "", []byte(`{"plan": "gold"}`)
				}
				// Collectors lock the profiles in one order; so only a refresh could stop them.
				slices.SortFunc(batch, func(a, b event.Event) int { return strings.Compare(a.UserID, b.UserID) })
				p.store(batch...)
			}
		})
	}
	working, stop := context.WithCancel(t.Context())
	for range 2 {
		conn := dbtest.Connect(t, dsn)
		refreshers.Go(func() {
			for n := 0; working.Err() == nil; n++ {
				if n == 3 {
					if _, err := conn.Exec(t.Context(), `UPDATE `+p.schema+`.profile_state SET recount = true`); err != nil {
						t.Error(err)
					}
				}
				if err := sql.RefreshProfiles(t.Context(), conn, p.schema); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	writers.Wait()
	stop()
	refreshers.Wait()
	p.check("after all")
}
