package ingest_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/footfall-analytics/footfall/collector/ingest"
	"github.com/footfall-analytics/footfall/collector/writer"
	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/sql"
)

// collector is the real router on the real writer.
type collector struct {
	*httptest.Server
	t      *testing.T
	pool   *pgxpool.Pool
	schema string
	writer *writer.Writer
}

func start(t *testing.T, dsn, schema string, opts writer.Options) *collector {
	pool, err := pgxpool.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	registry := prometheus.NewRegistry()
	w := writer.New(&writer.Table{Pool: pool, Schema: schema, Log: log}, opts, registry)
	t.Cleanup(w.Close)
	server := httptest.NewServer(ingest.New(w, ingest.Options{MaxBody: 10_000, MaxBatch: 20, Log: log, Ready: func(ctx context.Context) error {
		conn, err := pool.Acquire(ctx)
		if err != nil {
			return err
		}
		defer conn.Release()
		return sql.Check(ctx, conn.Conn(), schema)
	}}, registry))
	t.Cleanup(server.Close)
	return &collector{server, t, pool, schema, w}
}

var quick = writer.Options{BatchEvents: 100, BatchInterval: 20 * time.Millisecond, BufferEvents: 1000, Timeout: 10 * time.Second}

type answer struct {
	Accepted int
	Rejected []struct {
		Index         int
		Field, Reason string
	}
	Error string
}

// post sends a body with extra headers, given as name and value in turn.
func (c *collector) post(path, body string, headers ...string) (*http.Response, answer) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.URL+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := c.Client().Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var a answer
	if err := json.NewDecoder(res.Body).Decode(&a); err != nil {
		c.t.Fatal(err)
	}
	return res, a
}

func (c *collector) get(path string) (int, string) {
	c.t.Helper()
	res, err := c.Client().Get(c.URL + path)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// rows reads one text column.
func (c *collector) rows(query string) []string {
	c.t.Helper()
	rows, err := c.pool.Query(c.t.Context(), fmt.Sprintf(query, pgx.Identifier{c.schema, "user_events"}.Sanitize()))
	if err != nil {
		c.t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		c.t.Fatal(err)
	}
	return list
}

func eventJSON(user, name string) string {
	return fmt.Sprintf(`{"event_id": %q, "user_id": %q, "event_type": %q, "timestamp": "2026-11-01T12:00:00Z"}`, uuid.NewString(), user, name)
}

func TestTrackStoresAnEventBeforeItAnswers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		c := start(t, dsn, dbtest.Schema(t, dsn), quick)
		body := `{"event_id": "0192f0c1-2b7e-7c3a-9f10-5a6b7c8d9e0f", "user_id": "Zoë", "event_type": "pay_order",
			"timestamp": "2026-11-01T12:00:00.123456+02:00", "page_url": "/pay", "device_type": "mobile", "session_id": "s1", "metadata": {"a": [1, "\ud800"]}}`
		for range 2 { // the second time changes nothing
			if res, a := c.post("/track", body); res.StatusCode != 200 || a.Accepted != 1 || res.Header.Get("Content-Type") != "application/json" {
				t.Fatal(res.Status, a)
			}
		}
		got := c.rows(`SELECT concat_ws(' ', event_id, user_id, event_type, time AT TIME ZONE 'UTC', page_url, device_type, session_id, metadata, user_key IS NOT NULL) FROM %s`)
		want := []string{`0192f0c1-2b7e-7c3a-9f10-5a6b7c8d9e0f Zoë pay_order 2026-11-01 10:00:00.123456 /pay mobile s1 {"a": [1, "` + "\uFFFD" + `"]} t`}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if res, a := c.post("/track", eventJSON("u", "visit")); res.StatusCode != 200 {
			t.Fatal(res.Status, a)
		}
		if diff := cmp.Diff([]string{"t"}, c.rows(`SELECT (page_url IS NULL AND device_type IS NULL AND session_id IS NULL AND metadata = '{}')::text::char FROM %s WHERE user_id = 'u'`)); diff != "" {
			t.Error(diff)
		}
		_, metrics := c.get("/metrics")
		for _, line := range []string{`footfall_events_received_total{result="accepted"} 3`, `footfall_events_written_total{result="new"} 2`,
			`footfall_events_written_total{result="known"} 1`, "footfall_buffer_events 0", `footfall_http_request_seconds_count{route="/track",status="200"} 3`} {
			if !strings.Contains(metrics, line+"\n") {
				t.Errorf("the metrics lack %s", line)
			}
		}
	})
}

