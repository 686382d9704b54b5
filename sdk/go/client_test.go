package footfall

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// request is what the server saw of one.
type request struct {
	user   string
	sentAt time.Time
	batch  []map[string]any
	at     time.Time
}

func (r request) names() string {
	var names []string
	for _, m := range r.batch {
		names = append(names, m["event"].(string))
	}
	return strings.Join(names, " ")
}

// server answers the n-th request, from 0, with answers[n], and all later ones with 200.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	requests []request
}

func serve(t *testing.T, answers ...http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		zipped, err := gzip.NewReader(r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		var body struct {
			Batch  []map[string]any
			SentAt time.Time
		}
		if err := json.NewDecoder(zipped).Decode(&body); err != nil {
			t.Error(err)
			return
		}
		if r.Method != http.MethodPost || r.URL.Path != "/v1/batch" {
			t.Errorf("%s %s", r.Method, r.URL.Path)
		}
		user, _, _ := r.BasicAuth()
		s.mu.Lock()
		n := len(s.requests)
		s.requests = append(s.requests, request{user, body.SentAt, body.Batch, time.Now()})
		s.mu.Unlock()
		if n < len(answers) {
			answers[n](w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) all() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

func status(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		fmt.Fprint(w, body)
	}
}

// again returns the same answer n times.
func again(answer http.HandlerFunc, n int) (answers []http.HandlerFunc) {
	for range n {
		answers = append(answers, answer)
	}
	return answers
}

// hangUp closes the connection without an answer.
func hangUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// losses collects what OnError is told.
type losses struct {
	mu    sync.Mutex
	names []string
	errs  []error
}

func (l *losses) add(messages []json.RawMessage, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range messages {
		var event struct{ Event string }
		_ = json.Unmarshal(m, &event)
		l.names = append(l.names, event.Event)
	}
	l.errs = append(l.errs, err)
}

// start starts a client that sends only when it is told to, unless the options say otherwise, and retries fast.
func start(t *testing.T, url string, options Options) (*Client, *losses) {
	t.Helper()
	lost := &losses{}
	options.OnError = lost.add
	if options.Interval == 0 {
		options.Interval = time.Hour
	}
	c, err := New(url, options)
	if err != nil {
		t.Fatal(err)
	}
	c.pause = 2 * time.Millisecond
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c, lost
}

func track(t *testing.T, c *Client, events ...string) {
	t.Helper()
	for _, event := range events {
		if err := c.Enqueue(Track{UserID: "u-1", Event: event}); err != nil {
			t.Fatal(err)
		}
	}
}

func flush(t *testing.T, c *Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := c.Flush(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestMessagesInTheFormOfTheAPI(t *testing.T) {
	s := serve(t)
	c, _ := start(t, s.URL+"/", Options{WriteKey: "key-1"})
	at := time.Date(2026, 11, 24, 6, 0, 0, 123456000, time.UTC)
	for _, m := range []Message{
		Track{UserID: "u-1", AnonymousID: "a-1", Event: "pay", Properties: map[string]any{"amount": 49.9}, Timestamp: at, MessageID: "0192f0c1-2b7e-7c3a-9f10-5a6b7c8d9e0f",
			Context: Context{PageURL: "/cart", SessionID: "s-1", UserAgent: "Firefox", IP: "192.0.2.7", Consent: true}},
		Page{AnonymousID: "a-1", Name: "Cart", Properties: map[string]any{"items": 2}, Timestamp: at, MessageID: "0192f0c1-2b7e-7c3a-9f10-5a6b7c8d9e10"},
		Identify{UserID: "u-1", AnonymousID: "a-1", Traits: map[string]any{"plan": "pro"}, Timestamp: at, MessageID: "0192f0c1-2b7e-7c3a-9f10-5a6b7c8d9e11"},
		Alias{PreviousID: "u-0", UserID: "u-1", Timestamp: at, MessageID: "0192f0c1-2b7e-7c3a-9f10-5a6b7c8d9e12"},
	} {
		if err := c.Enqueue(m); err != nil {
			t.Fatal(err)
		}
	}
	flush(t, c)
	requests := s.all()
	if len(requests) != 1 || requests[0].user != "key-1" || time.Since(requests[0].sentAt) > time.Minute {
		t.Fatalf("%+v", requests)
	}
	got, err := json.MarshalIndent(requests[0].batch, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	want := `[
 {"anonymousId":"a-1","context":{"consent":true,"ip":"192.0.2.7","page":{"url":"/cart"},"sessionId":"s-1","userAgent":"Firefox"},"event":"pay","messageId":"0192f0c1-2b7e-7c3a-9f10-5a6b7c8d9e0f","properties":{"amount":49.9},"timestamp":"2026-11-24T06:00:00.123456Z","type":"track","userId":"u-1"},
 {"anonymousId":"a-1","messageId":"0192f0c1-2b7e-7c3a-9f10-5a6b7c8d9e10","name":"Cart","properties":{"items":2},"timestamp":"2026-11-24T06:00:00.123456Z","type":"page"},
 {"anonymousId":"a-1","messageId":"0192f0c1-2b7e-7c3a-9f10-5a6b7c8d9e11","timestamp":"2026-11-24T06:00:00.123456Z","traits":{"plan":"pro"},"type":"identify","userId":"u-1"},
 {"messageId":"0192f0c1-2b7e-7c3a-9f10-5a6b7c8d9e12","previousId":"u-0","timestamp":"2026-11-24T06:00:00.123456Z","type":"alias","userId":"u-1"}
]`
	if strings.Join(strings.Fields(string(got)), "") != strings.Join(strings.Fields(want), "") {
		t.Errorf("got %s", got)
	}
}

// An event is sent by its number, its bytes or its age, whichever comes first.
func TestWhatMakesABatch(t *testing.T) {
	for name, test := range map[string]struct {
		options Options
		want    []string
	}{
		"number":   {Options{BatchEvents: 2}, []string{"a b", "c d"}},
		"bytes":    {Options{BatchBytes: 300}, []string{"a b", "c d"}}, // some 130 bytes each
		"interval": {Options{Interval: 50 * time.Millisecond}, []string{"a b c d"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			c, lost := start(t, s.URL, test.options)
			track(t, c, "a", "b", "c", "d")
			if name == "bytes" {
				flush(t, c) // the last two have not reached the limit
			}
			deadline := time.Now().Add(10 * time.Second)
			for len(s.all()) < len(test.want) && time.Now().Before(deadline) {
				time.Sleep(time.Millisecond)
			}
			var got []string
			for _, r := range s.all() {
				got = append(got, r.names())
			}
			if !slices.Equal(got, test.want) || lost.names != nil {
				t.Errorf("got %q, lost %q", got, lost.names)
			}
		})
	}
}

// Whatever goes wrong on the way, the same message comes again with the same id and time.
func TestRetries(t *testing.T) {
	s := serve(t, hangUp, status(500, "oops"), status(503, `{"error":"the queue is full"}`), status(429, ""), status(408, ""),
		func(w http.ResponseWriter, _ *http.Request) { // an answer that breaks off
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, `{"succ`)
		})
	c, lost := start(t, s.URL, Options{})
	track(t, c, "a", "b")
	flush(t, c)
	requests := s.all()
	if len(requests) != 7 || lost.errs != nil {
		t.Fatalf("%d requests, lost %v", len(requests), lost.errs)
	}
	for _, r := range requests {
		for i, m := range r.batch {
			if m["messageId"] != requests[0].batch[i]["messageId"] || m["timestamp"] != requests[0].batch[i]["timestamp"] {
				t.Errorf("got %v, was %v", m, requests[0].batch[i])
			}
		}
	}
	if !requests[6].sentAt.After(requests[0].sentAt) {
		t.Error("sentAt must be the time of the try: the collector corrects the clock by it")
	}
}

func TestAServerThatIsNotThereYet(t *testing.T) {
	s := serve(t)
	address := s.Listener.Addr().String()
	s.Close()
	c, lost := start(t, "http://"+address, Options{})
	track(t, c, "a")
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := c.Flush(ctx); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "1 messages") {
		t.Fatalf("got %v", err)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	back := httptest.NewUnstartedServer(s.Config.Handler)
	back.Listener = listener
	back.Start()
	defer back.Close()
	flush(t, c)
	if got := s.all(); len(got) != 1 || got[0].names() != "a" || lost.errs != nil {
		t.Errorf("got %v, lost %v", got, lost.errs)
	}
}

func TestRetryAfterIsKept(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	c, _ := start(t, s.URL, Options{})
	track(t, c, "a")
	flush(t, c)
	requests := s.all()
	if len(requests) != 2 || requests[1].at.Sub(requests[0].at) < time.Second {
		t.Errorf("%v", requests)
	}
}

func TestRetryAfterHeader(t *testing.T) {
	for header, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-3": 0, "soon": 0, "99999999999": maxRetryAfter,
		time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat): 0,
		time.Now().Add(time.Hour).UTC().Format(http.TimeFormat):  maxRetryAfter,
	} {
		if got := retryAfter(header); got != want {
			t.Errorf("%q: got %s, want %s", header, got, want)
		}
	}
	if got := retryAfter(time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)); got < 50*time.Second || got > time.Minute {
		t.Errorf("in a minute: got %s", got)
	}
}

// Pauses grow, with a random part, up to a limit.
func TestPausesGrow(t *testing.T) {
	s := serve(t, again(hangUp, 6)...)
	c, _ := start(t, s.URL, Options{})
	c.pause = 8 * time.Millisecond
	track(t, c, "a")
	flush(t, c)
	requests := s.all()
	if len(requests) != 7 {
		t.Fatalf("%d requests", len(requests))
	}
	for i, least := 1, 4*time.Millisecond; i < len(requests); i, least = i+1, 2*least {
		if pause := requests[i].at.Sub(requests[i-1].at); pause < least {
			t.Errorf("pause %d is %s, at least %s was expected", i, pause, least)
		}
	}
}

func TestRefusedMessagesAreReportedAndOthersTaken(t *testing.T) {
	s := serve(t, status(400, `{"success":false,"refused":[{"index":1,"field":"event","reason":"is blank"},
		{"index":1,"field":"timestamp","reason":"is too old"},{"index":2,"field":"properties.x","reason":"is odd"}]}`))
	c, lost := start(t, s.URL, Options{})
	track(t, c, "a", "b", "c", "d")
	flush(t, c)
	if len(s.all()) != 1 || !slices.Equal(lost.names, []string{"b", "c"}) {
		t.Fatalf("%d requests, lost %q", len(s.all()), lost.names)
	}
	var refused *RefusedError
	if !errors.As(lost.errs[1], &refused) || *refused != (RefusedError{400, "properties.x", "is odd"}) {
		t.Errorf("got %v", lost.errs[1])
	}
	if text := lost.errs[0].Error(); !strings.Contains(text, "event is blank") || !strings.Contains(text, "timestamp is too old") {
		t.Errorf("got %s", text)
	}
}

func TestWhatIsRefusedAsAWholeIsNotSentAgain(t *testing.T) {
	for _, code := range []int{400, 401, 403, 404, 415} {
		s := serve(t, status(code, `{"error":"no"}`))
		c, lost := start(t, s.URL, Options{})
		track(t, c, "a", "b")
		flush(t, c)
		var refused *RefusedError
		if len(s.all()) != 1 || !slices.Equal(lost.names, []string{"a", "b"}) || !errors.As(lost.errs[0], &refused) || refused.Status != code || refused.Reason != "no" {
			t.Errorf("%d: %d requests, lost %q: %v", code, len(s.all()), lost.names, lost.errs)
		}
	}
}

// The server takes two messages at once, and one of them not even alone.
func TestTooLargeBatchesAreCut(t *testing.T) {
	var seen []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		zipped, err := gzip.NewReader(r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		var body struct{ Batch []struct{ Event string } }
		if err := json.NewDecoder(zipped).Decode(&body); err != nil {
			t.Error(err)
		}
		if len(body.Batch) > 2 || slices.ContainsFunc(body.Batch, func(m struct{ Event string }) bool { return m.Event == "huge" }) {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		for _, m := range body.Batch {
			seen = append(seen, m.Event)
		}
	}))
	defer s.Close()
	c, lost := start(t, s.URL, Options{})
	track(t, c, "a", "b", "huge", "c", "d", "e", "f")
	flush(t, c)
	if !slices.Equal(seen, strings.Fields("a b c d e f")) || !slices.Equal(lost.names, []string{"huge"}) {
		t.Errorf("got %q, lost %q", seen, lost.names)
	}
}

