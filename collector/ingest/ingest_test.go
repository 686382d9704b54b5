package ingest_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/ingest"
	"github.com/footfall-analytics/footfall/collector/keys"
	"github.com/footfall-analytics/footfall/collector/privacy"
	"github.com/footfall-analytics/footfall/collector/queue"
	"github.com/footfall-analytics/footfall/collector/visitor"
	"github.com/footfall-analytics/footfall/collector/writer"
	"github.com/footfall-analytics/footfall/internal/dbtest"
)

// collector is the real router on the real queue and the real writer.
type collector struct {
	*httptest.Server
	t      *testing.T
	pool   *pgxpool.Pool
	schema string
	queue  *queue.Queue
	keys   *keys.Keys
}

// settings of a collector; the zero value is a quick one.
type settings struct {
	interval   time.Duration
	queueBytes int64
	// keysDSN is where the keys are, if not with the events.
	keysDSN string
	privacy privacy.Settings
	oldest  time.Duration
}

func start(t *testing.T, dsn, schema string, s settings) *collector {
	t.Helper()
	pool := openPool(t, dsn)
	keysPool := pool
	if s.keysDSN != "" {
		keysPool = openPool(t, s.keysDSN)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	registry := prometheus.NewRegistry()
	waiting, err := queue.Open(queue.Options{Dir: t.TempDir(), MaxBytes: cmp.Or(s.queueBytes, 1<<20), SegmentBytes: 1000})
	if err != nil {
		t.Fatal(err)
	}
	w := writer.New(&writer.Table{Pool: pool, Schema: schema, Log: log, Metrics: writer.NewMetrics(registry)}, waiting,
		writer.Options{BatchEvents: 100, BatchInterval: cmp.Or(s.interval, 20*time.Millisecond), Log: log}, registry)
	filter, err := privacy.New(s.privacy)
	if err != nil {
		t.Fatal(err)
	}
	visitors, err := visitor.New(visitor.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	known := keys.Open(t.Context(), keys.Options{Pool: keysPool, Schema: schema, Log: log})
	events := ingest.New(disk{waiting}, ingest.Options{MaxBody: 10_000, MaxMemory: ingest.MinMemory(10_000, 20), MaxBatch: 20, Oldest: s.oldest, Log: log, Keys: known,
		Privacy: filter, Visitors: visitors, Ready: func(context.Context) error { return errors.Join(known.Ready(), waiting.Ready()) }}, registry)
	metrics := promhttp.HandlerFor(registry, promhttp.HandlerOpts{Registry: registry})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/metrics" { // at an address of its own, in the program
			metrics.ServeHTTP(w, r)
			return
		}
		events.ServeHTTP(w, r)
	}))
	running, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(running) }()
	t.Cleanup(func() {
		server.Close()
		stop()
		if err := errors.Join(<-ended, waiting.Close()); err != nil {
			t.Error(err)
		}
	})
	return &collector{server, t, pool, schema, waiting, known}
}

// openPool makes a pool of one connection, as the embedded database has one session.
func openPool(t *testing.T, dsn string) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	config.MaxConns = 1
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// disk is the queue as collector serve uses it.
type disk struct{ *queue.Queue }

func (d disk) Accept(ctx context.Context, events []event.Event) error {
	return d.Append(ctx, event.AppendRecord(nil, events))
}

// settle waits until all events are in the database.
func (c *collector) settle() {
	c.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if _, records := c.queue.Size(); records == 0 {
			return
		}
		if time.Now().After(deadline) {
			c.t.Fatal("the events do not come to the database")
		}
	}
}

