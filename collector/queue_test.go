package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/queue"
	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/internal/programs"
	"github.com/footfall-analytics/footfall/internal/programtest"
)

// A queue with one flipped bit: the start stops and says what to do, and what it says brings out everything else.
func TestDamagedQueue(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "queue")
	path := fillQueue(t, dir, 40)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[bytes.Index(content, []byte("user 17"))] ^= 1
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	dsn := dbtest.Embedded(t)
	schema := dbtest.Schema(t, dsn)
	for range 2 {
		_, stderr, status := run(t, "serve", "--database", dsn, "--schema", schema, "--listen", "127.0.0.1:0", "--queue-dir", dir)
		if status != 1 || !strings.Contains(stderr, path+" is damaged at byte ") || !strings.Contains(stderr, "collector queue salvage --queue-dir "+dir) {
			t.Fatalf("status %d: %s", status, stderr)
		}
		stdout, stderr, status := run(t, "queue", "check", "--queue-dir", dir)
		if status != 1 || !strings.Contains(stdout, "records 17 to 17") || !strings.Contains(stderr, "salvage") {
			t.Fatalf("status %d: %s%s", status, stdout, stderr)
		}
	}
	stdout, stderr, status := run(t, "queue", "salvage", "--queue-dir", dir)
	if status != 0 || !strings.Contains(stdout, "brought out: 39 records with 78 events") || !strings.Contains(stdout, "lost: 1 records") {
		t.Fatalf("status %d: %s%s", status, stdout, stderr)
	}
	for _, command := range []string{"check", "salvage"} {
		if stdout, stderr, status := run(t, "queue", command, "--queue-dir", dir); status != 0 {
			t.Fatalf("status %d: %s%s", status, stdout, stderr)
		}
	}
	kept, err := filepath.Glob(path + ".aside*")
	if now, err := os.ReadFile(strings.Join(kept, "")); err != nil || !bytes.Equal(now, content) {
		t.Errorf("the damaged file is not kept, in %q: %v", kept, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := programs.StartCollector(ctx, programtest.Path(t), dsn, schema, 0, dir, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Stop()
	if stdout, stderr, status := run(t, "queue", "check", "--queue-dir", dir); status != 0 { // beside it
		t.Errorf("status %d: %s%s", status, stdout, stderr)
	}
	if _, stderr, status := run(t, "queue", "salvage", "--queue-dir", dir); status != 1 || !strings.Contains(stderr, "in use by another collector") {
		t.Errorf("status %d: %s", status, stderr)
	}
	if err := c.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	if n := count(t, dsn, schema); n != 78 {
		t.Errorf("%d events are in the table", n)
	}
}

// fillQueue makes a queue of records with two events each, and returns its file.
func fillQueue(t *testing.T, dir string, records int) (path string) {
	t.Helper()
	q, err := queue.Open(queue.Options{Dir: dir, MaxBytes: 1 << 20, SegmentBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC().Truncate(time.Microsecond)
	for i := range records {
		e := event.Event{ID: uuid.New(), UserID: fmt.Sprintf("user %d", i), Type: "visit", Time: now, Received: now}
		other := e
		other.ID = uuid.New()
		if err := q.Append(t.Context(), event.AppendRecord(nil, []event.Event{e, other})); err != nil {
			t.Fatal(err)
		}
	}
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.segment"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %q, %v", files, err)
	}
	return files[0]
}
