package people

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/sql"
)

// A wrong join is taken back: who did what is as if it had never been, wherever events are stored meanwhile.
func TestUnjoin(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		for _, squashed := range []bool{false, true} {
			w := newWorld(t, dsn)
			phone, said := w.anon+"-phone", func(user, anonymous, what string, days int) event.Event {
				e := w.event(user, what, time.Duration(days)*24*time.Hour+time.Hour)
				e.AnonymousID = anonymous
				return e
			}
			identify := func(alias, user, traits string) event.Event {
				e := said(user, alias, "identify", 0)
				e.Alias, e.Traits = alias, []byte(traits)
				return e
			}
			eve := w.ann + "-eve"
			before := said(phone, phone, "before", 9)
			// Eve was the visitor of the phone, and is taken for ann.
			w.store(t, before, said(eve, phone, "hers", 9), identify(phone, eve, `{"plan":"pro","mail":"eve"}`))
			w.exec(t, `SELECT join_users($1, $2)`, eve, w.ann)
			// What came after the join, from either of them.
			w.store(t, said(phone, phone, "after", 6), said(eve, phone, "after", 6), said(w.ann, phone, "signed in", 6))
			dbtest.Compress(t, w.Conn, w.schema, 5*24*time.Hour)
			if squashed {
				w.exec(t, `UPDATE user_aliases SET joined_at = now() - INTERVAL '2 hours'`)
				if err := sql.SquashAliases(t.Context(), w.Conn, w.schema); err != nil {
					t.Fatal(err)
				}
			}
			if err := sql.RefreshRollups(t.Context(), w.Conn, w.schema); err != nil {
				t.Fatal(err)
			}
			whose := func() []string {
				t.Helper()
				return w.texts(t, `SELECT concat_ws(' ', user_id, event_type, count(*)) FROM known_events
					WHERE user_id IN ($1, $2, $3) AND event_type NOT IN ('buy', 'view', 'late') GROUP BY user_id, event_type ORDER BY 1`, w.ann, eve, phone)
			}
			if diff := cmp.Diff([]string{w.ann + " after 2", w.ann + " before 1", w.ann + " hers 1", w.ann + " identify 2", w.ann + " signed in 1"}, whose()); diff != "" {
				t.Fatal("joined:", diff)
			}
			changes := w.texts(t, `SELECT changes::text FROM alias_changes`)
			u, err := Unjoin(t.Context(), w.Conn, w.schema, eve)
			if err != nil {
				t.Fatal(err)
			}
			moved := 2
			if squashed {
				moved = 5
			}
			if diff := cmp.Diff(Unjoining{User: w.ann, Aliases: []string{eve, phone}, Events: moved}, u); diff != "" {
				t.Error(diff)
			}
			if slices.Equal(changes, w.texts(t, `SELECT changes::text FROM alias_changes`)) {
				t.Error("nobody is told that aliases have changed")
			}
			want := []string{w.ann + " identify 1", w.ann + " signed in 1", eve + " after 2", eve + " before 1", eve + " hers 1", eve + " identify 1"}
			if diff := cmp.Diff(want, whose()); diff != "" {
				t.Error("taken back:", diff)
			}
			if err := sql.RefreshRollups(t.Context(), w.Conn, w.schema); err != nil {
				t.Fatal(err)
			}
			w.check(t)
			traits := w.texts(t, `SELECT total_events || ' ' || traits FROM user_profiles WHERE user_id IN ($1, $2) ORDER BY user_id`, w.ann, eve)
			if diff := cmp.Diff([]string{`23 {"plan": "gold"}`, `5 {"mail": "eve", "plan": "pro"}`}, traits); diff != "" {
				t.Error("profiles:", diff)
			}
			// A message that comes again changes nothing, nor does one that says the same as before.
			again := identify(eve, w.ann, `{}`)
			if r := w.store(t, before, said(phone, phone, "new", 0), again); r.New != 2 || !slices.Equal(r.Apart, []int{2}) {
				t.Error(r)
			}
			if n := w.texts(t, `SELECT user_id FROM known_events WHERE event_type = 'new'`); n[0] != eve {
				t.Error("the alias's own alias is", n)
			}
			if _, err := Unjoin(t.Context(), w.Conn, w.schema, eve); err == nil || !strings.Contains(err.Error(), "joined with no user") {
				t.Error(err)
			}
		}
	})
}