type answer struct {
	Accepted, Ignored int
	Refused           event.Refusals
	LeftOut           event.Refusals `json:"left_out"`
	Error             string
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

// rows reads one text column, after all events have come to the database.
func (c *collector) rows(query string) []string {
	c.t.Helper()
	c.settle()
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

func TestTrackStoresAnEventOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		c := start(t, dsn, dbtest.Schema(t, dsn), settings{})
		body := `{"event_id": "0192f0c1-2b7e-7c3a-9f10-5a6b7c8d9e0f", "user_id": "Zoë", "event_type": "pay_order",
			"timestamp": "2026-11-01T12:00:00.123456+02:00", "page_url": "/pay", "device_type": "mobile", "session_id": "s1", "metadata": {"a": [1, "é"]}}`
		for range 2 { // the second time changes nothing
			if res, a := c.post("/track", body); res.StatusCode != 200 || a.Accepted != 1 || res.Header.Get("Content-Type") != "application/json" {
				t.Fatal(res.Status, a)
			}
		}
		got := c.rows(`SELECT concat_ws(' ', event_id, user_id, event_type, time AT TIME ZONE 'UTC', page_url, device_type, session_id, metadata, user_key IS NOT NULL) FROM %s`)
		want := []string{`0192f0c1-2b7e-7c3a-9f10-5a6b7c8d9e0f Zoë pay_order 2026-11-01 10:00:00.123456 /pay mobile s1 {"a": [1, "é"]} t`}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if res, a := c.post("/track", eventJSON("u", "visit")); res.StatusCode != 200 {
			t.Fatal(res.Status, a)
		}
		if diff := gocmp.Diff([]string{"t"}, c.rows(`SELECT (page_url IS NULL AND device_type IS NULL AND session_id IS NULL AND metadata = '{}')::text::char FROM %s WHERE user_id = 'u'`)); diff != "" {
			t.Error(diff)
		}
		_, metrics := c.get("/metrics")
		for _, line := range []string{`footfall_events_received_total{result="accepted"} 3`, `footfall_events_written_total{result="new"} 2`,
			`footfall_events_written_total{result="known"} 1`, "footfall_queue_records 0", "footfall_oldest_event_seconds 0", `footfall_http_request_seconds_count{route="/track",status="200"} 3`} {
			if !strings.Contains(metrics, line+"\n") {
				t.Errorf("the metrics lack %s", line)
			}
		}
	})
}

func TestBatchRefusesOnlyTheBadEvents(t *testing.T) {
	dsn := dbtest.Embedded(t)
	schema := dbtest.Schema(t, dsn)
	c := start(t, dsn, schema, settings{})
	// The database itself does not take one event, in the middle of those of others.
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
	res, a := c.post("/track/batch", body)
	others.Wait()
	if res.StatusCode != 400 || a.Accepted != 3 {
		t.Error(res.Status, a)
	}
	var bad []string
	for _, r := range a.Refused {
		bad = append(bad, fmt.Sprintf("%d %s", r.Index, r.Field))
	}
	if diff := gocmp.Diff([]string{"1 event_type", "3 user_id", "3 event_type", "3 timestamp"}, bad); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff([]string{"five", "one", "0", "1", "2", "3", "4"}, c.rows(`SELECT event_type FROM %s ORDER BY user_id = 'other', event_type`)); diff != "" {
		t.Error(diff)
	}
	// Refused are those that break a rule, rejected is the one that the database did not take.
	_, metrics := c.get("/metrics")
	for _, line := range []string{`footfall_events_received_total{result="refused"} 2`, `footfall_events_refused_total{field="timestamp"} 1`, `footfall_events_written_total{result="rejected"} 1`} {
		if !strings.Contains(metrics, line+"\n") {
			t.Errorf("the metrics lack %s", line)
		}
	}
	// It is kept in rejected_events, with the reason.
	var user, reason string
	var record []byte
	if err := c.pool.QueryRow(t.Context(), fmt.Sprintf(`SELECT user_id, reason, record FROM %s.rejected_events`, schema)).Scan(&user, &reason, &record); err != nil {
		t.Fatal(err)
	}
	events, err := event.DecodeRecord(nil, record)
	if err != nil || user != "c" || len(events) != 1 || events[0].Type != "poison" || !strings.Contains(reason, "SQLSTATE 23514") {
		t.Error(user, reason, events, err)
	}
}

