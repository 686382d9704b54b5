package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// healthTimeout is how long an answer about health may take, and a request for one.
const healthTimeout = 3 * time.Second

// listen takes an address; the flag is what sets it.
func listen(address, flag string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is taken by another program: choose another address with --%s", address, flag)
	}
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", flag, err)
	}
	return listener, nil
}

// readiness reports why the program does not do its work, and why the database takes no events.
type readiness func(ctx context.Context) (work, database error)

// admin serves health and metrics for those who run the program. It has connections of its own, so that it answers however many
// others there are.
func admin(registry *prometheus.Registry, ready readiness, log *slog.Logger) *http.Server {
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	answer := func(w http.ResponseWriter, status int, body map[string]string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body) // a client that has gone away needs no answer
	}
	r := chi.NewRouter()
	r.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	r.Get("/readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), healthTimeout)
		defer cancel()
		work, database := ready(ctx)
		if work != nil {
			log.Warn("not ready", "error", work)
			answer(w, http.StatusServiceUnavailable, map[string]string{"error": work.Error()})
			return
		}
		said := "ready"
		if database != nil {
			said = database.Error()
		}
		answer(w, http.StatusOK, map[string]string{"status": "ready", "database": said})
	})
	r.Get("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{Registry: registry}).ServeHTTP)
	return &http.Server{Handler: r, ReadTimeout: healthTimeout, WriteTimeout: 10 * healthTimeout,
		ErrorLog: slog.NewLogLogger(kind(log, "HTTP").Handler(), slog.LevelWarn)}
}

// remembered asks check once a second at most, however many want to know.
func remembered(check func(ctx context.Context) error) func(ctx context.Context) error {
	var mu sync.Mutex
	var asked time.Time
	var last error
	return func(context.Context) error {
		mu.Lock()
		defer mu.Unlock()
		if time.Since(asked) > time.Second {
			ctx, cancel := context.WithTimeout(context.Background(), healthTimeout)
			defer cancel()
			last, asked = check(ctx), time.Now()
		}
		return last
	}
}

// spare is the part of a time to end in which what was given up must be over.
func spare(timeout time.Duration) time.Duration { return min(timeout/4, 2*time.Second) }

// shut closes the pool. A server that has gone away does not answer; then the end of the process must do.
func shut(pool *pgxpool.Pool, timeout time.Duration) {
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		pool.Close()
	}()
	select {
	case <-closed:
	case <-time.After(spare(timeout) / 2):
	}
}
