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

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/internal/embedded"
	"github.com/footfall-analytics/footfall/internal/leash"
	"github.com/footfall-analytics/footfall/internal/stack"
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

// reader is somebody who does what a page says, in the repository's root.
type reader struct {
	root, dsn, schema, queue, port, admin string
}

func newReader(t *testing.T, dsn string) reader {
	root, err := embedded.RepositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(freeAddress(t))
	_, admin, _ := net.SplitHostPort(freeAddress(t))
	return reader{root, stack.OneConnection(dsn), dbtest.Schema(t, dsn), t.TempDir(), port, admin}
}

// blocks are what a page has the reader type: what builds, migrates, serves and sends. What makes the server's roles needs a server of
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

// run types a block. One that serves goes on until the test ends.
func (r reader) run(t *testing.T, code string) {
	t.Helper()
	typed := address.ReplaceAllString(code, "'"+r.dsn+"'")
	typed = port.ReplaceAllString(typed, "$1:"+r.port)
	typed = admin.ReplaceAllString(typed, "$1:"+r.admin)
	typed = folder.ReplaceAllString(typed, "--queue-dir "+r.queue)
	ctx, stop := context.WithCancel(context.Background())
	cmd := leash.Command(ctx, "sh", "-euc", typed)
	cmd.Dir = r.root
	cmd.Env = append(os.Environ(), "FOOTFALL_DSN="+r.dsn, "FOOTFALL_SCHEMA="+r.schema, "FOOTFALL_LISTEN=127.0.0.1:"+r.port, "FOOTFALL_LISTEN_ADMIN=127.0.0.1:"+r.admin, "FOOTFALL_QUEUE_DIR="+r.queue,
		"FOOTFALL_WRITER_PASSWORD=", "PATH="+filepath.Join(r.root, ".footfall", "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
	if strings.Contains(code, "collector serve") {
		cmd.Stderr = t.Output()
		ended, err := leash.Start(cmd)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { stop(); <-ended })
		if err := stack.AwaitOK(t.Context(), "http://127.0.0.1:"+r.port+"/readyz", 2*time.Minute, ended); err != nil {
			t.Fatalf("%s\n%v", typed, err)
		}
		return
	}
	defer stop()
	output, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(code, "/track") && !strings.Contains(string(output), `{"accepted":1}`) {
		t.Fatalf("%s\n%v\n%s", typed, err, output)
	}
}

// events is how many events are in the table, once the collector has written some.
func (r reader) events(t *testing.T) (n int) {
	conn := dbtest.Connect(t, r.dsn)
	for deadline := time.Now().Add(time.Minute); n == 0 && time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if err := conn.QueryRow(t.Context(), fmt.Sprintf("SELECT count(*) FROM %s.user_events", r.schema)).Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	return n
}