func TestBatchRefusesOnlyTheBadEvents(t *testing.T) {
	dsn := dbtest.Embedded(t)
	c := start(t, dsn, dbtest.Schema(t, dsn), quick)
	// The database itself refuses one event, in the middle of those of others.
	if _, err := c.pool.Exec(t.Context(), fmt.Sprintf(`ALTER TABLE %s.user_events ADD CHECK (event_type <> 'poison')`, c.schema)); err != nil {
		t.Fatal(err)
	}
	body := `{"batch": [` + strings.Join([]string{eventJSON("a", "one"), eventJSON("b", "*"), eventJSON("c", "poison"), `{}`, eventJSON("e", "five")}, ",") + `]}`
	var others sync.WaitGroup
	for i := range 5 {
		others.Go(func() {
			if res, a := c.post("/track", eventJSON("other", fmt.Sprint(i))); res.StatusCode != 200 {
				t.Error(res.Status, a)
			}
		})
	}
	res, a := c.post("/v1/batch", body)
	others.Wait()
	if res.StatusCode != 400 || a.Accepted != 2 {
		t.Error(res.Status, a)
	}
	var bad []string
	for _, r := range a.Rejected {
		bad = append(bad, fmt.Sprintf("%d %s", r.Index, r.Field))
	}
	if diff := cmp.Diff([]string{"1 event_type", "3 user_id", "3 event_type", "3 timestamp", "2 "}, bad); diff != "" {
		t.Error(diff)
	}
	if last := a.Rejected[len(a.Rejected)-1].Reason; !strings.Contains(last, "SQLSTATE 23514") {
		t.Error(last)
	}
	if diff := cmp.Diff([]string{"five", "one", "0", "1", "2", "3", "4"}, c.rows(`SELECT event_type FROM %s ORDER BY user_id = 'other', event_type`)); diff != "" {
		t.Error(diff)
	}
}