func TestBodies(t *testing.T) {
	dsn := dbtest.Embedded(t)
	c := start(t, dsn, dbtest.Schema(t, dsn), settings{})
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
		{"too large", "/track/batch", large, "", 413, "larger than 10000 bytes"},
		{"too large when inflated", "/track/batch", zip(large), "gzip", 413, "larger than 10000 bytes"},
		{"too many", "/track/batch", `{"batch": [` + strings.Repeat("{},", 20) + `{}]}`, "", 413, "21 events, at most 20"},
		{"no JSON", "/track", "user_id=1", "", 400, "not valid JSON at byte 0"},
		{"elsewhere", "/v2/track", "{}", "", 404, "POST /track"},
	} {
		res, a := c.post(test.path, test.body, "Content-Encoding", test.encoding)
		if res.StatusCode != test.status || !strings.Contains(a.Error, test.reason) {
			t.Errorf("%s: %s %+v", test.name, res.Status, a)
		}
	}
	if diff := gocmp.Diff([]string{"plain", "zip"}, c.rows(`SELECT user_id FROM %s ORDER BY 1`)); diff != "" {
		t.Error(diff)
	}
	if status, body := c.get("/track"); status != 405 || !strings.Contains(body, "does not take GET") {
		t.Error(status, body)
	}
}

// Whoever asks is told whether events are taken, and nothing else.
func TestReady(t *testing.T) {
	dsn := dbtest.Embedded(t)
	c := start(t, dsn, dbtest.Schema(t, dsn), settings{})
	if status, body := c.get("/readyz"); status != 200 || body != `{"status":"ready"}`+"\n" {
		t.Error(status, body)
	}
	if err := c.queue.Close(); err != nil {
		t.Fatal(err)
	}
	if status, body := c.get("/readyz"); status != 503 || strings.Contains(body, queue.ErrClosed.Error()) {
		t.Error(status, body)
	}
	if status, _ := c.get("/healthz"); status != 200 {
		t.Error(status)
	}
	// Without keys nothing is taken.
	awayDSN, bring := away(t, dsn)
	c = start(t, awayDSN, dbtest.Schema(t, dsn), settings{})
	if res, a := c.post("/track", eventJSON("u", "x")); res.StatusCode != 503 || res.Header.Get("Retry-After") != "5" {
		t.Error(res.Status, a)
	}
	if status, body := c.get("/readyz"); status != 503 {
		t.Error(status, body)
	}
	bring()
	if err := c.keys.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status, body := c.get("/readyz"); status != 200 {
		t.Error(status, body)
	}
}

// away returns an address where nothing listens until the returned function brings the database there.
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

// While the database is away events are taken until the disk's share is full; then they come in order.
// Every way in keeps to the setting.
func TestOldEventsAreRefused(t *testing.T) {
	dsn := dbtest.Embedded(t)
	c := start(t, dsn, dbtest.Schema(t, dsn), settings{oldest: 48 * time.Hour})
	for ago, want := range map[time.Duration]int{47 * time.Hour: http.StatusOK, 49 * time.Hour: http.StatusBadRequest} {
		at := time.Now().Add(-ago).UTC().Format(time.RFC3339)
		plain := fmt.Sprintf(`{"user_id": "u", "event_type": "e", "timestamp": %q}`, at)
		message := fmt.Sprintf(`{"type": "track", "userId": "u", "event": "e", "timestamp": %q}`, at)
		for path, body := range map[string]string{"/track": plain, "/track/batch": `{"batch": [` + plain + `]}`, "/v1/track": message, "/v1/batch": `{"batch": [` + message + `]}`} {
			response, told := c.post(path, body)
			if response.StatusCode != want || want != http.StatusOK && (len(told.Refused) != 1 || told.Refused[0].Field != "timestamp") {
				t.Errorf("%s, %s ago: %s %v", path, ago, response.Status, told)
			}
		}
	}
}

func TestDatabaseAway(t *testing.T) {
	dsn := dbtest.Embedded(t)
	schema := dbtest.Schema(t, dsn)
	awayDSN, bring := away(t, dsn)
	c := start(t, awayDSN, schema, settings{queueBytes: 1500, keysDSN: dsn})
	if status, body := c.get("/readyz"); status != 200 {
		t.Error(status, body)
	}
	taken := 0
	for ; ; taken++ {
		res, a := c.post("/track", eventJSON("u", fmt.Sprintf("event %02d", taken)))
		if res.StatusCode == 200 {
			continue
		}
		if res.StatusCode != 503 || res.Header.Get("Retry-After") != "5" || !strings.Contains(a.Error, queue.ErrFull.Error()) || a.Accepted != 0 {
			t.Fatal(res.Status, res.Header, a)
		}
		break
	}
	if taken < 5 {
		t.Error("only", taken, "events were taken")
	}
	bring()
	if got := c.rows(`SELECT event_type FROM %s ORDER BY received_at`); len(got) != taken || !slices.IsSorted(got) {
		t.Error(got)
	}
	if res, a := c.post("/track", eventJSON("u", "there is room again")); res.StatusCode != 200 {
		t.Error(res.Status, a)
	}
}