func TestGivingUp(t *testing.T) {
	s := serve(t, again(status(503, "busy"), 1000)...)
	c, lost := start(t, s.URL, Options{GiveUpAfter: 100 * time.Millisecond})
	track(t, c, "a", "b")
	flush(t, c)
	if !slices.Equal(lost.names, []string{"a", "b"}) || len(lost.errs) != 1 || !strings.Contains(lost.errs[0].Error(), "503: busy") {
		t.Errorf("lost %q: %v", lost.names, lost.errs)
	}
	if n := len(s.all()); n < 3 {
		t.Errorf("%d requests", n)
	}
}

// The queue is bounded, with what is being sent; Enqueue does not wait for room.
func TestAFullQueue(t *testing.T) {
	asked, release := make(chan struct{}), make(chan struct{})
	s := serve(t, func(http.ResponseWriter, *http.Request) { close(asked); <-release })
	c, _ := start(t, s.URL, Options{QueueEvents: 3, BatchEvents: 2})
	track(t, c, "a", "b")
	<-asked
	track(t, c, "c")
	before := time.Now()
	if err := c.Enqueue(Track{UserID: "u", Event: "d"}); !errors.Is(err, ErrFull) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(before); took > time.Second {
		t.Errorf("Enqueue took %s", took)
	}
	close(release)
	flush(t, c)
	track(t, c, "d")
	flush(t, c)
	if got := s.all(); len(got) != 3 || got[1].names() != "c" || got[2].names() != "d" {
		t.Errorf("got %v", got)
	}
}

