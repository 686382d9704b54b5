package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/internal/programs"
	"github.com/footfall-analytics/footfall/internal/programtest"
	"github.com/footfall-analytics/footfall/internal/settingsdoc"
)

var update = flag.Bool("update", false, "write the settings table in docs/collector.md")

func parser(t *testing.T, c *cli) *kong.Kong {
	t.Helper()
	p, err := newParser(c, io.Discard, io.Discard, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestSettingsAreDocumented keeps the table of settings in docs/collector.md in step with the structs.
func TestSettingsAreDocumented(t *testing.T) {
	settingsdoc.Check(t, parser(t, &cli{}), "../docs/collector.md", *update)
}

func TestSettingsComeFromFlagThenEnvironmentThenFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "collector.yaml")
	content := "database: from-file\nschema: from_file\nserve:\n  max-batch: 3\n  max-body: 3\n  batch-interval: 3s\nimport:\n  hash-key: a secret of some length\n"
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("FOOTFALL_CONFIG", file)
	t.Setenv("FOOTFALL_SCHEMA", "from_environment")
	t.Setenv("FOOTFALL_MAX_BODY", "2")
	t.Setenv("FOOTFALL_MAX_BATCH", "2")
	var c cli
	if _, err := parser(t, &c).Parse([]string{"serve", "--max-batch", "1"}); err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(c.Database, c.Schema, c.Serve.MaxBatch, c.Serve.MaxBody, c.Serve.BatchInterval, c.Serve.BatchEvents)
	if want := "from-filefrom_environment1 2 3s 1000"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestSettingsThatCannotBe(t *testing.T) {
	for _, test := range []struct{ file, args, reason string }{
		{"serv:\n  listen: x", "serve", `"serv", which is no setting of all commands`},
		{"listen: x", "serve", `"listen", which is no setting of all commands`},
		{"serve:\n  lisen: x", "serve", `"lisen" under "serve"`},
		{"serve: x", "serve", `needs settings under "serve"`},
		{"serve: [", "serve", "the settings file"},
		{"log-level: loud", "serve", "loud"},
		{"", "serve --max-batch 0", "must be 1 or more"},
		{"", "serve --drain-timeout 0s", "must be longer than nothing"},
		{"", "serve --queue-bytes 10", "--queue-bytes (10) must be at least twice --max-body (5242880)"},
		{"", "import --format json x", "combined"},
	} {
		file := filepath.Join(t.TempDir(), "collector.yaml")
		if err := os.WriteFile(file, []byte(test.file), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := parser(t, &cli{}).Parse(append(strings.Fields(test.args), "--config", file)); err == nil || !strings.Contains(err.Error(), test.reason) {
			t.Errorf("%+v: %v", test, err)
		}
	}
}

// longest is how long a program may run in a test.
const longest = 10 * time.Minute

func TestMain(m *testing.M) { programtest.Main(m) }

// run runs the program to its end and returns what it printed and its exit status.
func run(t *testing.T, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	return programtest.Run(t, programtest.Command(t, longest, args...))
}

func count(t *testing.T, dsn, schema string) (n int) {
	t.Helper()
	conn := dbtest.Connect(t, dsn)
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM "+pgx.Identifier{schema, "user_events"}.Sanitize()).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// service is a running collector serve.
type service struct {
	cmd *exec.Cmd
	// url is where events go, admin where health and metrics are.
	url, admin string
	log        []string
	// read is closed when the log has ended.
	read chan struct{}
}

func serve(t *testing.T, args ...string) *service {
	t.Helper()
	for i := range args {
		if i > 0 && args[i-1] == "--database" {
			args[i] = programs.OneConnection(args[i])
		}
	}
	cmd := programtest.Command(t, longest, append([]string{"serve", "--listen", "127.0.0.1:0", "--listen-admin", "127.0.0.1:0", "--log-level", "debug", "--queue-dir", t.TempDir()}, args...)...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s, lines := &service{cmd: cmd, read: make(chan struct{})}, bufio.NewScanner(stderr)
	for s.url == "" && lines.Scan() {
		s.log = append(s.log, lines.Text())
		var entry struct{ Msg, Address, Admin string }
		if json.Unmarshal(lines.Bytes(), &entry) == nil && entry.Msg == "listening" {
			s.url, s.admin = "http://"+entry.Address, "http://"+entry.Admin
		}
	}
	if s.url == "" {
		t.Fatal(s.log, cmd.Wait())
	}
	go func() { // or the collector would wait
		defer close(s.read)
		for lines.Scan() {
			s.log = append(s.log, lines.Text())
		}
	}()
	return s
}

// wait returns the exit status and the whole log.
func (s *service) wait() (int, string) {
	<-s.read
	_ = s.cmd.Wait() // the status says it
	return s.cmd.ProcessState.ExitCode(), strings.Join(s.log, "\n")
}

func TestServeEndsInOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		schema := dbtest.Schema(t, dsn)
		for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
			s := serve(t, "--database", dsn, "--schema", schema, "--batch-interval", "1h")
			for i := range 5 {
				body := fmt.Sprintf(`{"user_id": "private%d", "event_type": "visit", "timestamp": %q}`, i, time.Now().Format(time.RFC3339))
				res, err := http.Post(s.url+"/track", "application/json", strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				_ = res.Body.Close()
				if res.StatusCode != 200 {
					t.Error(res.Status)
				}
			}
			if err := s.cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			status, log := s.wait()
			if status != 0 || !strings.Contains(log, `"msg":"stopped"`) {
				t.Error(status, log)
			}
			for line := range strings.Lines(log) {
				if !json.Valid([]byte(line)) || strings.Contains(line, "private") {
					t.Error(line)
				}
			}
			if _, err := http.Get(s.url + "/healthz"); err == nil {
				t.Error("it still answers")
			}
		}
		if n := count(t, dsn, schema); n != 10 {
			t.Errorf("%d events, want 10", n)
		}
	})
}

func TestServeMigratesAndKeepsSecrets(t *testing.T) {
	dsn := dbtest.Embedded(t)
	schema := fmt.Sprintf("test_serve_%d", time.Now().UnixNano())
	t.Cleanup(func() {
		if conn, err := pgx.Connect(context.Background(), dsn); err == nil {
			_, _ = conn.Exec(context.Background(), "DROP SCHEMA IF EXISTS "+schema+" CASCADE")
			_ = conn.Close(context.Background())
		}
	})
	s := serve(t, "--database", dsn, "--schema", schema, "--migrate")
	for _, url := range []string{s.url, s.admin} {
		res, err := http.Get(url + "/readyz")
		if err != nil || res.StatusCode != 200 {
			t.Error(res, err)
		}
	}
	address := strings.TrimPrefix(s.url, "http://")
	if _, stderr, status := run(t, "serve", "--database", dsn, "--listen", address, "--listen-admin", "127.0.0.1:0", "--queue-dir", t.TempDir()); status != 1 || !strings.Contains(stderr, address+" is taken") {
		t.Error(status, stderr)
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status, log := s.wait(); status != 0 || strings.Contains(log, "postgres:postgres") {
		t.Error(status, log)
	}
	for _, bad := range []string{"postgres://u:secret@127.0.0.1:1/x", "postgres://u:secret@127.0.0.1:port/x"} {
		if _, stderr, status := run(t, "serve", "--migrate", "--database", bad); status != 1 || strings.Contains(stderr, "secret") {
			t.Error(status, stderr)
		}
	}
}

func TestImport(t *testing.T) {
	dsn := dbtest.Embedded(t)
	schema := dbtest.Schema(t, dsn)
	refused := filepath.Join(t.TempDir(), "refused.txt")
	args := []string{"import", "--database", dsn, "--schema", schema, "--hash-key", "0123456789abcdef", "--refused", refused, "weblog/testdata/access.log"}
	want := `lines          16
events         10 (%d new, %d there already)
users          5 (3 bots)
sessions       6
bot events     3
refused lines  6
late lines     3 (more than two minutes out of order)
from 2026-11-24T08:59:58Z to 2026-11-24T10:10:01Z
`
	for i, summary := range []string{fmt.Sprintf(want, 10, 0), fmt.Sprintf(want, 0, 10)} {
		stdout, stderr, status := run(t, args...)
		if status != 0 || stdout != summary {
			t.Errorf("run %d: %d\n%s%s", i, status, stdout, stderr)
		}
		if lines := strings.Split(strings.TrimSpace(stderr), "\n"); len(lines) != shownRefusals || !strings.HasPrefix(lines[0], "weblog/testdata/access.log:11: ") {
			t.Errorf("shown: %q", lines)
		}
	}
	if n := count(t, dsn, schema); n != 10 {
		t.Error(n)
	}
	if text, err := os.ReadFile(refused); err != nil || strings.Count(string(text), "\n") != 6 {
		t.Error(string(text), err)
	}
	for _, test := range []struct{ args, reason string }{
		{"--schema " + schema, "needs --hash-key"},
		{"--schema " + schema + " --hash-key short", "16 or more"},
		{"--schema test_nothing_here --hash-key 0123456789abcdef", "run collector migrate"},
	} {
		_, stderr, status := run(t, append([]string{"import", "--database", dsn, "weblog/testdata/access.log"}, strings.Fields(test.args)...)...)
		if status != 1 || !strings.Contains(stderr, test.reason) {
			t.Error(test.args, status, stderr)
		}
	}
}

// What cannot be imported at all is an error, which says what else to do.
func TestImportOfNothing(t *testing.T) {
	dsn := dbtest.Embedded(t)
	schema := dbtest.Schema(t, dsn)
	log := filepath.Join(t.TempDir(), "access.log")
	if err := os.WriteFile(log, []byte("shop.example:443 203.0.113.9 - - [24/Nov/2026:10:00:00 +0100] \"GET /shop HTTP/1.1\" 200 5120\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"import", "--database", dsn, "--schema", schema, "--hash-key", "0123456789abcdef", log}
	if stdout, stderr, status := run(t, args...); status != 1 || !strings.Contains(stderr, "use --format common") || !strings.Contains(stdout, "refused lines  1") {
		t.Error(status, stdout, stderr)
	}
	if stdout, stderr, status := run(t, append(args, "--format", "common")...); status != 0 || !strings.Contains(stdout, "1 new") {
		t.Error(status, stdout, stderr)
	}
}

func TestImportReadsTheStandardInput(t *testing.T) {
	dsn := dbtest.Embedded(t)
	schema := dbtest.Schema(t, dsn)
	cmd := programtest.Command(t, longest, "import", "--database", dsn, "--schema", schema, "--hash-key", "0123456789abcdef", "-")
	log, err := os.Open("weblog/testdata/access.log")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	cmd.Stdin = log
	if out, err := cmd.Output(); err != nil || !bytes.Contains(out, []byte("10 new")) {
		t.Error(string(out), err)
	}
}

func TestMigrate(t *testing.T) {
	dsn := dbtest.Embedded(t)
	schema := dbtest.Schema(t, dsn)
	stdout, stderr, status := run(t, "migrate", "--database", dsn, "--schema", schema, "--compress-after", "240h", "--retention", "8760h")
	if status != 0 || !strings.Contains(stdout, "columnstore after 240h0m0s, retention 8760h0m0s") || !strings.Contains(stdout, "is at version") {
		t.Error(status, stdout, stderr)
	}
	if _, stderr, status = run(t, "migrate", "--database", dsn, "--schema", schema, "--retention", "1h"); status != 1 || !strings.Contains(stderr, "too short") {
		t.Error(status, stderr)
	}
}