func TestEventsFallIntoBatches(t *testing.T) {
	dsn := dbtest.Embedded(t)
	c := start(t, dsn, dbtest.Schema(t, dsn), settings{interval: 500 * time.Millisecond})
	for range 10 {
		var events []string
		for range 5 {
			events = append(events, eventJSON("u", "visit"))
		}
		if res, a := c.post("/track/batch", `{"batch": [`+strings.Join(events, ",")+`]}`); res.StatusCode != 200 || a.Accepted != 5 {
			t.Error(res.Status, a)
		}
	}
	if got := c.rows(`SELECT count(*)::text FROM %s`); got[0] != "50" {
		t.Error(got)
	}
	if _, metrics := c.get("/metrics"); !strings.Contains(metrics, "footfall_batch_events_count 1\n") {
		t.Error("ten requests within half a second did not make one batch")
	}
}

func TestLateEventsGoIntoCompressedDays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		c := start(t, dsn, dbtest.Schema(t, dsn), settings{})
		again := eventJSON("u", "visit")
		for _, body := range []string{again, eventJSON("u", "visit")} {
			if res, a := c.post("/track", body); res.StatusCode != 200 {
				t.Fatal(res.Status, a)
			}
		}
		c.settle()
		dbtest.Compress(t, dbtest.Connect(t, dsn), c.schema, -48*time.Hour)
		for _, body := range []string{again, eventJSON("late", "visit")} {
			if res, a := c.post("/track", body); res.StatusCode != 200 {
				t.Fatal(res.Status, a)
			}
		}
		if diff := gocmp.Diff([]string{"late", "u", "u"}, c.rows(`SELECT user_id FROM %s ORDER BY 1`)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestClientsThatLeave(t *testing.T) {
	dsn := dbtest.Embedded(t)
	c := start(t, dsn, dbtest.Schema(t, dsn), settings{})
	for range 20 {
		conn, err := net.Dial("tcp", c.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, "POST /track HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{\"user_id\": \"gone\""); err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
	}
	if res, a := c.post("/track", eventJSON("stays", "visit")); res.StatusCode != 200 {
		t.Fatal(res.Status, a)
	}
	if diff := gocmp.Diff([]string{"stays"}, c.rows(`SELECT user_id FROM %s`)); diff != "" {
		t.Error(diff)
	}
}

func segmentMessage(kind, id, at, more string) string {
	return fmt.Sprintf(`{"type": %q, "messageId": %q, "timestamp": %q%s}`, kind, id, at, more)
}

// A message that comes again changes nothing, though clocks, and with them the corrected times, differ.
func TestMessagesAreKnownAgainWhateverTheTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		c := start(t, dsn, dbtest.Schema(t, dsn), settings{})
		send := func(sentAgo time.Duration, messages ...string) {
			t.Helper()
			body := fmt.Sprintf(`{"batch": [%s], "sentAt": %q}`, strings.Join(messages, ","), time.Now().Add(-sentAgo).Format(time.RFC3339Nano))
			if res, a := c.post("/v1/batch", body); res.StatusCode != 200 {
				t.Fatal(res.Status, a)
			}
			c.settle()
		}
		at := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339Nano)
		id := uuid.NewString()
		skewed := segmentMessage("track", id, at, `, "userId": "u", "event": "skewed"`)
		send(2*time.Hour, skewed)
		send(2*time.Hour+time.Second, skewed) // corrected by a second more
		send(0, skewed)                       // not corrected
		straight := segmentMessage("track", uuid.NewString(), at, `, "userId": "u", "event": "straight"`)
		send(0, straight)
		send(3*time.Hour, straight)
		timeless := strings.Replace(segmentMessage("track", uuid.NewString(), at, `, "userId": "u", "event": "timeless"`), fmt.Sprintf(`, "timestamp": %q`, at), "", 1)
		send(0, timeless)
		send(0, timeless)
		// The anonymous event comes again after its visitor has become a user.
		anonymous := segmentMessage("track", uuid.NewString(), at, `, "anonymousId": "a", "event": "anonymous"`)
		send(0, anonymous)
		send(0, segmentMessage("identify", uuid.NewString(), at, `, "anonymousId": "a", "userId": "u", "traits": {"plan": "pro"}`))
		send(0, anonymous, segmentMessage("track", uuid.NewString(), at, `, "anonymousId": "a", "event": "later"`))
		want := []string{"anonymous a a", "identify u a", "later u a", "skewed u", "straight u", "timeless u"}
		if diff := gocmp.Diff(want, c.rows(`SELECT concat_ws(' ', event_type, user_id, anonymous_id) FROM %s ORDER BY event_type`)); diff != "" {
			t.Error(diff)
		}
		if diff := gocmp.Diff([]string{"skewed 1"}, c.rows(`SELECT concat_ws(' ', event_type, round(extract(epoch FROM time - sent_time) / 7200)) FROM %s WHERE sent_time IS NOT NULL`)); diff != "" {
			t.Error(diff)
		}
		var joined string
		if err := c.pool.QueryRow(t.Context(), fmt.Sprintf(`SELECT alias || ' ' || a.user_id || ' ' || traits::text
			FROM %[1]s.user_aliases a JOIN %[1]s.user_profiles p ON p.user_id = a.user_id`, c.schema)).Scan(&joined); err != nil || joined != `a u {"plan": "pro"}` {
			t.Error(joined, err)
		}
	})
}

