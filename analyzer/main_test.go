package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/internal/programs"
	"github.com/footfall-analytics/footfall/internal/programtest"
	"github.com/footfall-analytics/footfall/internal/settingsdoc"
)

func TestMain(m *testing.M) { programtest.Main(m) }

var update = flag.Bool("update", false, "write the settings table in docs/segments.md")

// TestSettingsAreDocumented keeps the table of settings in docs/segments.md in step with the structs.
func TestSettingsAreDocumented(t *testing.T) {
	parser, err := newParser(&cli{}, io.Discard, io.Discard, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	settingsdoc.Check(t, parser, "../docs/segments.md", *update)
}

// world is a schema with users.
type world struct {
	*testing.T
	conn        *pgx.Conn
	dsn, schema string
}

func newWorld(t *testing.T, dsn string) world {
	t.Helper()
	w := world{t, dbtest.Connect(t, dsn), programs.OneConnection(dsn), dbtest.Schema(t, dsn)}
	dbtest.Enter(t, w.conn, w.schema)
	return w
}

func (w world) do(statement string, args ...any) {
	w.Helper()
	if _, err := w.conn.Exec(context.WithoutCancel(w.Context()), statement, args...); err != nil {
		w.Fatalf("%s: %v", statement, err)
	}
}

func (w world) text(query string, args ...any) (text string) {
	w.Helper()
	if err := w.conn.QueryRow(w.Context(), query, args...).Scan(&text); err != nil {
		w.Fatalf("%s: %v", query, err)
	}
	return text
}

// buy stores a purchase, of a user with a profile.
func (w world) buy(user string) {
	w.Helper()
	w.do(`INSERT INTO user_events (time, user_id, user_key, event_type, event_id) VALUES (now() - INTERVAL '1 hour', $1, user_key_of($1), 'buy', gen_random_uuid())`, user)
	w.do(`INSERT INTO user_profiles (user_id) VALUES ($1) ON CONFLICT DO NOTHING`, user)
}

// command returns the program, for this schema.
func (w world) command(dsn string, args ...string) *exec.Cmd {
	w.Helper()
	cmd := programtest.Command(w.T, 5*time.Minute, append(args, "--schema", w.schema)...)
	cmd.Env = append(cmd.Env, "FOOTFALL_DSN="+dsn)
	return cmd
}

// run runs the program to its end and returns what it printed.
func (w world) run(status int, args ...string) (stdout, stderr string) {
	w.Helper()
	stdout, stderr, got := programtest.Run(w.T, w.command(w.dsn, args...))
	if got != status {
		w.Errorf("analyzer %v ends with %d: %s%s", args, got, stdout, stderr)
	}
	return stdout, stderr
}

const token = "a token that is long enough"

// server is a running analyzer.
type server struct {
	cmd        *exec.Cmd
	url, admin string
	ended      chan struct{}
}

func (w world) start(dsn string) *server {
	w.Helper()
	cmd := w.command(dsn, "serve", "--listen", "127.0.0.1:0", "--listen-admin", "127.0.0.1:0")
	cmd.Env = append(cmd.Env, "FOOTFALL_ANALYZER_TOKEN="+token)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		w.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		w.Fatal(err)
	}
	s := &server{cmd: cmd, ended: make(chan struct{})}
	at := make(chan struct{ Address, Admin string }, 1)
	go func() {
		defer close(s.ended)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			var line struct{ Msg, Address, Admin string }
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "listening" {
				at <- struct{ Address, Admin string }{line.Address, line.Admin}
			}
		}
		_ = cmd.Wait() // how it ended is not asked
	}()
	w.Cleanup(s.kill)
	select {
	case found := <-at:
		s.url, s.admin = "http://"+found.Address, "http://"+found.Admin
	case <-s.ended:
		w.Fatal("the analyzer has ended")
	}
	return s
}

// kill ends the program as kill -9 does.
func (s *server) kill() {
	_ = s.cmd.Process.Kill() // it may have ended
	<-s.ended
}

// ask returns the answer to a GET, empty if there is none.
func ask(t *testing.T, url string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, ""
	}
	defer func() { _ = response.Body.Close() }()
	text, _ := io.ReadAll(response.Body) // what is missing is not found by the test
	return response.StatusCode, string(text)
}

func (w world) await(what string, is func() bool) {
	w.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			w.Fatal("it takes too long until ", what)
		}
	}
}

// file writes a file and returns its path.
func (w world) file(name, text string) string {
	w.Helper()
	path := filepath.Join(w.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.Fatal(err)
	}
	return path
}

const buyers = `segments:
  - name: buyers
    title: Buyers
    definition:
      did: {event: buy, since: 2026-01-01}
`

