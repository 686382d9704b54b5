package e2e

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/segmentio/analytics-go/v3"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/internal/embedded"
	"github.com/footfall-analytics/footfall/internal/programs"
)

// TestSegmentClients sends every call with Segment's own clients, unmodified, and looks for the events in the database.
func TestSegmentClients(t *testing.T) {
	binary, _ := buildPrograms(t)
	dbtest.Each(t, func(t *testing.T, dsn string) {
		schema, conn := dbtest.Schema(t, dsn), dbtest.Connect(t, dsn)
		collector, err := programs.StartCollector(t.Context(), binary, dsn, schema, 0, t.TempDir(), t.Output())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(collector.Stop)
		dbtest.Enter(t, conn, schema)
		at := time.Now().Add(-time.Hour).UTC().Truncate(time.Millisecond)
		for _, client := range []struct {
			prefix, library string
			send            func(t *testing.T, url string, at time.Time)
		}{
			{"node", `{"name": "@segment/analytics-node", "version": "3.1.0"}`, sendWithNodeClient},
			{"go", `{"name": "analytics-go", "version": "3.0.0"}`, sendWithGoClient},
		} {
			client.send(t, collector.URL, at)
			if err := collector.Settle(t.Context()); err != nil {
				t.Fatal(err)
			}
			checkSegmentRows(t, conn, client.prefix, client.library, at)
		}
	})
}

func sendWithNodeClient(t *testing.T, url string, at time.Time) {
	t.Helper()
	root, err := embedded.RepositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(root, "internal", "e2e", "segment", "send.mjs")
	output, err := exec.CommandContext(t.Context(), "node", script, url, at.Format(time.RFC3339Nano)).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
}

// sendWithGoClient sends what internal/e2e/segment/send.mjs sends.
func sendWithGoClient(t *testing.T, url string, at time.Time) {
	t.Helper()
	client, err := analytics.NewWithConfig("a write key", analytics.Config{Endpoint: url, Callback: failures{t}})
	if err != nil {
		t.Fatal(err)
	}
	track := analytics.Track{
		MessageId:   "0192f0c1-2b7e-7c3a-9f10-5a6b7c8d9e0f",
		UserId:      "go user",
		AnonymousId: "go visitor",
		Event:       "Order Completed",
		Properties:  analytics.Properties{"order": "o-1", "price": 9.9, "tags": []any{"gift", nil}, "sessionId": "s-1"},
		Context: &analytics.Context{
			Page:     analytics.PageInfo{URL: "https://shop.example/checkout", Referrer: "https://search.example/"},
			Campaign: analytics.CampaignInfo{Name: "spring", Source: "newsletter"},
			Device:   analytics.DeviceInfo{Type: "Mobile"},
			Locale:   "de-CH",
		},
		Timestamp: at,
	}
	for _, message := range []analytics.Message{
		track, track,
		analytics.Page{AnonymousId: "go visitor", Name: "Home", Timestamp: at,
			Properties: analytics.Properties{"url": "https://shop.example/", "session_id": "s-2"}},
		analytics.Screen{UserId: "go user", Name: "Basket", Timestamp: at,
			Context: &analytics.Context{Screen: analytics.ScreenInfo{Width: 390, Height: 844}}},
		analytics.Identify{UserId: "go user", AnonymousId: "go before", Timestamp: at,
			Traits: analytics.Traits{"plan": "gold", "age": 42, "address": map[string]any{"city": "Zürich"}}},
		analytics.Group{UserId: "go user", GroupId: "g-1", Traits: analytics.Traits{"name": "Initech"}, Timestamp: at},
		analytics.Alias{UserId: "go user", PreviousId: "go old", Timestamp: at},
	} {
		if err := client.Enqueue(message); err != nil {
			t.Fatal(err)
		}
	}
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
}

// failures is told what a client could not send.
type failures struct{ t *testing.T }

func (failures) Success(analytics.Message) {}

func (f failures) Failure(m analytics.Message, err error) { f.t.Errorf("%+v: %v", m, err) }

// segmentRow is a row of user_events, with metadata as JSON text.
type segmentRow struct {
	EventType                                                 string
	UserID, AnonymousID, PageURL, DeviceType, SessionID, Data string
	Time                                                      time.Time
}

func checkSegmentRows(t *testing.T, conn *pgx.Conn, prefix, library string, at time.Time) {
	t.Helper()
	user, visitor, before := prefix+" user", prefix+" visitor", prefix+" before"
	want := []segmentRow{
		{"Order Completed", user, visitor, "/checkout", "mobile", "s-1", `{"order": "o-1", "price": 9.9, "tags": ["gift", null],
			"sessionId": "s-1", "context": {"campaign": {"name": "spring", "source": "newsletter"}, "device": {"type": "Mobile"}, "library": ` + library + `,
			"locale": "de-CH", "page": {"referrer": "https://search.example/"}}}`, at},
		{"alias", user, "", "", "", "", `{"context": {"library": ` + library + `}}`, at},
		{"group", user, "", "", "", "", `{"traits": {"name": "Initech"}, "group_id": "g-1", "context": {"library": ` + library + `}}`, at},
		{"identify", user, before, "", "", "", `{"context": {"library": ` + library + `}}`, at},
		{"page", visitor, visitor, "/", "", "s-2", `{"name": "Home", "url": "https://shop.example/", "session_id": "s-2",
			"context": {"library": ` + library + `}}`, at},
		{"screen", user, "", "", "", "", `{"name": "Basket", "context": {"library": ` + library + `, "screen": {"width": 390, "height": 844}}}`, at},
	}
	got := query[segmentRow](t, conn, `SELECT event_type, user_id, coalesce(anonymous_id, ''), coalesce(page_url, ''), coalesce(device_type, ''),
		coalesce(session_id, ''), metadata::text, time FROM user_events WHERE user_id LIKE $1 ORDER BY event_type COLLATE "C"`, prefix+" %")
	sameJSON := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Data" }, cmp.Comparer(func(a, b string) bool {
		var x, y any
		return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && cmp.Equal(x, y)
	}))
	if diff := cmp.Diff(want, got, sameJSON); diff != "" {
		t.Error(prefix, diff)
	}
	type pair struct{ Left, Right string }
	aliases := query[pair](t, conn, `SELECT alias, user_id FROM user_aliases WHERE user_id = $1 ORDER BY alias`, user)
	if diff := cmp.Diff([]pair{{before, user}, {prefix + " old", user}}, aliases); diff != "" {
		t.Error(prefix, diff)
	}
	profiles := query[pair](t, conn, `SELECT user_id, concat_ws(' ', traits->>'plan', traits->'age', traits#>>'{address,city}') FROM user_profiles
		WHERE user_id = $1`, user)
	if diff := cmp.Diff([]pair{{user, "gold 42 Zürich"}}, profiles); diff != "" {
		t.Error(prefix, diff)
	}
	ids := query[pair](t, conn, `SELECT event_id::text, user_id FROM user_events WHERE user_id = $1 AND event_type = 'Order Completed'`, user)
	if diff := cmp.Diff([]pair{{"0192f0c1-2b7e-7c3a-9f10-5a6b7c8d9e0f", user}}, ids); diff != "" {
		t.Error(prefix, diff)
	}
}

func query[T any](t *testing.T, conn *pgx.Conn, sql string, args ...any) []T {
	t.Helper()
	rows, err := conn.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[T])
	if err != nil {
		t.Fatal(err)
	}
	return found
}