// Ids that are nobody's join nobody: five visitors with the same one are five users.
func TestIDsOfNobodyJoinNobody(t *testing.T) {
	dsn := dbtest.Embedded(t)
	c := start(t, dsn, dbtest.Schema(t, dsn), settings{})
	for i, nobody := range []string{`"undefined"`, `"null"`, `"[object Object]"`, `0`, `"{}"`} {
		visitor := fmt.Sprint("visitor-", i)
		res, a := c.post("/v1/batch", fmt.Sprintf(`{"batch": [
			{"type": "track", "event": "landing", "anonymousId": %[1]q},
			{"type": "identify", "userId": %[2]s, "anonymousId": %[1]q},
			{"type": "alias", "userId": %[1]q, "previousId": %[2]s},
			{"type": "identify", "userId": %[3]q, "anonymousId": %[2]s}]}`, visitor, nobody, "user-"+visitor))
		var bad, left []string
		for _, r := range a.Refused {
			bad = append(bad, fmt.Sprint(r.Index, " ", r.Field))
		}
		for _, r := range a.LeftOut {
			left = append(left, fmt.Sprint(r.Index, " ", r.Field))
		}
		if res.StatusCode != 400 || a.Accepted != 2 || !slices.Equal(bad, []string{"1 userId", "2 previousId"}) || !slices.Equal(left, []string{"3 anonymousId"}) {
			t.Errorf("%s: %s %+v", nobody, res.Status, a)
		}
	}
	if diff := gocmp.Diff([]string{"5"}, c.rows(`SELECT count(DISTINCT user_id)::text FROM %s WHERE event_type = 'landing'`)); diff != "" {
		t.Error(diff)
	}
	var aliases int
	if err := c.pool.QueryRow(t.Context(), fmt.Sprintf(`SELECT count(*) FROM %s.user_aliases`, c.schema)).Scan(&aliases); err != nil || aliases != 0 {
		t.Error(aliases, err)
	}
	if res, a := c.post("/track", eventJSON("undefined", "visit")); res.StatusCode != 400 || a.Refused[0].Field != "user_id" {
		t.Error(res.Status, a)
	}
}

