// Package preview stands in for Grafana on this machine. It starts the plugin as Grafana does, with one data source ([StartPlugin]),
// and serves the preview page, which is the plugin's own query editor without a Grafana around it ([Handler]): to the page it
// answers as Grafana's server does, and asks the real plugin.
package preview

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/footfall-analytics/footfall/internal/shop"
)

// Options of the host; all must be set.
type Options struct {
	// Page holds the page's files.
	Page   fs.FS
	Plugin *Plugin
	// Questions are offered to the visitor, about the range From to To, in the time zone named.
	Questions []shop.Question
	From, To  time.Time
	TimeZone  string
}

// Handler returns the page and the parts of Grafana's HTTP API that it uses. It answers only requests for an address of
// this machine, so that no web page elsewhere can reach it under a name of its own.
func Handler(o Options) http.Handler {
	h := &host{o}
	r := chi.NewRouter()
	r.Use(onlyLocal, middleware.RequestSize(1<<20))
	r.Get("/api/preview", h.start)
	r.Post("/api/ds/query", h.query)
	r.Route("/api/datasources/uid/"+o.Plugin.Source().UID, func(r chi.Router) {
		r.Get("/health", h.health)
		r.Get("/resources/*", h.resource)
		r.Post("/resources/*", h.resource)
	})
	r.Handle("/*", http.FileServerFS(o.Page))
	return r
}

type host struct{ Options }

func onlyLocal(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			name = r.Host
		}
		if ip := net.ParseIP(strings.Trim(name, "[]")); name != "localhost" && (ip == nil || !ip.IsLoopback()) {
			fail(w, http.StatusForbidden, fmt.Errorf("the preview is for this machine only: open it as 127.0.0.1, not as %s", name))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// savedQuestion is a question as the page loads it.
type savedQuestion struct {
	Title string `json:"title"`
	Query any    `json:"query"`
	// Options are the panel's.
	Options map[string]string `json:"options,omitempty"`
}

// start tells the page what Grafana would tell it when it starts.
func (h *host) start(w http.ResponseWriter, _ *http.Request) {
	source := h.Plugin.Source()
	questions := []savedQuestion{}
	for _, q := range h.Questions {
		questions = append(questions, savedQuestion{q.Name, q.Query, q.Options})
	}
	answer(w, http.StatusOK, map[string]any{
		"datasource": map[string]any{"uid": source.UID, "name": source.Name, "type": source.Type, "jsonData": json.RawMessage(source.JSONData)},
		"from":       h.From.UnixMilli(), "to": h.To.UnixMilli(), "timeZone": h.TimeZone,
		"questions": questions,
	})
}

// milliseconds since 1970, which Grafana's front end sends as text.
type milliseconds struct{ time.Time }

func (m *milliseconds) UnmarshalJSON(raw []byte) error {
	n, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64)
	if err != nil {
		return fmt.Errorf("the time %s is no number of milliseconds since 1970", raw)
	}
	m.Time = time.UnixMilli(n)
	return nil
}

func (h *host) query(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Queries  []json.RawMessage
		From, To milliseconds
	}
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		fail(w, http.StatusBadRequest, fmt.Errorf("the request's body: %w", err))
		return
	}
	response, err := h.Plugin.QueryData(r.Context(), request.Queries, request.From.Time, request.To.Time)
	if err != nil {
		fail(w, http.StatusInternalServerError, err)
		return
	}
	status := http.StatusOK
	for _, result := range response.Responses {
		if result.Error != nil {
			status = http.StatusBadRequest // as Grafana answers when one of the queries fails
		}
	}
	answer(w, status, response)
}

func (h *host) health(w http.ResponseWriter, r *http.Request) {
	result, err := h.Plugin.CheckHealth(r.Context())
	if err != nil {
		fail(w, http.StatusInternalServerError, err)
		return
	}
	body := map[string]any{"status": result.Status.String(), "message": result.Message}
	if len(result.JSONDetails) > 0 {
		body["details"] = json.RawMessage(result.JSONDetails)
	}
	status := http.StatusOK
	if result.Status != backend.HealthStatusOk {
		status = http.StatusBadRequest
	}
	answer(w, status, body)
}

func (h *host) resource(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		fail(w, http.StatusBadRequest, err)
		return
	}
	path := chi.URLParam(r, "*")
	response, err := h.Plugin.CallResource(r.Context(), backend.CallResourceRequest{
		Path: path, Method: r.Method, URL: path + "?" + r.URL.RawQuery, Body: body,
		Headers: map[string][]string{"Content-Type": r.Header["Content-Type"]},
	})
	if err != nil {
		fail(w, http.StatusInternalServerError, err)
		return
	}
	for name, values := range response.Headers {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	w.WriteHeader(response.Status)
	_, _ = w.Write(response.Body) // who has left needs no answer
}

func answer(w http.ResponseWriter, status int, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(raw) // who has left needs no answer
}

func fail(w http.ResponseWriter, status int, err error) {
	answer(w, status, map[string]string{"message": err.Error()})
}

// Serve serves the handler on a port of 127.0.0.1 until the context ends. It calls ready with the address first.
func Serve(ctx context.Context, port int, handler http.Handler, ready func(url string)) error {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return fmt.Errorf("the preview page: %w", err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	ready("http://" + listener.Addr().String())
	if err := server.Serve(listener); ctx.Err() == nil {
		return err
	}
	return nil
}
