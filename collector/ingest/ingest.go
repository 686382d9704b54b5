package ingest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/cors"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/keys"
	"github.com/footfall-analytics/footfall/collector/privacy"
	"github.com/footfall-analytics/footfall/collector/segmentapi"
	"github.com/footfall-analytics/footfall/collector/visitor"
	"github.com/footfall-analytics/footfall/program"
)

// Sink takes events. Accept returns nil when all events are safe for good, and an error if they may not be: the sender is then told to come
// back. It is called from many goroutines.
type Sink interface {
	Accept(ctx context.Context, events []event.Event) error
}

// Options set up the HTTP side; all must be set.
type Options struct {
	// MaxBody is the largest body in bytes, as sent and inflated.
	MaxBody int64
	// MaxMemory is how many bytes the bodies of all present requests, and what is decoded from them, may take together; at least
	// [MinMemory]. Requests beyond it are answered with 503.
	MaxMemory int64
	// MaxBatch is how many events one request may have.
	MaxBatch int
	// Oldest is how long ago an event may have happened; 0 for any time since 1970.
	Oldest time.Duration
	// PageHost says that the addresses of pages in Segment's messages keep their host.
	PageHost bool
	// Ready returns why events cannot be taken at the moment. Anybody may ask, so it must be quick.
	Ready    func(ctx context.Context) error
	Keys     *keys.Keys
	Privacy  *privacy.Filter
	Visitors *visitor.Visitors
	Log      *slog.Logger
}

type handler struct {
	Options
	sink Sink
	budgets
	events   *prometheus.CounterVec
	refused  *prometheus.CounterVec
	leftOut  *prometheus.CounterVec
	duration *prometheus.HistogramVec
	commit   prometheus.Histogram
}

// New returns the handler of the routes that are open to everybody. Metrics are kept in registry.
func New(sink Sink, opts Options, registry prometheus.Registerer) http.Handler {
	metrics := promauto.With(registry)
	h := &handler{Options: opts, sink: sink,
		budgets: newBudgets(opts.MaxMemory),
		events: metrics.NewCounterVec(prometheus.CounterOpts{Name: "footfall_events_received_total",
			Help: "Events in requests: accepted (safe), refused (bad), ignored (not kept, for privacy), turned_away (may not be safe; the sender was told to come back)."}, []string{"result"}),
		refused: metrics.NewCounterVec(prometheus.CounterOpts{Name: "footfall_events_refused_total",
			Help: "Refused events by the field at fault."}, []string{"field"}),
		leftOut: metrics.NewCounterVec(prometheus.CounterOpts{Name: "footfall_fields_left_out_total",
			Help: "Odd fields of good events, without which these are stored."}, []string{"field"}),
		duration: metrics.NewHistogramVec(prometheus.HistogramOpts{Name: "footfall_http_request_seconds",
			Help: "Time to answer a request.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 15)}, []string{"route", "status"}),
		commit: metrics.NewHistogram(prometheus.HistogramOpts{Name: "footfall_commit_seconds",
			Help: "Time until the events of a request are safe.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 15)}),
	}
	r := chi.NewRouter()
	r.Use(h.observe, cors.Handler(cors.Options{
		AllowOriginFunc: func(_ *http.Request, origin string) bool { return h.Keys.AllowsOrigin(origin) },
		AllowedMethods:  []string{http.MethodPost},
		AllowedHeaders:  []string{"Authorization", "Content-Type", "Content-Encoding", "X-Retry-Count"}, // the last is Segment's library's
		ExposedHeaders:  []string{"Retry-After"},
		// Clients send their key, never cookies; but some set credentials.
		AllowCredentials: true,
		MaxAge:           600,
	}))
	h.takeEvents(r)
	program.Health(r, func(ctx context.Context) (string, error) {
		if h.Ready(ctx) != nil {
			return "", errors.New("the collector cannot take events; /readyz at --listen-admin says why") // not to everybody
		}
		return "", nil
	})
	r.NotFound(func(w http.ResponseWriter, _ *http.Request) {
		program.Fail(w, http.StatusNotFound, errors.New("there is nothing here; "+whereTo))
	})
	r.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		program.Fail(w, http.StatusMethodNotAllowed, fmt.Errorf("this address does not take %s; %s", methodLabel(r.Method), whereTo))
	})
	return r
}

const whereTo = "events go to POST /track or POST /track/batch, those of Segment's clients to POST /v1/batch"

func (h *handler) takeEvents(r chi.Router) {
	events := event.Decoder{MaxBatch: h.MaxBatch, Oldest: h.Oldest}
	r.Post("/track", h.take(false, events.Decode))
	r.Post("/track/batch", h.take(false, events.DecodeBatch))
	messages := &segmentapi.Decoder{MaxBatch: h.MaxBatch, Oldest: h.Oldest, PageHost: h.PageHost}
	for _, call := range []string{"track", "page", "screen", "identify", "group", "alias", "batch"} {
		take := h.take(true, func(body []byte, received time.Time) (event.Request, error) {
			return messages.Decode(call, body, received)
		})
		r.Post("/v1/"+call, take)
		r.Post("/v1/"+call[:1], take) // the path that Segment's library for browsers uses
	}
	// Segment's library for browsers sends its own metrics here, which are not kept.
	r.Post("/v1/m", func(w http.ResponseWriter, r *http.Request) {
		h.linger(w, r)
		program.Respond(w, http.StatusOK, answer{})
	})
}

// observe measures requests, logs failed ones (never their content), and keeps a panic from ending the process.
func (h *handler) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		id := requestID(r.Header.Get(middleware.RequestIDHeader))
		ww.Header().Set(middleware.RequestIDHeader, id)
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler { //nolint:errorlint // net/http takes no other value
					panic(p)
				}
				h.Log.Error("panic in a request", "request_id", id, "panic", fmt.Sprint(p), "route", chi.RouteContext(r.Context()).RoutePattern())
				program.Fail(ww, http.StatusInternalServerError, errors.New("the collector failed; its log says more"))
			}
			route := chi.RouteContext(r.Context()).RoutePattern()
			status := max(ww.Status(), http.StatusOK)
			h.duration.WithLabelValues(route, strconv.Itoa(status)).Observe(time.Since(start).Seconds())
			level := slog.LevelDebug
			if status >= http.StatusBadRequest && route != "/readyz" {
				level = slog.LevelWarn
			}
			if h.Log.Enabled(r.Context(), level) {
				h.Log.Log(r.Context(), level, "request", "request_id", id, "method", methodLabel(r.Method), "route", route, "status", status,
					"milliseconds", time.Since(start).Milliseconds())
			}
		}()
		next.ServeHTTP(ww, r)
	})
}

// clientsID matches the request ids that a client or a proxy may choose.
var clientsID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)

// requestID returns the sender's id if it is fit for a log, else a new one.
func requestID(sent string) string {
	if clientsID.MatchString(sent) {
		return sent
	}
	return rand.Text()
}

// methodLabel returns the method, or a common word for methods that clients make up, which must not fill the log.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "another method"
}