// What is odd beside the event is left out and counted, and a field that clients make up is no label of its own.
func TestOddFieldsAreLeftOutAndCounted(t *testing.T) {
	dsn := dbtest.Embedded(t)
	c := start(t, dsn, dbtest.Schema(t, dsn), settings{})
	for _, body := range []string{`"properties": []`, `"context": []`, `"context": {"page": "https://x.example/"}`, `"context": {"campaign": {"made up": 1e999}}`,
		`"context": {"page": {"made up": "\ud800"}}`} {
		if res, a := c.post("/v1/track", `{"userId": "php1", "event": "something", `+body+`}`); res.StatusCode != 200 || a.Accepted != 1 {
			t.Error(body, res.Status, a)
		}
	}
	if diff := gocmp.Diff([]string{"5"}, c.rows(`SELECT count(*)::text FROM %s WHERE metadata = '{}'`)); diff != "" {
		t.Error(diff)
	}
	_, metrics := c.get("/metrics")
	for _, line := range []string{`footfall_fields_left_out_total{field="context.page"} 2`, `footfall_fields_left_out_total{field="context.campaign"} 1`} {
		if !strings.Contains(metrics, line+"\n") {
			t.Errorf("the metrics lack %s", line)
		}
	}
	if strings.Contains(metrics, "made up") {
		t.Error("a client's own name is a label")
	}
}

// A slow request of a sender is not moved past the next one: the visit stays before the order.
func TestASlowRequestKeepsTheOrder(t *testing.T) {
	dsn := dbtest.Embedded(t)
	c := start(t, dsn, dbtest.Schema(t, dsn), settings{})
	begin := time.Now().Add(-90 * time.Second).UTC()
	send := func(name string, at, sent time.Time) {
		t.Helper()
		res, a := c.post("/v1/t", fmt.Sprintf(`{"anonymousId": "a", "event": %q, "timestamp": %q, "sentAt": %q}`, name, at.Format(time.RFC3339Nano), sent.Format(time.RFC3339Nano)))
		if res.StatusCode != 200 {
			t.Fatal(res.Status, a)
		}
	}
	send("order", begin.Add(10*time.Second), time.Now()) // as a request of 10 seconds after would come
	send("visit", begin, begin)                          // took 90 seconds
	send("second order", begin.Add(20*time.Second), time.Now())
	if diff := gocmp.Diff([]string{"visit", "order", "second order"}, c.rows(`SELECT event_type FROM %s ORDER BY time`)); diff != "" {
		t.Error(diff)
	}
}

// Segment's library for browsers has short names for the calls, sends text, and its own metrics.
func TestShortNamesOfTheCalls(t *testing.T) {
	dsn := dbtest.Embedded(t)
	c := start(t, dsn, dbtest.Schema(t, dsn), settings{})
	for path, body := range map[string]string{
		"t": `{"userId": "u", "event": "order"}`, "p": `{"userId": "u", "name": "Home"}`, "s": `{"userId": "u"}`, "i": `{"userId": "u", "traits": {}}`,
		"g": `{"userId": "u", "groupId": "g-1"}`, "a": `{"userId": "u", "previousId": "old"}`, "b": `{"batch": [{"type": "track", "userId": "u", "event": "batched"}]}`,
	} {
		if res, a := c.post("/v1/"+path, body, "Content-Type", "text/plain", "Origin", "https://shop.example"); res.StatusCode != 200 || a.Accepted != 1 ||
			res.Header.Get("Access-Control-Allow-Origin") != "https://shop.example" {
			t.Error(path, res.Status, res.Header, a)
		}
	}
	if res, a := c.post("/v1/m", `{"series": [{"type": "Counter", "metric": "analytics_js.invoke", "value": 1, "tags": {}}]}`, "Content-Type", "text/plain"); res.StatusCode != 200 || a.Accepted != 0 {
		t.Error(res.Status, a)
	}
	want := []string{"alias", "batched", "group", "identify", "order", "page", "screen"}
	if diff := gocmp.Diff(want, c.rows(`SELECT event_type FROM %s ORDER BY event_type`)); diff != "" {
		t.Error(diff)
	}
}