func TestBodies(t *testing.T) {
	dsn := dbtest.Embedded(t)
	c := start(t, dsn, dbtest.Schema(t, dsn), quick)
	zip := func(s string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := io.WriteString(w, s); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	large := `{"batch": [` + eventJSON("u", "visit") + strings.Repeat(" ", 10_000) + `]}`
	for _, test := range []struct {
		name, path, body, encoding string
		status                     int
		reason                     string
	}{
		{"gzip", "/track", zip(eventJSON("zip", "visit")), "gzip", 200, ""},
		{"identity", "/track", eventJSON("plain", "visit"), "identity", 200, ""},
		{"not gzip", "/track", eventJSON("u", "visit"), "gzip", 400, "is not gzip"},
		{"gzip cut off", "/track", zip(eventJSON("u", "visit"))[:40], "gzip", 400, "could not be read"},
		{"other encoding", "/track", "x", "br", 415, "plain or with gzip"},
		{"too large", "/v1/batch", large, "", 413, "larger than 10000 bytes"},
		{"too large when inflated", "/v1/batch", zip(large), "gzip", 413, "larger than 10000 bytes"},
		{"too many", "/v1/batch", `{"batch": [` + strings.Repeat("{},", 20) + `{}]}`, "", 400, "21 events, at most 20"},
		{"no JSON", "/track", "user_id=1", "", 400, "not valid JSON at byte 1"},
		{"elsewhere", "/v1/track", "{}", "", 404, "POST /track"},
	} {
		res, a := c.post(test.path, test.body, "Content-Encoding", test.encoding)
		if res.StatusCode != test.status || !strings.Contains(a.Error, test.reason) {
			t.Errorf("%s: %s %+v", test.name, res.Status, a)
		}
	}
	if diff := cmp.Diff([]string{"plain", "zip"}, c.rows(`SELECT user_id FROM %s ORDER BY 1`)); diff != "" {
		t.Error(diff)
	}
	if status, body := c.get("/track"); status != 405 || !strings.Contains(body, "does not take GET") {
		t.Error(status, body)
	}
}

func TestReadyNeedsTheSchema(t *testing.T) {
	dsn := dbtest.Embedded(t)
	c := start(t, dsn, dbtest.Schema(t, dsn), quick)
	if status, body := c.get("/readyz"); status != 200 {
		t.Error(status, body)
	}
	c = start(t, dsn, "test_nothing_here", quick)
	if status, body := c.get("/readyz"); status != 503 || !strings.Contains(body, "run collector migrate") {
		t.Error(status, body)
	}
	if status, _ := c.get("/healthz"); status != 200 {
		t.Error(status)
	}
}

// away is an address where nothing listens until the returned function brings the database there.
func away(t *testing.T, dsn string) (awayDSN string, bring func()) {
	reserved, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := reserved.Addr().String()
	_ = reserved.Close()
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	database := net.JoinHostPort(config.Host, fmt.Sprint(config.Port))
	return strings.Replace(dsn, database, address, 1), func() {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			t.Error(err)
			return
		}
		t.Cleanup(func() { _ = listener.Close() })
		go forward(listener, database)
	}
}

func forward(listener net.Listener, to string) {
	for {
		in, err := listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", to)
		if err != nil {
			_ = in.Close()
			continue
		}
		go func() { _, _ = io.Copy(out, in); _ = out.Close() }()
		go func() { _, _ = io.Copy(in, out); _ = in.Close() }()
	}
}

func TestDatabaseAway(t *testing.T) {
	dsn := dbtest.Embedded(t)
	schema := dbtest.Schema(t, dsn)
	awayDSN, bring := away(t, dsn)
	opts := quick
	opts.Timeout, opts.BufferEvents = time.Second, 20
	c := start(t, awayDSN, schema, opts)
	if status, body := c.get("/readyz"); status != 503 || strings.Contains(body, "postgres:postgres") {
		t.Error(status, body)
	}
	turnedAway := func(res *http.Response, a answer, reason string) {
		t.Helper()
		if res.StatusCode != 503 || res.Header.Get("Retry-After") != "5" || !strings.Contains(a.Error, reason) || a.Accepted != 0 {
			t.Error(res.Status, res.Header, a)
		}
	}
	begin := time.Now()
	res, a := c.post("/track", eventJSON("u", "lost"))
	turnedAway(res, a, "does not take events")
	if waited := time.Since(begin); waited < 500*time.Millisecond || waited > 5*time.Second {
		t.Error("answered after", waited)
	}
	// The buffer has room for twenty events.
	var first sync.WaitGroup
	first.Go(func() {
		res, a := c.post("/v1/batch", `{"batch": [`+strings.TrimSuffix(strings.Repeat(eventJSON("u", "waiting")+",", 20), ",")+`]}`)
		turnedAway(res, a, "does not take events")
	})
	time.Sleep(300 * time.Millisecond)
	res, a = c.post("/track", eventJSON("u", "too much"))
	turnedAway(res, a, writer.ErrFull.Error())
	first.Wait()
	// An outage that is shorter than the timeout is not felt.
	time.AfterFunc(400*time.Millisecond, bring)
	if res, a := c.post("/track", eventJSON("u", "late")); res.StatusCode != 200 {
		t.Error(res.Status, a)
	}
	if diff := cmp.Diff([]string{"late"}, c.rows(`SELECT event_type FROM %s`)); diff != "" {
		t.Error(diff)
	}
}

