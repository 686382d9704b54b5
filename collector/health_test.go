package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

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
	full := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
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
