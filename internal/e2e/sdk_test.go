package e2e

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/internal/embedded"
	"github.com/footfall-analytics/footfall/internal/leash"
	"github.com/footfall-analytics/footfall/internal/programs"
	footfall "github.com/footfall-analytics/footfall/sdk/go"
)

// keyedCollector is a collector that asks for a write key.
type keyedCollector struct {
	*programs.Collector
	key, binary, dsn, schema, queue string
}

func startKeyedCollector(t *testing.T, dsn string) *keyedCollector {
	t.Helper()
	binary, _ := buildPrograms(t)
	c := &keyedCollector{binary: binary, dsn: dsn, schema: dbtest.Schema(t, dsn), queue: t.TempDir()}
	add := leash.Command(t.Context(), binary, "key", "add", "test", "--schema", c.schema)
	add.Env = append(os.Environ(), "FOOTFALL_DSN="+dsn)
	key, err := add.Output()
	if err != nil {
		t.Fatal(err)
	}
	c.key = strings.TrimSpace(string(key))
	c.start(t, 0)
	t.Cleanup(func() { c.Stop() })
	return c
}

func (c *keyedCollector) start(t *testing.T, port int) {
	t.Helper()
	var err error
	if c.Collector, err = programs.StartCollector(t.Context(), c.binary, c.dsn, c.schema, port, c.queue, t.Output()); err != nil {
		t.Fatal(err)
	}
}

// row is an event in the database.
type row struct {
	ID          uuid.UUID      `json:"id"`
	Time        time.Time      `json:"time"`
	User        string         `json:"user"`
	AnonymousID string         `json:"anonymousId"`
	Event       string         `json:"event"`
	Page        string         `json:"page"`
	Device      string         `json:"device"`
	Session     string         `json:"session"`
	Metadata    map[string]any `json:"metadata"`
}

// rows returns the events on pages whose paths begin with the prefix, by time.
func rows(ctx context.Context, conn *pgx.Conn, schema, prefix string) ([]row, error) {
	found, err := conn.Query(ctx, fmt.Sprintf(`SELECT event_id, time, user_id, coalesce(anonymous_id, ''), event_type, coalesce(page_url, ''),
		coalesce(device_type, ''), coalesce(session_id, ''), metadata FROM %s.user_events WHERE starts_with(coalesce(page_url, ''), $1) ORDER BY time`, schema), prefix)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(found, pgx.RowToStructByPos[row])
}

// The Go client against the real collector, which ends and starts again while events come: each is in the table once.
func TestGoClient(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		c := startKeyedCollector(t, dsn)
		client := goClient(t, c, c.key)
		at := time.Now().Add(-time.Hour).UTC().Truncate(time.Microsecond)
		first := uuid.Must(uuid.NewV7())
		enqueue(t, client,
			footfall.Page{AnonymousID: "a-1", Name: "Cart", Timestamp: at, MessageID: first.String(), Context: footfall.Context{PageURL: "/cart", SessionID: "s-1",
				UserAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1"}},
			footfall.Identify{UserID: "u-1", AnonymousID: "a-1", Traits: map[string]any{"plan": "pro"}, Timestamp: at.Add(time.Second)},
			footfall.Alias{PreviousID: "u-0", UserID: "u-1", Timestamp: at.Add(2 * time.Second)},
		)
		for i := range 1000 {
			if i == 300 {
				restart(t, c)
			}
			enqueue(t, client, footfall.Track{UserID: "u-1", Event: fmt.Sprintf("event-%d", i), Properties: map[string]any{"n": i}, Timestamp: at.Add(time.Duration(i+3) * time.Second)})
		}
		if err := client.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := c.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, err := rows(t.Context(), dbtest.Connect(t, dsn), c.schema, "")
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 1003 {
			t.Fatalf("got %d events", len(got))
		}
		if page := got[0]; page.ID != first || !page.Time.Equal(at) || page.User != "a-1" || page.AnonymousID != "a-1" || page.Event != "page" || page.Page != "/cart" ||
			page.Device != "mobile" || page.Session != "s-1" || page.Metadata["name"] != "Cart" {
			t.Errorf("got %+v", page)
		}
		if got[1].Event != "identify" || got[2].Event != "alias" {
			t.Errorf("got %+v", got[1:3])
		}
		for i, event := range got[3:] {
			if event.Event != fmt.Sprintf("event-%d", i) || event.Metadata["n"] != float64(i) || event.User != "u-1" {
				t.Fatalf("event %d is %+v", i, event)
			}
		}
	})
}