func TestCloseWritesWhatWaits(t *testing.T) {
	dsn := dbtest.Embedded(t)
	opts := quick
	opts.BatchInterval = time.Hour
	c := start(t, dsn, dbtest.Schema(t, dsn), opts)
	var requests sync.WaitGroup
	for i := range 10 {
		requests.Go(func() {
			if res, a := c.post("/track", eventJSON("u", fmt.Sprint(i))); res.StatusCode != 200 {
				t.Error(res.Status, a)
			}
		})
	}
	deadline := time.Now().Add(10 * time.Second)
	for waiting := ""; !strings.Contains(waiting, "footfall_buffer_events 10\n"); _, waiting = c.get("/metrics") {
		if time.Now().After(deadline) {
			t.Fatal("the events do not wait")
		}
	}
	c.writer.Close()
	requests.Wait()
	if got := c.rows(`SELECT event_type FROM %s`); len(got) != 10 {
		t.Error(got)
	}
	if err := c.writer.Accept(t.Context(), nil); err != nil {
		t.Error(err)
	}
	if res, a := c.post("/track", eventJSON("u", "x")); res.StatusCode != 503 || !strings.Contains(a.Error, writer.ErrStopped.Error()) {
		t.Error(res.Status, a)
	}
}

func TestEventsFallIntoBatches(t *testing.T) {
	dsn := dbtest.Embedded(t)
	opts := quick
	opts.BatchEvents, opts.BatchInterval = 50, 300*time.Millisecond
	c := start(t, dsn, dbtest.Schema(t, dsn), opts)
	var requests sync.WaitGroup
	for range 20 {
		requests.Go(func() {
			var events []string
			for range 10 {
				events = append(events, eventJSON("u", "visit"))
			}
			if res, a := c.post("/v1/batch", `{"batch": [`+strings.Join(events, ",")+`]}`); res.StatusCode != 200 || a.Accepted != 10 {
				t.Error(res.Status, a)
			}
		})
	}
	requests.Wait()
	if got := c.rows(`SELECT count(*)::text FROM %s`); got[0] != "200" {
		t.Error(got)
	}
	if _, metrics := c.get("/metrics"); !strings.Contains(metrics, "footfall_batch_events_count 4\n") {
		t.Error("two hundred events did not make four batches of fifty")
	}
}

func TestLateEventsGoIntoCompressedDays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		c := start(t, dsn, dbtest.Schema(t, dsn), quick)
		again := eventJSON("u", "visit")
		for _, body := range []string{again, eventJSON("u", "visit")} {
			if res, a := c.post("/track", body); res.StatusCode != 200 {
				t.Fatal(res.Status, a)
			}
		}
		if _, err := c.pool.Exec(t.Context(), fmt.Sprintf(`SELECT public.compress_chunk(c) FROM public.show_chunks('%s.user_events') c`, c.schema)); err != nil {
			t.Fatal(err)
		}
		for _, body := range []string{again, eventJSON("late", "visit")} {
			if res, a := c.post("/track", body); res.StatusCode != 200 {
				t.Fatal(res.Status, a)
			}
		}
		if diff := cmp.Diff([]string{"late", "u", "u"}, c.rows(`SELECT user_id FROM %s ORDER BY 1`)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestClientsThatLeave(t *testing.T) {
	dsn := dbtest.Embedded(t)
	opts := quick
	opts.BatchInterval = 500 * time.Millisecond
	c := start(t, dsn, dbtest.Schema(t, dsn), opts)
	ctx, leave := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer leave()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL+"/track", strings.NewReader(eventJSON("gone", "visit")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Client().Do(req); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	if res, a := c.post("/track", eventJSON("stays", "visit")); res.StatusCode != 200 {
		t.Fatal(res.Status, a)
	}
	if diff := cmp.Diff([]string{"gone", "stays"}, c.rows(`SELECT user_id FROM %s ORDER BY 1`)); diff != "" {
		t.Error(diff)
	}
}