func TestKeys(t *testing.T) {
	dsn := dbtest.Embedded(t)
	c := start(t, dsn, dbtest.Schema(t, dsn), settings{})
	add := func(k keys.Key) string {
		t.Helper()
		c.settle() // the embedded database has one session
		key, err := keys.Add(t.Context(), c.pool, c.schema, k)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.keys.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		return key
	}
	basic := func(key string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(key+":")) }
	if res, a := c.post("/track", eventJSON("u", "before there are keys")); res.StatusCode != 200 {
		t.Error(res.Status, a)
	}
	key := add(keys.Key{Name: "web", Origins: []string{"https://shop.example"}})
	slow := add(keys.Key{Name: "slow", Rate: 1})
	for _, test := range []struct {
		name, path, body string
		headers          []string
		status           int
	}{
		{"no key", "/track", eventJSON("u", "x"), nil, 401},
		{"unknown key", "/track", eventJSON("u", "x"), []string{"Authorization", basic("ff_nobody")}, 401},
		{"Basic", "/track", eventJSON("u", "basic"), []string{"Authorization", basic(key)}, 200},
		{"in the address", "/track?writeKey=" + key, eventJSON("u", "address"), []string{"Content-Type", "text/plain"}, 200},
		{"in the body", "/v1/track", fmt.Sprintf(`{"writeKey": %q, "userId": "u", "event": "body", "timestamp": "2026-11-01T12:00:00Z"}`, key), nil, 200},
		{"its web site", "/track", eventJSON("u", "origin"), []string{"Authorization", basic(key), "Origin", "https://shop.example"}, 200},
		{"another web site", "/track", eventJSON("u", "x"), []string{"Authorization", basic(key), "Origin", "https://evil.example"}, 403},
	} {
		if res, a := c.post(test.path, test.body, test.headers...); res.StatusCode != test.status {
			t.Errorf("%s: %s %+v", test.name, res.Status, a)
		}
	}
	// What is bad costs as much as what is good, and a body that cannot be read at all as much as one event.
	noisy, broken := add(keys.Key{Name: "noisy", Rate: 1}), add(keys.Key{Name: "broken", Rate: 1})
	nonsense := `{"batch": [` + strings.Repeat(`{},`, 19) + `{}]}`
	for i := range 60 {
		res, a := c.post("/track/batch", nonsense, "Authorization", basic(noisy))
		if want := map[bool]int{true: 400, false: 429}[i < 50]; res.StatusCode != want {
			t.Fatalf("nonsense %d: %s %+v", i, res.Status, a)
		}
	}
	taken := 0
	for ; taken < 2000; taken++ {
		if res, _ := c.post("/track", "{", "Authorization", basic(broken)); res.StatusCode != 400 {
			break
		}
	}
	if taken < 1000 || taken == 2000 {
		t.Errorf("%d broken bodies were read", taken)
	}
	limited := false
	for range 1100 {
		res, _ := c.post("/track", eventJSON("u", "much"), "Authorization", basic(slow))
		if limited = res.StatusCode == 429; limited {
			if after := res.Header.Get("Retry-After"); after != "1" {
				t.Error("Retry-After", after)
			}
			break
		}
	}
	if !limited {
		t.Error("a key with one event a second sent more than a thousand at once")
	}
	want := []string{"address", "basic", "before there are keys", "body", "origin"}
	if diff := gocmp.Diff(want, c.rows(`SELECT event_type FROM %s WHERE event_type <> 'much' ORDER BY 1`)); diff != "" {
		t.Error(diff)
	}
}

// A browser asks before it sends a key, and reads answers from its own sites only.
func TestWebSites(t *testing.T) {
	dsn := dbtest.Embedded(t)
	c := start(t, dsn, dbtest.Schema(t, dsn), settings{})
	if _, err := keys.Add(t.Context(), c.pool, c.schema, keys.Key{Name: "web", Origins: []string{"https://shop.example"}}); err != nil {
		t.Fatal(err)
	}
	if err := c.keys.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for origin, want := range map[string]string{"https://shop.example": "https://shop.example", "https://evil.example": ""} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, c.URL+"/v1/batch", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Origin", origin)
		req.Header.Set("Access-Control-Request-Method", "POST")
		req.Header.Set("Access-Control-Request-Headers", "authorization,content-type")
		res, err := c.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if got := res.Header.Get("Access-Control-Allow-Origin"); got != want {
			t.Errorf("%s: %q", origin, got)
		}
	}
}