// The program in the docs runs, in a module that has nothing but the client, and its event arrives.
func TestGoProgramInTheDocs(t *testing.T) {
	c := startKeyedCollector(t, dbtest.Embedded(t))
	root, err := embedded.RepositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(root, "sdk", "go", "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	own := t.TempDir()
	const sdk = "github.com/footfall-analytics/footfall/sdk/go"
	for name, text := range map[string]string{
		"main.go": snippet(t, "go", c),
		"go.mod":  fmt.Sprintf("module shop\n\ngo 1.22\n\nrequire %[1]s v0.0.0\n\nrequire github.com/google/uuid v1.6.0 // indirect\n\nreplace %[1]s => %[2]s\n", sdk, filepath.Join(root, "sdk", "go")),
		"go.sum":  string(sums),
	} {
		if err := os.WriteFile(filepath.Join(own, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := exec.CommandContext(t.Context(), "go", "run", ".")
	run.Dir, run.Env = own, append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly")
	if output, err := run.CombinedOutput(); err != nil || len(output) > 0 {
		t.Fatalf("%v\n%s", err, output)
	}
	if err := c.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := rows(t.Context(), dbtest.Connect(t, c.dsn), c.schema, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].User != "u-17" || got[0].Event != "pay_order" || got[0].Page != "/checkout" || got[0].Session != "s-3" || got[0].Metadata["amount"] != 49.9 {
		t.Errorf("got %+v", got)
	}
}

// snippet returns the block of that kind in the docs of the clients, with a real collector's address and key.
func snippet(t *testing.T, kind string, c *keyedCollector) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "sending-events.md"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer("https://events.example.com", c.URL, "WRITE_KEY", c.key).Replace(block(t, string(text), kind))
}

func goClient(t *testing.T, c *keyedCollector, key string) *footfall.Client {
	t.Helper()
	client, err := footfall.New(c.URL, footfall.Options{WriteKey: key, Interval: 20 * time.Millisecond,
		OnError: func(messages []json.RawMessage, err error) { t.Errorf("lost %s: %v", messages, err) }})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func enqueue(t *testing.T, client *footfall.Client, messages ...footfall.Message) {
	t.Helper()
	for _, m := range messages {
		if err := client.Enqueue(m); err != nil {
			t.Fatal(err)
		}
	}
}

// restart lets the collector be away for a moment.
func restart(t *testing.T, c *keyedCollector) {
	t.Helper()
	address, err := url.Parse(c.URL)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(address.Port())
	if err != nil {
		t.Fatal(err)
	}
	c.Stop()
	c.start(t, port)
}

// What the collector refuses, the Go client reports.
func TestGoClientIsRefused(t *testing.T) {
	c := startKeyedCollector(t, dbtest.Embedded(t))
	for name, test := range map[string]struct {
		key, event string
		want       footfall.RefusedError
	}{
		"key":   {"wrong", "pay", footfall.RefusedError{Status: http.StatusUnauthorized}},
		"event": {c.key, "*", footfall.RefusedError{Status: http.StatusBadRequest, Field: "event"}},
	} {
		t.Run(name, func(t *testing.T) {
			var lost error
			client, err := footfall.New(c.URL, footfall.Options{WriteKey: test.key, OnError: func(_ []json.RawMessage, err error) { lost = err }})
			if err != nil {
				t.Fatal(err)
			}
			enqueue(t, client, footfall.Track{UserID: "u-1", Event: test.event})
			if err := client.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			var refused *footfall.RefusedError
			if !errors.As(lost, &refused) || refused.Status != test.want.Status || refused.Field != test.want.Field || refused.Reason == "" {
				t.Errorf("got %v", lost)
			}
		})
	}
}

// script returns the client for web pages as it is built.
func script(t *testing.T) []byte {
	t.Helper()
	root, err := embedded.RepositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "sdk", "js", "dist", "footfall.js"))
	if err != nil {
		t.Fatal("the script for web pages is not built: run go tool mage build")
	}
	return text
}

func TestScriptForWebPagesIsSmall(t *testing.T) {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, _ = w.Write(script(t))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if zipped.Len() > 4<<10 {
		t.Errorf("it has %d bytes gzipped", zipped.Len())
	}
	t.Logf("%d bytes gzipped", zipped.Len())
}

// page records with the settings that its address brings along.
const page = `<!doctype html>
<html><head><title>Shop</title><script src="/footfall.js"></script><script>
  footfall.init({endpoint: %q, writeKey: %q, ...JSON.parse(new URLSearchParams(location.search).get('options') ?? '{}')});
</script></head>
<body style="margin: 0; height: 3000px">
  <button id="buy" style="position: absolute; left: 300px; top: 1500px; width: 80px; height: 40px; border: 0">Buy now</button>
  <a id="out" href="https://other.example/landing?token=secret#top" target="_blank">Elsewhere</a> <a id="in" href="#/route?token=secret">Route</a>
  <form class="login"><label>Name <input name="name" value="Ann Secret"></label></form>
</body></html>`

// The script in a real browser, against the real collector: internal/e2e/browser/sdk.spec.ts says what is done there.
func TestScriptInABrowser(t *testing.T) {
	c := startKeyedCollector(t, dbtest.Embedded(t))
	mux := pages(t, c)
	serve(mux, "GET /", "text/html", fmt.Sprintf(page, c.URL, c.key))
	serve(mux, "GET /wrong-key", "text/html", fmt.Sprintf(page, c.URL, "wrong"))
	docs := fmt.Sprintf("<!doctype html>%s<script>%s</script>", snippet(t, "html", c), snippet(t, "js", c))
	serve(mux, "GET /docs", "text/html", docs)
	serve(mux, "GET /blocked", "text/html", strings.Replace(docs, `src="/footfall.js"`, `src="http://127.0.0.1:1/footfall.js"`, 1))
	serve(mux, "GET /footfall.js", "text/javascript", string(script(t)))
	server := httptest.NewServer(mux)
	defer server.Close()
	runInBrowser(t, server.URL, "sdk")
}

// pages answers /rows/PATH with the events on pages below a path.
func pages(t *testing.T, c *keyedCollector) *http.ServeMux {
	conn := dbtest.Connect(t, c.dsn)
	var mu sync.Mutex // of the connection
	mux := http.NewServeMux()
	mux.HandleFunc("GET /rows/", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		found, err := rows(t.Context(), conn, c.schema, strings.TrimPrefix(r.URL.Path, "/rows"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(found)
	})
	return mux
}

func serve(mux *http.ServeMux, pattern, contentType, text string) {
	mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, text)
	})
}
