package program

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
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// healthTimeout is how long a request about health, and its answer, may take.
const healthTimeout = 3 * time.Second

// Listen opens a listener on an address; errors name the flag that sets it.
func Listen(address, flag string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is taken by another program: choose another address with --%s", address, flag)
	}
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", flag, err)
	}
	return listener, nil
}

// Readiness returns why the program cannot do its work, and why the database takes no events; nil if all is well.
type Readiness func(ctx context.Context) (work, database error)

// Admin returns the server of health and metrics, for administrators. It has its own connections, so that it answers however many others
// there are.
func Admin(registry *prometheus.Registry, ready Readiness, log *slog.Logger) *http.Server {
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	r := chi.NewRouter()
	Health(r, func(ctx context.Context) (string, error) {
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
		ErrorLog: slog.NewLogLogger(Kind(log, "HTTP").Handler(), slog.LevelWarn)}
}

// LimitToOneASecond returns a function that calls check at most once a second, and otherwise repeats its last answer.
func LimitToOneASecond(check func(ctx context.Context) error) func(ctx context.Context) error {
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

// Health adds GET /healthz, which says that the program runs, and GET /readyz, which says whether it can do its work. ready returns the
// reason if it cannot, which is answered with 503; else a remark about the database, empty for none.
func Health(r chi.Router, ready func(ctx context.Context) (database string, err error)) {
	type health struct {
		Status   string `json:"status"`
		Database string `json:"database,omitempty"`
	}
	r.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) { Respond(w, http.StatusOK, health{Status: "ok"}) })
	r.Get("/readyz", func(w http.ResponseWriter, r *http.Request) {
		database, err := ready(r.Context())
		if err != nil {
			Fail(w, http.StatusServiceUnavailable, err)
			return
		}
		Respond(w, http.StatusOK, health{"ready", database})
	})
}

// Respond writes an answer in JSON.
func Respond(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that has gone away needs no answer
}

// Fail answers with an error.
func Fail(w http.ResponseWriter, status int, err error) {
	Respond(w, status, map[string]string{"error": err.Error()})
}