func TestPrivacyKeepsEventsOut(t *testing.T) {
	dsn := dbtest.Embedded(t)
	c := start(t, dsn, dbtest.Schema(t, dsn), settings{privacy: privacy.Settings{RespectDNT: true}})
	if res, a := c.post("/track", eventJSON("u", "private"), "DNT", "1"); res.StatusCode != 200 || a.Accepted != 0 || a.Ignored != 1 {
		t.Error(res.Status, a)
	}
	if res, a := c.post("/track", eventJSON("u", "open")); res.StatusCode != 200 || a.Accepted != 1 {
		t.Error(res.Status, a)
	}
	if diff := gocmp.Diff([]string{"open"}, c.rows(`SELECT event_type FROM %s`)); diff != "" {
		t.Error(diff)
	}
}

// What a forgotten user had sent before is not written, wherever it waited.
func TestForgottenUsersStayAway(t *testing.T) {
	dsn := dbtest.Embedded(t)
	c := start(t, dsn, dbtest.Schema(t, dsn), settings{interval: time.Second})
	if res, a := c.post("/track", eventJSON("gone", "before")); res.StatusCode != 200 {
		t.Fatal(res.Status, a)
	}
	at := time.Now().UTC().Format(time.RFC3339Nano)
	for _, message := range []string{segmentMessage("track", uuid.NewString(), at, `, "userId": "other", "anonymousId": "gone", "event": "others"`),
		segmentMessage("identify", uuid.NewString(), at, `, "userId": "other", "anonymousId": "gone"`)} {
		if res, a := c.post("/v1/batch", `{"batch": [`+message+`]}`); res.StatusCode != 200 {
			t.Fatal(res.Status, a)
		}
	}
	time.Sleep(10 * time.Millisecond) // the embedded database's clock counts milliseconds
	if _, err := c.pool.Exec(t.Context(), fmt.Sprintf(`INSERT INTO %[1]s.forgotten_users (user_key) VALUES (%[1]s.user_key_of('gone'))`, c.schema)); err != nil {
		t.Fatal(err)
	}
	c.settle()
	if res, a := c.post("/track", eventJSON("gone", "after")); res.StatusCode != 200 {
		t.Fatal(res.Status, a)
	}
	if diff := gocmp.Diff([]string{"after gone", "identify other", "others other"}, c.rows(`SELECT concat_ws(' ', event_type, user_id, anonymous_id) FROM %s ORDER BY 1`)); diff != "" {
		t.Error(diff)
	}
	var aliases int
	if err := c.pool.QueryRow(t.Context(), fmt.Sprintf(`SELECT count(*) FROM %s.user_aliases`, c.schema)).Scan(&aliases); err != nil || aliases != 0 {
		t.Error(aliases, err)
	}
}

// The same message is the same event, whatever the client's clock said meanwhile and whoever its visitor has turned out to be.
func TestRepeatsAfterClocksAndUsersHaveChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		c := start(t, dsn, dbtest.Schema(t, dsn), settings{})
		at := time.Now().Add(-time.Hour).UTC()
		send := func(clock time.Duration, message string) {
			t.Helper()
			body := fmt.Sprintf(`{"sentAt": %q, "batch": [%s]}`, time.Now().Add(clock).UTC().Format(time.RFC3339Nano), message)
			if res, a := c.post("/v1/batch", body); res.StatusCode != 200 {
				t.Fatal(res.Status, a)
			}
			c.settle() // one batch each
		}
		message := fmt.Sprintf(`{"type": "track", "messageId": "m", "event": "visit", "anonymousId": "visitor", "timestamp": %q}`, at.Format(time.RFC3339Nano))
		for _, clock := range []time.Duration{0, 5 * time.Hour, 0, -3 * time.Hour} {
			send(clock, message)
		}
		send(0, `{"type": "identify", "messageId": "i", "anonymousId": "visitor", "userId": "user"}`)
		known := strings.Replace(message, `"m"`, `"k"`, 1)
		send(0, known)
		send(0, `{"type": "alias", "messageId": "a", "previousId": "user", "userId": "account"}`)
		send(0, known)
		send(5*time.Hour, message)
		want := []string{"user visit", "visitor visit"}
		if diff := gocmp.Diff(want, c.rows(`SELECT concat_ws(' ', user_id, event_type) FROM %s WHERE event_type = 'visit' ORDER BY 1`)); diff != "" {
			t.Error(diff)
		}
	})
}
