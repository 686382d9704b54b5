package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/footfall-analytics/footfall/internal/dbtest"
)

// bomb inflates to a thousand times as much.
func bomb(t *testing.T, size int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(bytes.Repeat([]byte(" "), size)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// memory returns what the process has in memory now and had at most, in bytes.
func (s *service) memory(t *testing.T) (now, most int64) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		t.Skip("this system does not tell a process's memory")
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kilobytes, _ := strconv.ParseInt(fields[1], 10, 64)
		switch fields[0] {
		case "VmRSS:":
			now = kilobytes << 10
		case "VmHWM:":
			most = kilobytes << 10
		}
	}
	return now, most
}

// raw opens a connection and sends text.
func (s *service) raw(t *testing.T, text string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	return conn
}

// get reads a page for those who run the collector.
func (s *service) get(t *testing.T, path string) string {
	t.Helper()
	res, err := http.Get(s.admin + path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (s *service) end(t *testing.T) string {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	status, log := s.wait()
	if status != 0 {
		t.Error(status, log)
	}
	return log
}

// answerOf reads one answer; the client waits for at most so long.
func answerOf(t *testing.T, conn net.Conn, patience time.Duration) *http.Response {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// A key that lets nobody in is found before any of the body is read, and one in the body is looked for in small bodies only.
func TestNothingIsReadWithoutAKey(t *testing.T) {
	dsn := dbtest.Embedded(t)
	schema := dbtest.Schema(t, dsn)
	stdout, stderr, status := run(t, "key", "add", "web", "--database", dsn, "--schema", schema)
	if status != 0 {
		t.Fatal(stderr)
	}
	key := strings.TrimSpace(stdout)
	s := serve(t, "--database", dsn, "--schema", schema)
	basic := func(key string) string {
		return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(key+":")) + "\r\n"
	}
	request := func(path, headers string, length int) string {
		return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\n%sContent-Length: %d\r\n\r\n", path, headers, length)
	}
	// The body never comes.
	for _, test := range []struct {
		name, text string
		status     int
	}{
		{"wrong key in the header", request("/v1/batch", basic("ff_nobody"), 5_000_000), 401},
		{"wrong key in the address", request("/v1/batch?writeKey=ff_nobody", "", 100), 401},
		{"no key where none can be in the body", request("/track/batch", "", 5_000_000), 401},
		{"that waits to be asked for", request("/track", "Expect: 100-continue\r\n", 100), 401},
	} {
		start := time.Now()
		res := answerOf(t, s.raw(t, test.text), 3*time.Second)
		if res.StatusCode != test.status || time.Since(start) > 2*time.Second {
			t.Errorf("%s: %s after %s", test.name, res.Status, time.Since(start))
		}
	}
	event := fmt.Sprintf(`{"writeKey": %q, "userId": "u", "event": "visit", "properties": {"a": "%%s"}}`, key)
	large := fmt.Sprintf(`{"writeKey": %q, "batch": [{"type": "track", "userId": "u", "event": "visit"}], "more": "%s"}`, key, strings.Repeat("x", 512<<10))
	for _, test := range []struct {
		name, path, header, body string
		status                   int
	}{
		{"key in the body", "/v1/track", "", fmt.Sprintf(event, "x"), 200},
		{"key in a body that is too large for that", "/v1/batch", "", large, 413},
		{"the largest", "/v1/batch", "", strings.Replace(large, strings.Repeat("x", len(large)-512<<10), "", 1), 200},
		{"the same with the key in the header", "/v1/batch", basic(key), large, 200},
		{"one that has a good key in the header and a bad one in the body", "/v1/track", basic(key), `{"writeKey": "ff_nobody", "userId": "u", "event": "v"}`, 200},
	} {
		conn := s.raw(t, request(test.path, test.header, len(test.body))+test.body)
		if res := answerOf(t, conn, 10*time.Second); res.StatusCode != test.status {
			text, _ := io.ReadAll(res.Body)
			t.Errorf("%s: %s %s", test.name, res.Status, text)
		}
	}
	// Whoever has said all may close that side.
	body := `{"user_id": "u", "event_type": "v", "timestamp": "2026-11-01T12:00:00Z"}`
	half := s.raw(t, request("/track", basic(key), len(body))+body)
	if err := half.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if res := answerOf(t, half, 10*time.Second); res.StatusCode != 200 {
		t.Error("half closed:", res.Status)
	}
	// A client that sends all of a body that is refused reads why.
	for path, want := range map[string]int{"/track/batch": 413, "/track/batch?writeKey=ff_nobody": 401} {
		header := basic(key)
		if want == 401 {
			header = ""
		}
		sent := s.raw(t, request(path, header, 6<<20)+strings.Repeat(" ", 6<<20))
		if res := answerOf(t, sent, 10*time.Second); res.StatusCode != want {
			t.Error(path, res.Status)
		}
	}
	// A stranger that sends the body slowly has ten seconds.
	conn := s.raw(t, request("/v1/track", "", 1000))
	start := time.Now()
	go func() {
		for range 30 {
			if _, err := io.WriteString(conn, " "); err != nil {
				return
			}
			time.Sleep(500 * time.Millisecond)
		}
	}()
	if res := answerOf(t, conn, 15*time.Second); res.StatusCode != 400 || time.Since(start) > 12*time.Second {
		t.Errorf("%s after %s", res.Status, time.Since(start))
	}
	s.end(t)
}

// However many bodies come at once, and however large they become, memory stays within bounds and is given back.
func TestBodiesShareMemory(t *testing.T) {
	dsn := dbtest.Embedded(t)
	schema := dbtest.Schema(t, dsn)
	s := serve(t, "--database", dsn, "--schema", schema, "--max-memory", "134217728")
	body := bomb(t, 5<<20)
	request := fmt.Sprintf("POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", len(body), body[:len(body)-1])
	var open sync.WaitGroup
	statuses := make(chan int, 400)
	for range 400 {
		open.Go(func() {
			conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = conn.Close() }()
			if _, err := io.WriteString(conn, request); err != nil {
				t.Error(err)
				return
			}
			_ = conn.SetReadDeadline(time.Now().Add(3 * time.Second))
			if res, err := http.ReadResponse(bufio.NewReader(conn), nil); err == nil {
				if res.StatusCode == 503 && res.Header.Get("Retry-After") != "5" {
					t.Error("Retry-After", res.Header.Get("Retry-After"))
				}
				statuses <- res.StatusCode
			}
		})
	}
	open.Wait()
	close(statuses)
	busy := 0
	for status := range statuses {
		if status != 503 {
			t.Error("an answer", status, "to a body that had no end")
		}
		busy++
	}
	if _, most := s.memory(t); busy < 350 || most > 300<<20 {
		t.Errorf("%d of 400 were told to come back; %d MB were in use", busy, most>>20)
	}
	// Then there is room again.
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		res, err := http.Post(s.url+"/track", "", strings.NewReader(`{"user_id": "u", "event_type": "v", "timestamp": "2026-11-01T12:00:00Z"}`))
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode == 200 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(res.Status)
		}
	}
	s.end(t)
}