func TestCommands(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		w.buy("ann")
		w.buy("bob")
		file := w.file("a.yaml", buyers+"  - name: vips\n  - {name: fans, definition: {segment: buyers}}\n")
		out, _ := w.run(0, "segments", "apply", "--dry-run", file)
		for _, line := range []string{"buyers: would be created; 2 members, 2 would enter and 0 leave\n", "vips: would be created; its members are uploaded\n",
			"fans: would be created; its members cannot be counted: ", "Nothing was changed.\n"} {
			if !strings.Contains(out, line) {
				t.Errorf("no %q in\n%s", line, out)
			}
		}
		if n := w.text(`SELECT count(*)::text FROM segments`); n != "0" {
			t.Error("a dry run made", n)
		}
		if out, _ := w.run(0, "segments", "apply", file); !strings.HasPrefix(out, "buyers: created\nvips: created\nfans: created\n") {
			t.Error(out)
		}
		if out, _ := w.run(0, "segments", "refresh", "fans"); out != "buyers: 2 members, 2 entered and 0 left\nfans: 2 members, 2 entered and 0 left\n" {
			t.Error(out)
		}
		if out, _ := w.run(0, "segments", "import", "vips", w.file("v.csv", "\ufeffuser_id\nann\nzoe\n")); out != "vips: 1 members, 1 entered and 0 left\n1 ids are nobody's and were left out, such as [\"zoe\"]\n" {
			t.Error(out)
		}
		w.buy("cid")
		out, _ = w.run(0, "segments", "apply", "--dry-run", w.file("b.yaml", buyers))
		want := "buyers: would stay as it is; 3 members, 1 would enter and 0 leave\nfans: is in no file, and would stay as it is\nvips: is in no file, and would stay as it is\nNothing was changed.\n"
		if diff := cmp.Diff(want, out); diff != "" {
			t.Error(diff)
		}
		out, _ = w.run(0, "segments", "list")
		for _, line := range []string{"NAME", "buyers  1", "up to date", "uploaded"} {
			if !strings.Contains(out, line) {
				t.Errorf("no %q in\n%s", line, out)
			}
		}
		for reason, args := range map[string][]string{
			`"nobody": there is no segment`: {"segments", "refresh", "nobody"},
			"has a definition":              {"segments", "import", "buyers", w.file("v.csv", "ann")},
			`"buyers" → "fans" → "buyers"`:  {"segments", "apply", w.file("c.yaml", "segments: [{name: buyers, definition: {segment: fans}}]")},
			"evnt":                          {"segments", "apply", w.file("d.yaml", "segments: [{name: buyers, definition: {did: {evnt: buy}}}]")},
		} {
			if _, stderr := w.run(1, args...); !strings.Contains(stderr, reason) {
				t.Errorf("%v: %s", args, stderr)
			}
		}
		if out, _ := w.run(0, "token"); len(out) < 20 {
			t.Error(out)
		}
	})
}

// Whenever the program is killed, members are those of the last whole refresh.
func TestKilledInMidRefresh(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		w.buy("ann")
		w.run(0, "segments", "apply", w.file("a.yaml", buyers))
		// A refresh has changed members, and hesitates.
		w.do(`CREATE FUNCTION hesitate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.3); RETURN NEW; END $$`)
		w.do(`CREATE TRIGGER hesitate BEFORE INSERT ON segment_refreshes FOR EACH ROW EXECUTE FUNCTION hesitate()`)
		const rounds = 12
		whole := func() {
			t.Helper()
			if wrong := w.text(`SELECT concat_ws(' ', (SELECT count(*) FROM segment_members WHERE left_at IS NULL) - coalesce((SELECT size FROM segment_refreshes ORDER BY at DESC LIMIT 1), 0),
				(SELECT count(*) FROM segment_members m WHERE entered_at NOT IN (SELECT at FROM segment_refreshes) OR left_at IS NOT NULL AND left_at NOT IN (SELECT at FROM segment_refreshes)),
				(SELECT count(*) FROM segment_members) - (SELECT coalesce(sum(entered), 0) FROM segment_refreshes))`); wrong != "0 0 0" {
				t.Error("members are not those of a refresh:", wrong)
			}
		}
		for i := range rounds {
			w.buy(fmt.Sprint("new", i))
			if i > 3 {
				w.do(`DELETE FROM user_events WHERE user_id = $1`, fmt.Sprint("new", i-3))
			}
			w.do(`UPDATE segments SET failed_at = NULL, version = version + 1`) // it is due
			w.do(`UPDATE segment_turn SET until = '-infinity'`)                 // and it is anybody's turn
			s := w.start(w.dsn)
			time.Sleep(time.Duration(rand.IntN(500)) * time.Millisecond)
			s.kill()
			w.await("the database has noticed", func() bool {
				return w.text(`SELECT count(*)::text FROM pg_stat_activity WHERE application_name = 'footfall analyzer' AND query LIKE '%segment_refreshes%' AND state = 'active'`) == "0"
			})
			whole()
		}
		if n := w.text(`SELECT count(*)::text FROM segment_refreshes`); n == fmt.Sprint(rounds) {
			t.Error("no refresh was ever cut")
		} else {
			t.Log(n, "of", rounds, "refreshes were whole")
		}
		w.run(0, "segments", "refresh")
		whole()
		if got, want := w.text(`SELECT count(*)::text FROM segment_members WHERE left_at IS NULL`), w.text(`SELECT count(DISTINCT user_id)::text FROM user_events`); got != want {
			t.Error(got, "members, but", want, "buyers")
		}
	})
}

