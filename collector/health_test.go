package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/footfall-analytics/footfall/internal/dbtest"
)

// A container's health check asks the collector on the port that it listens on, whatever it is called there.
func TestHealthIsWhatTheCollectorSays(t *testing.T) {
	dsn := dbtest.Embedded(t)
	s := serve(t, "--database", dsn, "--schema", dbtest.Schema(t, dsn))
	port := s.url[strings.LastIndex(s.url, ":"):]
	for _, listen := range []string{"127.0.0.1" + port, "0.0.0.0" + port, port, "localhost" + port} {
		if stdout, stderr, status := run(t, "health", "--listen-admin", listen); status != 0 || !strings.Contains(stdout, "ready") {
			t.Errorf("%s: %d %s%s", listen, status, stdout, stderr)
		}
	}
	full := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "the queue is full", http.StatusServiceUnavailable)
	}))
	defer full.Close()
	for listen, reason := range map[string]string{
		strings.TrimPrefix(full.URL, "http://"): "the queue is full", "127.0.0.1:1": "refused", "8090": "missing port",
	} {
		if _, stderr, status := run(t, "health", "--listen-admin", listen); status != 1 || !strings.Contains(stderr, reason) {
			t.Errorf("%s: %d %s", listen, status, stderr)
		}
	}
}

// Events are taken while the database does not take them, and whoever asks is told what is the matter with it.
func TestReadyNamesTheCause(t *testing.T) {
	dsn := dbtest.Embedded(t)
	schema := dbtest.Schema(t, dsn)
	conn := dbtest.Connect(t, dsn)
	for _, statement := range []string{`CREATE FUNCTION %[1]s.full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$`,
		`CREATE TRIGGER full_disk BEFORE INSERT ON %[1]s.user_events FOR EACH ROW EXECUTE FUNCTION %[1]s.full()`} {
		if _, err := conn.Exec(t.Context(), fmt.Sprintf(statement, schema)); err != nil {
			t.Fatal(err)
		}
	}
	s := serve(t, "--database", dsn, "--schema", schema, "--drain-timeout", "2s")
	if text := s.get(t, "/readyz"); !strings.Contains(text, `"database":"ready"`) {
		t.Error(text)
	}
	res, err := http.Post(s.url+"/track", "", strings.NewReader(`{"user_id": "u", "event_type": "v", "timestamp": "2026-11-01T12:00:00Z"}`))
	if err != nil || res.StatusCode != 200 {
		t.Fatal(res, err)
	}
	_ = res.Body.Close()
	says := func(what string) {
		t.Helper()
		text := ""
		for range 100 {
			if text = s.get(t, "/readyz"); strings.Contains(text, what) && strings.Contains(text, `"status":"ready"`) {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
		t.Errorf("%s is not in %s", what, text)
	}
	says("its disk is full")
	if _, err := conn.Exec(t.Context(), fmt.Sprintf(`DROP TRIGGER full_disk ON %s.user_events`, schema)); err != nil {
		t.Fatal(err)
	}
	says(`"database":"ready"`)
	s.end(t)
}