// Clients that are silent keep nobody out, and health is answered while all connections are at work.
func TestConnectionsAreUsedUp(t *testing.T) {
	dsn := dbtest.Embedded(t)
	schema := dbtest.Schema(t, dsn)
	s := serve(t, "--database", dsn, "--schema", schema, "--max-connections", "20", "--drain-timeout", "3s")
	health := func(url string) (int, error) {
		client := http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
		res, err := client.Get(url + "/healthz")
		if err != nil {
			return 0, err
		}
		defer func() { _ = res.Body.Close() }()
		return res.StatusCode, nil
	}
	for range 15 {
		s.raw(t, "")                                                                       // says nothing
		s.raw(t, "POST /track HTTP/1.1\r\nHost: x\r\n")                                    // does not end its header
		_ = answerOf(t, s.raw(t, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"), time.Second) // is idle
	}
	for _, url := range []string{s.url, s.admin} {
		if status, err := health(url); status != 200 {
			t.Error(status, err)
		}
	}
	// At work: the rest of the body is waited for. One whose header the collector has not read yet gives its place away, so more may be needed.
	for n := 0; ; n++ {
		s.raw(t, "POST /track HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
		if n < 20 {
			continue
		}
		if status, err := health(s.url); err != nil {
			break
		} else if n == 200 {
			t.Fatal("there is a place for one more:", status)
		}
	}
	if status, err := health(s.admin); status != 200 {
		t.Error(status, err)
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	status, log := s.wait()
	if took := time.Since(start); status != 1 || took > 3*time.Second || !strings.Contains(log, "listening") {
		t.Errorf("ended with %d after %s", status, took)
	}
}

// hostileHeader returns a header of the shortest lines, each with a name of its own, without its end.
func hostileHeader(bytes int) string {
	var b strings.Builder
	b.WriteString("POST /v1/batch HTTP/1.1\r\nHost: x\r\n")
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	for i := 0; b.Len()+6 <= bytes; i++ {
		b.WriteString(string([]byte{letters[i%26], letters[i/26%36], letters[i/26/36%36], ':', '\r', '\n'}))
	}
	return b.String()
}

// However many clients send headers at their worst at once, memory stays within bounds, and others are answered.
func TestHostileHeaders(t *testing.T) {
	dsn := dbtest.Embedded(t)
	s := serve(t, "--database", dsn, "--schema", dbtest.Schema(t, dsn))
	_, before := s.memory(t)
	header := hostileHeader(maxHeader - 100)
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			for range 50 { // 2000 that are open at once for five seconds, had they room
				conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
				if err != nil {
					t.Error(err)
					return
				}
				t.Cleanup(func() { _ = conn.Close() })
				_, _ = io.WriteString(conn, header) // it may be closed meanwhile
			}
		})
	}
	for range 20 {
		body := `{"user_id": "u", "event_type": "v", "timestamp": "2026-11-01T12:00:00Z"}`
		conn := s.raw(t, fmt.Sprintf("POST /track HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
		if res := answerOf(t, conn, 5*time.Second); res.StatusCode != 200 {
			t.Error(res.Status)
		}
		time.Sleep(50 * time.Millisecond)
	}
	all.Wait()
	if _, most := s.memory(t); most-before > 200<<20 {
		t.Errorf("%d MB for headers", (most-before)>>20)
	}
	// The limits themselves: so many lines, and so many bytes.
	for lines, want := range map[int]int{maxLines - 1: 200, maxLines: 431} {
		text := "GET /healthz HTTP/1.1\r\nHost: x\r\nX: y\r\n" + strings.Repeat("X: y\r\n", lines) + "\r\n"
		if res := answerOf(t, s.raw(t, text), 3*time.Second); res.StatusCode != want {
			t.Errorf("%d lines: %s", lines+1, res.Status)
		}
	}
	const first = "GET /healthz HTTP/1.1\r\nHost: x\r\nX: "
	for bytes, want := range map[int]int{maxHeader - 5000: 200, maxHeader + 1: 431} {
		if res := answerOf(t, s.raw(t, first+strings.Repeat("y", bytes-len(first)-4)+"\r\n\r\n"), 3*time.Second); res.StatusCode != want {
			t.Errorf("%d bytes: %s", bytes, res.Status)
		}
	}
	s.end(t)
}

// What clients make up does not get into the log, nor into answers.
func TestRequestIDs(t *testing.T) {
	dsn := dbtest.Embedded(t)
	s := serve(t, "--database", dsn, "--schema", dbtest.Schema(t, dsn))
	longest := strings.Repeat("a", 128)
	for _, test := range []struct {
		id   string
		kept bool
	}{{"proxy-1_2.3", true}, {longest, true}, {longest + "a", false}, {strings.Repeat("b", 7_000), false}, {"two words", false}, {`q"uote`, false}, {"", false}, {"é", false}} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/nothing", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Request-Id", test.id)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if got := res.Header.Get("X-Request-Id"); (got == test.id) != test.kept || got == "" || len(got) > 128 {
			t.Errorf("%.40q: %.40q", test.id, got)
		}
	}
	method := strings.Repeat("M", 4000)
	if res := answerOf(t, s.raw(t, method+" /"+strings.Repeat("p", 3000)+" HTTP/1.1\r\nHost: x\r\n\r\n"), 2*time.Second); res.StatusCode != 405 && res.StatusCode != 404 {
		t.Error(res.Status)
	}
	for line := range strings.Lines(s.end(t)) {
		if len(line) > 500 || !json.Valid([]byte(line)) {
			t.Errorf("%.600s", line)
		}
	}
}

// What is told of the collector is not for everybody.
func TestAdminHasAnAddressOfItsOwn(t *testing.T) {
	dsn := dbtest.Embedded(t)
	s := serve(t, "--database", dsn, "--schema", dbtest.Schema(t, dsn))
	for _, test := range []struct {
		url, contains string
		status        int
	}{
		{s.url + "/metrics", "nothing here", 404},
		{s.url + "/healthz", "ok", 200},
		{s.url + "/readyz", `{"status":"ready"}`, 200},
		{s.admin + "/healthz", "ok", 200},
		{s.admin + "/readyz", `"database":"ready"`, 200},
		{s.admin + "/metrics", "go_goroutines ", 200},
		{s.admin + "/track", "", 404},
	} {
		res, err := http.Get(test.url)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != test.status || !strings.Contains(string(text), test.contains) {
			t.Errorf("%s: %s %.200s", test.url, res.Status, text)
		}
	}
	s.end(t)
}
