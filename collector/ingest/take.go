package ingest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/keys"
	"github.com/footfall-analytics/footfall/collector/privacy"
	"github.com/footfall-analytics/footfall/collector/segment"
)

// retryAfter is when a sender that is turned away should come back.
const retryAfter = 5 * time.Second

// take answers requests whose bodies decode reads.
func (h *handler) take(decode func(body []byte, received time.Time) (segment.Request, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body := bodies.Get().(*bytes.Buffer)
		defer bodies.Put(body)
		if status, err := h.read(body, w, r); err != nil {
			fail(w, status, err)
			return
		}
		// What is decoded keeps no part of the body.
		request, err := decode(body.Bytes(), time.Now().UTC().Truncate(time.Microsecond))
		if err != nil {
			fail(w, statusOf(err), err)
			return
		}
		if err := h.Keys.Check(writeKey(r, request), r.Header.Get("Origin"), len(request.Events)); err != nil {
			h.turnAway(w, err)
			return
		}
		h.store(w, r, request)
	}
}

// statusOf tells clients that know how to split a batch to do so.
func statusOf(err error) int {
	if errors.As(err, new(event.TooMany)) {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

// bodies are used again: a request's body is the largest thing that it allocates.
var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// read reads the whole body, inflated; or returns the status and reason of an answer.
func (h *handler) read(body *bytes.Buffer, w http.ResponseWriter, r *http.Request) (int, error) {
	var reader io.Reader = http.MaxBytesReader(w, r.Body, h.MaxBody)
	switch encoding := r.Header.Get("Content-Encoding"); encoding {
	case "", "identity":
	case "gzip":
		inflated, err := gzip.NewReader(reader)
		if err != nil {
			return http.StatusBadRequest, fmt.Errorf("the body is not gzip, though Content-Encoding says so: %w", err)
		}
		reader = io.LimitReader(inflated, h.MaxBody+1)
	default:
		w.Header().Set("Accept-Encoding", "gzip, identity")
		return http.StatusUnsupportedMediaType, errors.New("this Content-Encoding is not known; send the body plain or with gzip")
	}
	body.Reset()
	_, err := body.ReadFrom(reader)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge) || int64(body.Len()) > h.MaxBody:
		return http.StatusRequestEntityTooLarge, fmt.Errorf("the body is larger than %d bytes; send fewer events at once", h.MaxBody)
	case err != nil:
		return http.StatusBadRequest, fmt.Errorf("the body could not be read: %w", err)
	}
	return 0, nil
}

// writeKey is the key of a request: the user of Basic authentication, else in the body, else in the address, which is all that
// a beacon without a body of its own can carry.
func writeKey(r *http.Request, request segment.Request) string {
	if user, _, ok := r.BasicAuth(); ok {
		return user
	}
	if request.WriteKey != "" {
		return request.WriteKey
	}
	return r.URL.Query().Get("writeKey")
}

// turnAway answers a request that its key does not let in.
func (h *handler) turnAway(w http.ResponseWriter, err error) {
	status := http.StatusForbidden
	var limited keys.RateLimited
	switch {
	case errors.Is(err, keys.ErrNoKey) || errors.Is(err, keys.ErrUnknownKey):
		status = http.StatusUnauthorized
		w.Header().Set("WWW-Authenticate", `Basic realm="write key"`)
	case errors.Is(err, keys.ErrNotLoaded):
		status = http.StatusServiceUnavailable
		comeBack(w, retryAfter)
	case errors.As(err, &limited):
		status = http.StatusTooManyRequests
		comeBack(w, limited.RetryAfter)
	}
	fail(w, status, err)
}

func comeBack(w http.ResponseWriter, after time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(after.Seconds()))))
}

type answer struct {
	// Accepted counts the events that are safe, Ignored those that privacy settings keep out.
	Accepted int            `json:"accepted"`
	Ignored  int            `json:"ignored,omitempty"`
	Rejected event.Refusals `json:"rejected,omitempty"`
	// LeftOut names odd fields of events that were taken without them.
	LeftOut event.Refusals `json:"left_out,omitempty"`
}

// store hands the good events of a request on and answers for all of them.
func (h *handler) store(w http.ResponseWriter, r *http.Request, request segment.Request) {
	kept := h.keep(r, request)
	start := time.Now()
	if len(kept) > 0 {
		if err := h.sink.Accept(r.Context(), kept); err != nil {
			h.events.WithLabelValues("turned_away").Add(float64(len(kept)))
			comeBack(w, retryAfter)
			fail(w, http.StatusServiceUnavailable, fmt.Errorf("%w; send the request again later, with the same id in each event nothing is stored twice", err))
			return
		}
		h.commit.Observe(time.Since(start).Seconds())
	}
	result := answer{Accepted: len(kept), Ignored: len(request.Events) - len(kept), Rejected: request.Refused, LeftOut: request.LeftOut}
	h.count(result)
	status := http.StatusOK
	if len(result.Rejected) > 0 {
		status = http.StatusBadRequest
	}
	respond(w, status, result)
}

// keep describes the senders of events and leaves out those that may not be kept.
func (h *handler) keep(r *http.Request, request segment.Request) []event.Event {
	sender := h.Visitors.Sender(r)
	kept := request.Events[:0]
	for i := range request.Events {
		e, said := &request.Events[i], segment.Context{}
		if request.Contexts != nil {
			said = request.Contexts[i]
		}
		address := sender.Describe(e, said.UserAgent, said.IP)
		if h.Privacy.Apply(privacy.Request{Header: r.Header, Address: address, Consent: said.Consent}, e) {
			kept = append(kept, *e)
		}
	}
	return kept
}

func (h *handler) count(a answer) {
	h.events.WithLabelValues("accepted").Add(float64(a.Accepted))
	h.events.WithLabelValues("ignored").Add(float64(a.Ignored))
	bad := map[int]bool{}
	for _, r := range a.Rejected {
		bad[r.Index] = true
		h.rejected.WithLabelValues(fieldLabel(r.Field)).Inc()
	}
	for _, r := range a.LeftOut {
		h.leftOut.WithLabelValues(leftOutLabel(r.Field)).Inc()
	}
	h.events.WithLabelValues("rejected").Add(float64(len(bad)))
}

func fail(w http.ResponseWriter, status int, err error) {
	respond(w, status, map[string]string{"error": err.Error()})
}

func respond(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that has gone away needs no answer
}

// labels are the fields that the metric of bad events tells apart: names that clients make up would fill the memory.
var labels = []string{"event_id", "user_id", "event_type", "timestamp", "page_url", "device_type", "session_id", "metadata",
	"messageId", "userId", "anonymousId", "previousId", "type", "event", "properties", "traits", "context"}

// fieldLabel is the outermost of the fields in a path.
func fieldLabel(path string) string {
	outer, _, _ := strings.Cut(path, ".")
	outer, _, _ = strings.Cut(outer, "[")
	if slices.Contains(labels, outer) {
		return outer
	}
	return "other"
}

// leftOutLabels are the fields that the metric of what was left out tells apart.
var leftOutLabels = []string{"anonymousId", "context", "context.app", "context.campaign", "context.consent", "context.device", "context.groupId", "context.ip",
	"context.library", "context.locale", "context.network", "context.os", "context.page", "context.screen", "context.sessionId",
	"context.timezone", "context.userAgent"}

// leftOutLabel is the field in a path, or the part of the context.
func leftOutLabel(path string) string {
	parts := strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' })
	label := strings.Join(parts[:min(len(parts), 2)], ".")
	if slices.Contains(leftOutLabels, label) {
		return label
	}
	return "other"
}