// Of two programs one works, and when it is killed, the other takes over.
func TestTwoAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		w.buy("ann")
		w.run(0, "segments", "apply", w.file("a.yaml", buyers))
		working := func(s *server) bool {
			_, metrics := ask(t, s.admin+"/metrics")
			return strings.Contains(metrics, "\nfootfall_analyzer_working 1\n")
		}
		first := w.start(w.dsn)
		w.await("the first one works", func() bool { return working(first) })
		second := w.start(w.dsn)
		w.await("it has refreshed", func() bool { return w.text(`SELECT count(*)::text FROM segment_refreshes`) == "1" })
		time.Sleep(3 * time.Second)
		if working(second) || !working(first) {
			t.Error("both work")
		}
		if status, list := ask(t, second.url+"/v1/segments"); status != 200 || !strings.Contains(list, `"size":1`) {
			t.Error("who waits answers", status, list)
		}
		first.kill()
		w.buy("bob")
		w.do(`UPDATE segment_refreshes SET at = at - INTERVAL '2 hours'`)
		w.do(`UPDATE segment_members SET entered_at = entered_at - INTERVAL '2 hours'`)
		w.await("the second one works", func() bool {
			return working(second) && w.text(`SELECT coalesce(max(size), 0)::text FROM segment_refreshes`) == "2"
		})
		if err := second.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		select {
		case <-second.ended:
		case <-time.After(grace):
			t.Error("it does not end")
		}
		if status := second.cmd.ProcessState.ExitCode(); status != 0 {
			t.Error("it ended with", status)
		}
		if free := w.text(`SELECT (until < now())::text FROM segment_turn`); free != "true" {
			t.Error("it has kept its turn")
		}
	})
}

// While the database is away, the program waits; then it goes on.
func TestTheDatabaseAway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		w.buy("ann")
		w.run(0, "segments", "apply", w.file("a.yaml", buyers))
		address, err := url.Parse(w.dsn)
		if err != nil {
			t.Fatal(err)
		}
		p := &proxy{to: address.Host}
		p.open(t, "127.0.0.1:0")
		address.Host = p.listener.Addr().String()
		p.shut()
		s := w.start(address.String())
		w.await("it says that it is not ready", func() bool { status, _ := ask(t, s.admin+"/readyz"); return status == 503 })
		if status, _ := ask(t, s.admin+"/healthz"); status != 200 {
			t.Error("it is not alive:", status)
		}
		if status, _ := ask(t, s.url+"/v1/segments"); status != 503 {
			t.Error("it answers", status)
		}
		p.open(t, address.Host)
		w.await("it has refreshed", func() bool { return w.text(`SELECT count(*)::text FROM segment_refreshes`) == "1" })
		p.shut()
		time.Sleep(time.Second)
		w.buy("bob")
		w.do(`UPDATE segment_refreshes SET at = at - INTERVAL '2 hours'`)
		w.do(`UPDATE segment_members SET entered_at = entered_at - INTERVAL '2 hours'`)
		p.open(t, address.Host)
		w.await("it has refreshed again", func() bool { return w.text(`SELECT max(size)::text FROM segment_refreshes`) == "2" })
		w.await("it says that it is ready", func() bool { status, _ := ask(t, s.admin+"/readyz"); return status == 200 })
	})
}

// proxy stands before a database, and can be shut.
type proxy struct {
	to       string
	listener net.Listener
	mu       sync.Mutex
	conns    []net.Conn
}

func (p *proxy) open(t *testing.T, at string) {
	t.Helper()
	listener, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	p.listener = listener
	t.Cleanup(p.shut)
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			to, err := net.Dial("tcp", p.to)
			if err != nil {
				_ = from.Close()
				return
			}
			p.mu.Lock()
			p.conns = append(p.conns, from, to)
			p.mu.Unlock()
			go func() { _, _ = io.Copy(to, from); _ = to.Close() }()
			go func() { _, _ = io.Copy(from, to); _ = from.Close() }()
		}
	}()
}

func (p *proxy) shut() {
	_ = p.listener.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conn := range p.conns {
		_ = conn.Close()
	}
	p.conns = nil
}

func TestShortTokensAreRefused(t *testing.T) {
	for text, good := range map[string]bool{token: true, "short": false, token + ",short": false, token + "," + token + "2": true} {
		var c cli
		parser, err := newParser(&c, io.Discard, io.Discard, func(int) {})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = parser.Parse([]string{"serve", "--token", text}); (err == nil) != good || err != nil && strings.Contains(err.Error(), "short,") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
