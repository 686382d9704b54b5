package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/footfall-analytics/footfall/collector/ingest"
)

// healthTimeout is how long a request about health, and its answer, may take.
const healthTimeout = 3 * time.Second

// listen opens a listener on an address; errors name the flag that sets it.
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

// readiness returns why the program cannot do its work, and why the database takes no events; nil if all is well.
type readiness func(ctx context.Context) (work, database error)

// admin returns the server of health and metrics, for administrators. It has its own connections, so that it answers however many others
// there are.
func admin(registry *prometheus.Registry, ready readiness, log *slog.Logger) *http.Server {
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	r := chi.NewRouter()
	ingest.Health(r, func(ctx context.Context) (string, error) {
		ctx, cancel := context.WithTimeout(ctx, healthTimeout)
		defer cancel()
		work, database := ready(ctx)
		switch {
		case work != nil:
			log.Warn("not ready", "error", work)
			return "", work
		case database != nil:
			return database.Error(), nil
		}
		return "ready", nil
	})
	r.Get("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{Registry: registry}).ServeHTTP)
	return &http.Server{Handler: r, ReadTimeout: healthTimeout, WriteTimeout: 10 * healthTimeout,
		ErrorLog: slog.NewLogLogger(kind(log, "HTTP").Handler(), slog.LevelWarn)}
}

// limitToOneASecond returns a function that calls check at most once a second, and otherwise repeats its last answer.
func limitToOneASecond(check func(ctx context.Context) error) func(ctx context.Context) error {
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

// spare returns the last part of a shutdown's time, kept for what was cancelled to end.
func spare(timeout time.Duration) time.Duration { return min(timeout/4, 2*time.Second) }
