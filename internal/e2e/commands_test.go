package e2e

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/internal/embedded"
	"github.com/footfall-analytics/footfall/internal/leash"
	"github.com/footfall-analytics/footfall/internal/programs"
)

// Who follows the pages gets the tables, a collector that serves, and an event in the table: their blocks are run as they stand, in
// their order. Only the database, the port and the queue's folder are the test's.
func TestCommandsInTheDocs(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("the pages send events with curl, which is not installed")
	}
	dsn := dbtest.Embedded(t)
	for _, page := range []string{"docs/collector.md", "docs/install.md", "README.md"} {
		t.Run(page, func(t *testing.T) {
			r := newReader(t, dsn)
			if page == "README.md" {
				// It sends to the demo.
				r.run(t, "collector migrate")
				r.run(t, "collector serve")
			}
			for _, code := range r.blocks(t, page) {
				r.run(t, code)
			}
			if n := r.events(t); n != 1 {
				t.Errorf("%d events are in the table, not the one of the page", n)
			}
		})
	}
}

// What pages show of a terminal is what one sees there: each command is typed and its answer compared. Keys and times differ each time.
func TestTerminalsInTheDocs(t *testing.T) {
	for _, program := range []string{"curl", "openssl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("the pages call " + program + ", which is not installed")
		}
	}
	dsn := dbtest.Embedded(t)
	send := func(call, anonymous, more string) string {
		return fmt.Sprintf(`curl localhost:8090/v1/%s -d '{"anonymousId": "%s", "timestamp": "2026-11-24T13:00:00Z", %s}'`, call, anonymous, more)
	}
	for name, visit := range map[string]struct {
		page  string
		flags string // of the collector that serves; the page starts one where there are none
		sent  []string
		first []string // commands of the terminals
	}{
		"keys":   {page: "docs/collector.md", flags: "--ip none", first: []string{"collector key add"}},
		"signal": {page: "docs/privacy.md", flags: "--respect-gpc", first: []string{"curl localhost:8090/track -H 'Sec-GPC: 1'"}},
		"hashes": {page: "docs/privacy.md", first: []string{"collector serve"}},
		"forget": {page: "docs/privacy.md", flags: "--ip none", first: []string{"collector export", "collector forget"},
			sent: []string{send("identify", "a-5", `"userId": "u-17", "traits": {"plan": "gold"}`), send("track", "a-5", `"event": "order"`)}},
		"unjoin": {page: "docs/identity.md", flags: "--ip none", first: []string{"collector unjoin"},
			sent: []string{send("identify", "phone-1", `"userId": "ann"`), send("page", "phone-1", `"name": "Home"`), send("track", "phone-1", `"event": "search"`),
				send("track", "phone-1", `"event": "pay"`)}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReader(t, dsn)
			if visit.flags != "" {
				r.run(t, "collector serve "+visit.flags)
			}
			for i, code := range visit.sent {
				r.run(t, code)
				r.await(t, i+1) // an event is its user's who is known when it is stored
			}
			if _, err := dbtest.Connect(t, dsn).Exec(t.Context(), fmt.Sprintf(`CALL %[1]s.refresh_profiles(NULL, '{"schema": "%[1]s"}')`, r.schema)); err != nil {
				t.Fatal(err)
			}
			for _, first := range visit.first {
				for _, said := range r.terminal(t, visit.page, first) {
					if got, want := plainly(r.run(t, said.typed)), plainly(said.answer); got != want {
						t.Errorf("%s\nsays\n%s\nand the page\n%s", said.typed, got, want)
					}
				}
			}
		})
	}
}

// transcript is a command of a terminal and what it answered.
type transcript struct{ typed, answer string }

// terminal returns the block of a page whose first command begins so.
func (r reader) terminal(t *testing.T, page, first string) (list []transcript) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(r.root, page))
	if err != nil {
		t.Fatal(err)
	}
	_, block, found := strings.Cut(string(text), "```\n$ "+first)
	if !found {
		t.Fatalf("%s has no terminal with %s", page, first)
	}
	block, _, _ = strings.Cut("$ "+first+block, "```")
	for line := range strings.Lines(block) {
		last := len(list) - 1
		switch command, typed := strings.CutPrefix(line, "$ "); {
		case typed:
			list = append(list, transcript{typed: command})
		case strings.HasSuffix(list[last].typed, "\\\n"):
			list[last].typed += line
		default:
			list[last].answer += line
		}
	}
	return list
}