func TestMessagesThatCannotBeSent(t *testing.T) {
	c, _ := start(t, "http://127.0.0.1:1", Options{BatchBytes: 1000})
	for message, want := range map[Message]string{
		&Track{UserID: "u"}:         "a Track needs an Event",
		&Track{Event: "e"}:          "needs a UserID or an AnonymousID",
		&Page{}:                     "needs a UserID or an AnonymousID",
		&Identify{AnonymousID: "a"}: "an Identify needs a UserID",
		&Alias{UserID: "u"}:         "needs both",
		&Track{UserID: "u", Event: "e", Properties: map[string]any{"f": func() {}}}:                 "cannot be written as JSON",
		&Track{UserID: "u", Event: "e", Properties: map[string]any{"f": strings.Repeat("x", 1000)}}: "a batch has 1000 at most",
	} {
		if err := c.Enqueue(message); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v", message, err)
		}
	}
}

func TestOptionsAndEndpointsThatCannotBe(t *testing.T) {
	for _, endpoint := range []string{"", "localhost:8090", "ftp://x", "http://", "http://%zz"} {
		if _, err := New(endpoint, Options{}); err == nil || !strings.Contains(err.Error(), "is not an address such as") {
			t.Errorf("%q: got %v", endpoint, err)
		}
	}
	for want, options := range map[string]Options{
		"QueueEvents is -1": {QueueEvents: -1}, "BatchEvents is -1": {BatchEvents: -1}, "BatchBytes is -1": {BatchBytes: -1},
		"Interval is -1ns": {Interval: -1}, "GiveUpAfter is -1ns": {GiveUpAfter: -1},
	} {
		if _, err := New("http://127.0.0.1:1", options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
}

func TestCloseSendsWhatWaits(t *testing.T) {
	s := serve(t, hangUp)
	c, lost := start(t, s.URL, Options{})
	track(t, c, "a", "b")
	if err := c.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := s.all(); len(got) != 2 || got[1].names() != "a b" || lost.errs != nil {
		t.Errorf("got %v, lost %v", got, lost.errs)
	}
	if err := c.Enqueue(Track{UserID: "u", Event: "c"}); !errors.Is(err, ErrClosed) {
		t.Errorf("Enqueue: %v", err)
	}
	if err := c.Close(context.Background()); !errors.Is(err, ErrClosed) {
		t.Errorf("Close: %v", err)
	}
}

// Close ends with its context, even in the middle of a request, and says what was not sent.
func TestCloseInTime(t *testing.T) {
	release := make(chan struct{})
	s := serve(t, func(http.ResponseWriter, *http.Request) { <-release })
	c, lost := start(t, s.URL, Options{BatchEvents: 2})
	track(t, c, "a", "b", "c")
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	before := time.Now()
	err := c.Close(ctx)
	close(release)
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(before) > 5*time.Second {
		t.Errorf("got %v after %s", err, time.Since(before))
	}
	if !slices.Equal(lost.names, []string{"a", "b", "c"}) || !errors.Is(lost.errs[0], ErrClosed) {
		t.Errorf("lost %q: %v", lost.names, lost.errs)
	}
}

// Many goroutines at once, a server that fails every third time: every message arrives.
func TestManyAtOnce(t *testing.T) {
	var mu sync.Mutex
	seen, n := map[string]bool{}, 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if n++; n%3 == 0 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		zipped, err := gzip.NewReader(r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		var body struct{ Batch []struct{ Event string } }
		if err := json.NewDecoder(zipped).Decode(&body); err != nil {
			t.Error(err)
		}
		for _, m := range body.Batch {
			if seen[m.Event] {
				t.Errorf("%s came twice", m.Event)
			}
			seen[m.Event] = true
		}
	}))
	defer s.Close()
	c, lost := start(t, s.URL, Options{BatchEvents: 50, Interval: 5 * time.Millisecond})
	var group sync.WaitGroup
	for g := range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := range 250 {
				if err := c.Enqueue(Track{UserID: "u", Event: fmt.Sprintf("%d-%d", g, i)}); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	group.Wait()
	flush(t, c)
	mu.Lock()
	defer mu.Unlock()
	if len(seen) != 2000 || lost.errs != nil {
		t.Errorf("%d of 2000 came, lost %v", len(seen), lost.errs)
	}
}
