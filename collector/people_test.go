package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/writer"
	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/sql"
)

func TestKeyCommands(t *testing.T) {
	dsn := dbtest.Embedded(t)
	at := []string{"--database", dsn, "--schema", dbtest.Schema(t, dsn)}
	collector := func(status int, args ...string) (stdout, stderr string) {
		t.Helper()
		stdout, stderr, got := run(t, append(args, at...)...)
		if got != status {
			t.Errorf("%q: %d\n%s%s", args, got, stdout, stderr)
		}
		return stdout, stderr
	}
	key, told := collector(0, "key", "add", "shop-web", "--origin", "https://shop.example,https://www.shop.example", "--rate", "500")
	if key = strings.TrimSpace(key); !strings.HasPrefix(key, "ff_") || strings.Contains(key, "\n") || strings.Contains(told, key) {
		t.Error("the standard output must be the key and nothing else", key, told)
	}
	collector(0, "key", "add", "server")
	if _, told := collector(1, "key", "add", "server"); !strings.Contains(told, `a key named "server" already`) {
		t.Error(told)
	}
	collector(80, "key", "add", "other", "--rate", "-1")
	collector(0, "key", "revoke", "server")
	if _, told := collector(1, "key", "revoke", "nobody"); !strings.Contains(told, `no key named "nobody"`) {
		t.Error(told)
	}
	list, _ := collector(0, "key", "list")
	lines := strings.Split(strings.TrimSpace(list), "\n")
	for i, want := range []string{"NAME ENABLED EVENTS/S ORIGINS CREATED", "server false no limit all ", "shop-web true 500 https://shop.example, https://www.shop.example "} {
		if i >= len(lines) || !strings.HasPrefix(strings.Join(strings.Fields(lines[i]), " ")+" ", want) {
			t.Errorf("line %d of %q, want %q", i, lines, want)
		}
	}
	if strings.Contains(list, key) {
		t.Error("the list shows the key")
	}
}

func TestForgetAndExportCommands(t *testing.T) {
	dsn := dbtest.Embedded(t)
	schema := dbtest.Schema(t, dsn)
	at := []string{"--database", dsn, "--schema", schema}
	pool, err := pgxpool.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	events := []event.Event{
		{ID: uuid.New(), UserID: "anon-1", AnonymousID: "anon-1", Type: "view", Time: now.Add(-48 * time.Hour), Received: now},
		{ID: uuid.New(), UserID: "ann", AnonymousID: "anon-1", Alias: "anon-1", Type: "identify", Time: now, Received: now, Traits: []byte(`{"plan":"gold"}`)},
		{ID: uuid.New(), UserID: "bob", Type: "view", Time: now, Received: now},
	}
	if _, err := (&writer.Table{Pool: pool, Schema: schema, Log: slog.New(slog.DiscardHandler)}).Insert(t.Context(), events, time.Minute); err != nil {
		t.Fatal(err)
	}
	pool.Close()

	stdout, stderr, status := run(t, append([]string{"export", "anon-1"}, at...)...)
	if status != 0 || stderr != "4 rows\n" || strings.Count(stdout, "\n") != 4 || strings.Contains(stdout, "bob") {
		t.Error(status, stderr, stdout)
	}
	for line := range strings.Lines(stdout) {
		if !json.Valid([]byte(line)) {
			t.Error(line)
		}
	}
	// Nobody sits at a terminal here.
	if _, stderr, status := run(t, append([]string{"forget", "ann"}, at...)...); status != 1 || !strings.Contains(stderr, "--yes") {
		t.Error(status, stderr)
	}
	if n := count(t, dsn, schema); n != 3 {
		t.Errorf("%d events, want 3", n)
	}
	stdout, stderr, status = run(t, append([]string{"forget", "ann", "--yes"}, at...)...)
	want := `forgotten: ann, anon-1
       2 events, on 2 days
       1 profiles
       1 aliases
       0 memberships in segments, past ones too
       0 rejected events
       0 events of other users that named an anonymous id of this one; they stay, without it
What was received before and still waits will not be stored.
`
	if status != 0 || stdout != want {
		t.Errorf("%d %s%s", status, stdout, stderr)
	}
	if n := count(t, dsn, schema); n != 1 {
		t.Errorf("%d events, want 1", n)
	}
	if stdout, stderr, status := run(t, append([]string{"export", "ann"}, at...)...); status != 0 || stdout != "" || stderr != "0 rows\n" {
		t.Error(status, stdout, stderr)
	}
	if _, stderr, status := run(t, "forget", "ann", "--yes", "--database", dsn, "--schema", "test_nothing_here"); status != 1 || !strings.Contains(stderr, "run collector migrate") {
		t.Error(status, stderr)
	}
}

// The role of collectors at work makes no keys and deletes nobody; the error says who does.
func TestOwnersCommands(t *testing.T) {
	dsn := os.Getenv("FOOTFALL_TEST_DSN")
	if dsn == "" {
		t.Log("FOOTFALL_TEST_DSN names no server, and the embedded database has one role")
		return
	}
	schema := dbtest.Schema(t, dsn)
	roles, err := sql.RolesOf(t.Context(), dbtest.Connect(t, dsn), schema)
	if err != nil {
		t.Fatal(err)
	}
	writer := fmt.Sprintf("%s&options=-c%%20role%%3D%s", dsn, roles.Writer)
	for _, args := range [][]string{{"key", "add", "x"}, {"key", "revoke", "x"}, {"forget", "ann", "--yes"}, {"export", "ann"}} {
		_, stderr, status := run(t, append(args, "--database", writer, "--schema", schema)...)
		if status != 1 || !strings.Contains(stderr, "connect as the owner of the tables") {
			t.Error(args, status, stderr)
		}
	}
	if _, stderr, status := run(t, "key", "list", "--database", writer, "--schema", schema); status != 0 {
		t.Error(status, stderr)
	}
}