// differs is what is not the same each time, or for each reader.
var differs = []struct {
	what *regexp.Regexp
	name string
}{
	{regexp.MustCompile(`ff_[A-Z2-7]{26}`), "KEY"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*`), "TIME"},
	{regexp.MustCompile(`"row": \{.*`), "ROW"},
	{regexp.MustCompile(`\s+`), " "},
}

// plainly returns a text without what differs.
func plainly(text string) string {
	for _, d := range differs {
		text = d.what.ReplaceAllString(text, d.name)
	}
	return strings.ReplaceAll(strings.TrimSpace(text), "{ ", "{")
}

// reader is somebody who does what a page says, in the repository's root.
type reader struct {
	root, dsn, schema, queue, files, port, admin string
}

func newReader(t *testing.T, dsn string) reader {
	root, err := embedded.RepositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(freeAddress(t))
	_, admin, _ := net.SplitHostPort(freeAddress(t))
	return reader{root, programs.OneConnection(dsn), dbtest.Schema(t, dsn), t.TempDir(), t.TempDir(), port, admin}
}

// blocks returns what a page has the reader type: what builds, migrates, serves and sends. What makes the server's roles needs a server of
// one's own.
func (r reader) blocks(t *testing.T, page string) (blocks []string) {
	text, err := os.ReadFile(filepath.Join(r.root, page))
	if err != nil {
		t.Fatal(err)
	}
	for _, match := range regexp.MustCompile("(?ms)^```sh\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		code := match[1]
		typed := strings.Contains(code, "collector migrate") || strings.Contains(code, "collector serve --database") || strings.HasPrefix(code, "curl ")
		if typed && !strings.Contains(code, "docker ") && !strings.Contains(code, "psql ") {
			blocks = append(blocks, code)
		}
	}
	if len(blocks) == 0 {
		t.Fatal("the page has no commands")
	}
	return blocks
}

var (
	address = regexp.MustCompile(`'?postgres://[^\s']+'?`)
	port    = regexp.MustCompile(`\b(localhost|127\.0\.0\.1):8090\b`)
	admin   = regexp.MustCompile(`\b(localhost|127\.0\.0\.1):8092\b`)
	folder  = regexp.MustCompile(`--queue-dir \S+`)
)

// toType returns what the reader types for a block: with the test's database, ports and folders.
func (r reader) toType(code string) string {
	typed := strings.Replace(code, "curl ", "curl --silent --show-error ", 1)
	typed = address.ReplaceAllString(typed, "'"+r.dsn+"'")
	typed = port.ReplaceAllString(typed, "$1:"+r.port)
	typed = admin.ReplaceAllString(typed, "$1:"+r.admin)
	typed = folder.ReplaceAllString(typed, "--queue-dir "+r.queue)
	return strings.NewReplacer(
		"/var/log/nginx/access.log*", filepath.Join("collector", "weblog", "testdata", "access.log"),
		"countries.mmdb", filepath.Join("collector", "visitor", "testdata", "country.mmdb"),
		"(iPhone; ...", "(iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
		"user.jsonl", filepath.Join(r.files, "user.jsonl"),
	).Replace(typed)
}

func (r reader) command(ctx context.Context, typed string) *exec.Cmd {
	cmd := leash.Command(ctx, "sh", "-euc", typed)
	cmd.Dir = r.root
	cmd.Env = append(os.Environ(), "FOOTFALL_DSN="+r.dsn, "FOOTFALL_SCHEMA="+r.schema, "FOOTFALL_LISTEN=127.0.0.1:"+r.port, "FOOTFALL_LISTEN_ADMIN=127.0.0.1:"+r.admin, "FOOTFALL_QUEUE_DIR="+r.queue,
		"FOOTFALL_WRITER_PASSWORD=", "PATH="+filepath.Join(r.root, ".footfall", "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
	return cmd
}

// run types a block and returns what it says. One that serves goes on until the test ends.
func (r reader) run(t *testing.T, code string) string {
	t.Helper()
	typed := r.toType(code)
	if query, isQuery := strings.CutPrefix(code, "psql -c "); isQuery {
		r.await(t, 1)
		return r.ask(t, strings.Trim(strings.TrimSpace(query), "'"))
	}
	if strings.Contains(code, "collector serve") {
		r.serve(t, typed)
		return ""
	}
	output, err := r.command(t.Context(), typed).CombinedOutput()
	if err != nil || strings.Contains(code, "curl ") && strings.Contains(code, "/track") && !strings.Contains(string(output), `{"accepted":`) {
		t.Fatalf("%s\n%v\n%s", typed, err, output)
	}
	return string(output)
}

// serve starts a collector, which ends with the test.
func (r reader) serve(t *testing.T, typed string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	cmd := r.command(ctx, typed)
	cmd.Stderr = t.Output()
	ended, err := leash.Start(cmd)
	if err != nil {
		stop()
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); <-ended })
	if err := programs.AwaitOK(t.Context(), "http://127.0.0.1:"+r.port+"/readyz", 2*time.Minute, ended); err != nil {
		t.Fatalf("%s\n%v", typed, err)
	}
}

// ask returns the rows of a page's query in the form of the page.
func (r reader) ask(t *testing.T, query string) (text string) {
	t.Helper()
	rows, err := dbtest.Connect(t, r.dsn).Query(t.Context(), strings.ReplaceAll(query, "footfall.", r.schema+"."), pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		for i, value := range rows.RawValues() {
			text += []string{"", " | "}[min(i, 1)] + string(value)
		}
		text += "\n"
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return text
}

// events returns how many events are in the table, once the collector has written some.
func (r reader) events(t *testing.T) int { return r.await(t, 1) }

// await returns how many events are in the table, once there are so many.
func (r reader) await(t *testing.T, least int) (n int) {
	t.Helper()
	conn := dbtest.Connect(t, r.dsn)
	for deadline := time.Now().Add(time.Minute); n < least && time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if err := conn.QueryRow(t.Context(), fmt.Sprintf("SELECT count(*) FROM %s.user_events", r.schema)).Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	return n
}
