// Package ingest is the collector's HTTP side: it reads events from requests and answers when they are safe.
package ingest

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/footfall-analytics/footfall/collector/event"
)

// Sink is where events go. Accept returns nil when all are safe for good, [event.Refusals] when all but those are, and any
// other error when they may not be: the sender is then told to come back. It is called from many goroutines.
type Sink interface {
	Accept(ctx context.Context, events []event.Event) error
}

// Options of the HTTP side; all must be set.
type Options struct {
	// MaxBody is the largest body in bytes, as sent and inflated.
	MaxBody int64
	// MaxBatch is how many events one request may bring.
	MaxBatch int
	// Ready reports why events cannot be stored at the moment.
	Ready func(ctx context.Context) error
	Log   *slog.Logger
}

// retryAfter is when a sender that is turned away should come back, in seconds.
const retryAfter = "5"

const readyTimeout = 3 * time.Second

type handler struct {
	Options
	sink     Sink
	events   *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

// New returns the routes of the collector. Metrics are kept in registry and served from it.
func New(sink Sink, opts Options, registry *prometheus.Registry) http.Handler {
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	metrics := promauto.With(registry)
	h := &handler{Options: opts, sink: sink,
		events: metrics.NewCounterVec(prometheus.CounterOpts{Name: "footfall_events_received_total",
			Help: "Events in requests: accepted (stored), rejected (bad), turned_away (may not have been stored; the sender was told to come back)."}, []string{"result"}),
		duration: metrics.NewHistogramVec(prometheus.HistogramOpts{Name: "footfall_http_request_seconds",
			Help: "Time to answer a request.", Buckets: prometheus.DefBuckets}, []string{"route", "status"}),
	}
	r := chi.NewRouter()
	r.Use(h.observe)
	r.Post("/track", h.track)
	r.Post("/v1/batch", h.batch)
	r.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		respond(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	r.Get("/readyz", h.ready)
	r.Get("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{Registry: registry}).ServeHTTP)
	r.NotFound(func(w http.ResponseWriter, r *http.Request) {
		fail(w, http.StatusNotFound, errors.New("there is nothing here; events go to POST /track or POST /v1/batch"))
	})
	r.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		fail(w, http.StatusMethodNotAllowed, fmt.Errorf("this address does not take %s; events go to POST /track or POST /v1/batch", r.Method))
	})
	return r
}

// observe measures requests, logs those that went wrong (never what they said), and keeps a panic from ending the
// process.
func (h *handler) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				h.Log.Error("panic in a request", "panic", fmt.Sprint(p), "path", r.URL.Path)
				fail(ww, http.StatusInternalServerError, errors.New("the collector failed; its log says more"))
			}
			route := chi.RouteContext(r.Context()).RoutePattern()
			status := max(ww.Status(), http.StatusOK)
			h.duration.WithLabelValues(route, strconv.Itoa(status)).Observe(time.Since(start).Seconds())
			level := slog.LevelDebug
			if status >= http.StatusBadRequest && route != "/readyz" {
				level = slog.LevelWarn
			}
			h.Log.Log(r.Context(), level, "request", "method", r.Method, "route", route, "status", status,
				"milliseconds", time.Since(start).Milliseconds(), "remote", r.RemoteAddr)
		}()
		next.ServeHTTP(ww, r)
	})
}

func (h *handler) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if err := h.Ready(ctx); err != nil {
		h.Log.Warn("not ready", "error", err)
		fail(w, http.StatusServiceUnavailable, err)
		return
	}
	respond(w, http.StatusOK, map[string]string{"status": "ready"})
}

func (h *handler) track(w http.ResponseWriter, r *http.Request) {
	body, ok := h.body(w, r)
	if !ok {
		return
	}
	e, refused, err := event.Decode(body, time.Now())
	if err != nil {
		fail(w, http.StatusBadRequest, err)
		return
	}
	batch := event.Batch{Refused: refused}
	if len(refused) == 0 {
		batch.Events, batch.Index = []event.Event{e}, []int{0}
	}
	h.store(w, r, batch)
}

func (h *handler) batch(w http.ResponseWriter, r *http.Request) {
	body, ok := h.body(w, r)
	if !ok {
		return
	}
	batch, err := event.DecodeBatch(body, h.MaxBatch, time.Now())
	if err != nil {
		fail(w, http.StatusBadRequest, err)
		return
	}
	h.store(w, r, batch)
}

// body reads the whole body, inflated. When it cannot, it has answered and returns false.
func (h *handler) body(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	var reader io.Reader = http.MaxBytesReader(w, r.Body, h.MaxBody)
	switch encoding := r.Header.Get("Content-Encoding"); encoding {
	case "", "identity":
	case "gzip":
		inflated, err := gzip.NewReader(reader)
		if err != nil {
			fail(w, http.StatusBadRequest, fmt.Errorf("the body is not gzip, though Content-Encoding says so: %w", err))
			return nil, false
		}
		reader = io.LimitReader(inflated, h.MaxBody+1)
	default:
		w.Header().Set("Accept-Encoding", "gzip, identity")
		fail(w, http.StatusUnsupportedMediaType, errors.New("this Content-Encoding is not known; send the body plain or with gzip"))
		return nil, false
	}
	body, err := io.ReadAll(reader)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge) || int64(len(body)) > h.MaxBody:
		fail(w, http.StatusRequestEntityTooLarge, fmt.Errorf("the body is larger than %d bytes; send fewer events at once", h.MaxBody))
	case err != nil:
		fail(w, http.StatusBadRequest, fmt.Errorf("the body could not be read: %w", err))
	default:
		return body, true
	}
	return nil, false
}

type answer struct {
	// Accepted counts the events that are stored.
	Accepted int            `json:"accepted"`
	Rejected event.Refusals `json:"rejected,omitempty"`
}

// store hands the good events of a request on and answers for all of them.
func (h *handler) store(w http.ResponseWriter, r *http.Request, batch event.Batch) {
	refused := batch.Refused
	if err := h.sink.Accept(r.Context(), batch.Events); err != nil {
		var late event.Refusals
		if !errors.As(err, &late) {
			h.events.WithLabelValues("turned_away").Add(float64(len(batch.Events)))
			w.Header().Set("Retry-After", retryAfter)
			fail(w, http.StatusServiceUnavailable, fmt.Errorf("%w; send the request again later, with the same event_id in each event nothing is stored twice", err))
			return
		}
		for _, l := range late {
			l.Index = batch.Index[l.Index]
			refused = append(refused, l)
		}
	}
	rejected := map[int]bool{}
	for _, bad := range refused {
		rejected[bad.Index] = true
	}
	result := answer{Accepted: len(batch.Events), Rejected: refused}
	for _, index := range batch.Index {
		if rejected[index] {
			result.Accepted--
		}
	}
	h.events.WithLabelValues("accepted").Add(float64(result.Accepted))
	h.events.WithLabelValues("rejected").Add(float64(len(rejected)))
	status := http.StatusOK
	if len(refused) > 0 {
		status = http.StatusBadRequest
	}
	respond(w, status, result)
}

func fail(w http.ResponseWriter, status int, err error) {
	respond(w, status, map[string]string{"error": err.Error()})
}

func respond(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that has gone away needs no answer
}
