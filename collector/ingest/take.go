package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/keys"
	"github.com/footfall-analytics/footfall/collector/privacy"
	"github.com/footfall-analytics/footfall/program"
)

// storeTimeout is after how long a request whose events cannot be made safe is turned away.
const storeTimeout = 30 * time.Second

// retryAfter is how soon a sender that is turned away should come back.
const retryAfter = 5 * time.Second

// decoder reads the events of a body and keeps no part of the body.
type decoder func(body []byte, received time.Time) (event.Request, error)

// take returns the handler of requests whose bodies decode reads. Requests with a key in header or address are let in or refused before the
// body is read; keyInBody says that the key may also be in the body.
func (h *handler) take(keyInBody bool, decode decoder) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		pass, err := h.Keys.Check(writeKey(r), origin)
		stranger := keyInBody && errors.Is(err, keys.ErrNoKey)
		if err != nil && !stranger {
			h.linger(w, r)
			h.turnAway(w, err)
			return
		}
		made := &memory{budget: h.decoded}
		defer made.keep(0)
		request, err := h.readEvents(w, r, made, stranger, decode)
		if stranger && (err == nil || request.WriteKey != "") {
			var denied error
			if pass, denied = h.Keys.Check(request.WriteKey, origin); denied != nil {
				h.turnAway(w, denied)
				return
			}
		}
		if err == nil || !errors.Is(err, errBusy) {
			// A body that cannot be read costs as much as one event, or it could be sent without end.
			err = cmp.Or(pass.Spend(max(1, len(request.Events)+badEvents(request.Refused))), err)
		}
		if err != nil {
			h.turnAway(w, err)
			return
		}
		h.store(w, r, request)
	}
}

// readEvents reads the events of a request, and charges their memory to made.
func (h *handler) readEvents(w http.ResponseWriter, r *http.Request, made *memory, stranger bool, decode decoder) (event.Request, error) {
	b, err := h.read(w, r, stranger)
	if err != nil {
		h.linger(w, r)
		return event.Request{}, err
	}
	defer b.done()
	mayTake := h.mayTake(b.bytes)
	if mayTake > h.decodedBytes {
		return event.Request{}, refusal{http.StatusRequestEntityTooLarge, errors.New("the body has too many names for the memory of this collector (--max-memory); send fewer events at once")}
	}
	if err := made.await(mayTake); err != nil {
		return event.Request{}, err
	}
	request, err := decode(b.bytes, time.Now().UTC().Truncate(time.Microsecond))
	if err != nil {
		return request, refusal{statusOf(err), err}
	}
	made.keep(takes(request))
	return request, nil
}

// deadline sets how long the client may go on sending; 0 means for ever. It does nothing on connections without deadlines.
func deadline(w http.ResponseWriter, after time.Duration) {
	at := time.Time{}
	if after > 0 {
		at = time.Now().Add(after)
	}
	_ = http.NewResponseController(w).SetReadDeadline(at)
}

// linger lets a refused client go on sending for a moment, since many read the answer only after that. It cannot hold the connection for
// longer.
func (h *handler) linger(w http.ResponseWriter, r *http.Request) {
	deadline(w, lingering)
	if r.Header.Get("Expect") == "" { // else the client waits for the answer
		_, _ = io.CopyN(io.Discard, r.Body, 2*h.MaxBody)
	}
}

// statusOf returns an error's status: 413 tells clients that can split a batch to do so.
func statusOf(err error) int {
	if errors.As(err, new(event.TooMany)) {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

// writeKey returns the key of a request outside its body: the user of Basic authentication, else the key in the address, where beacons have
// to put it.
func writeKey(r *http.Request) string {
	if user, _, ok := r.BasicAuth(); ok && user != "" {
		return user
	}
	return r.URL.Query().Get("writeKey")
}

// turnAway answers a request from which nothing is taken.
func (h *handler) turnAway(w http.ResponseWriter, err error) {
	status := http.StatusForbidden
	var limited keys.RateError
	var refused refusal
	switch {
	case errors.As(err, &refused):
		status = refused.status
	case errors.Is(err, keys.ErrNoKey) || errors.Is(err, keys.ErrUnknownKey):
		status = http.StatusUnauthorized
		w.Header().Set("WWW-Authenticate", `Basic realm="write key"`)
	case errors.Is(err, keys.ErrNotLoaded) || errors.Is(err, errBusy):
		status = http.StatusServiceUnavailable
		comeBack(w, retryAfter)
	case errors.As(err, &limited):
		status = http.StatusTooManyRequests
		comeBack(w, limited.RetryAfter)
	}
	program.Fail(w, status, err)
}

func comeBack(w http.ResponseWriter, after time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(after.Seconds()))))
}

type answer struct {
	// Accepted counts the events that are safe, Ignored those that privacy settings keep out.
	Accepted int `json:"accepted"`
	Ignored  int `json:"ignored,omitempty"`
	// Refused names the bad events; the others were taken.
	Refused event.Refusals `json:"refused,omitempty"`
	// LeftOut names bad fields of events that were taken without them.
	LeftOut event.Refusals `json:"left_out,omitempty"`
}

// store hands the good events of a request on, and answers the request.
func (h *handler) store(w http.ResponseWriter, r *http.Request, request event.Request) {
	kept := h.keep(r, request)
	start := time.Now()
	if len(kept) > 0 {
		// Also store for a client that has closed its side; it may still read the answer.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), storeTimeout)
		defer cancel()
		if err := h.sink.Accept(ctx, kept); err != nil {
			h.events.WithLabelValues("turned_away").Add(float64(len(kept)))
			comeBack(w, retryAfter)
			program.Fail(w, http.StatusServiceUnavailable, fmt.Errorf("%w; send the request again later, with the same id in each event nothing is stored twice", err))
			return
		}
		h.commit.Observe(time.Since(start).Seconds())
	}
	result := answer{Accepted: len(kept), Ignored: len(request.Events) - len(kept), Refused: request.Refused, LeftOut: request.LeftOut}
	h.count(result)
	result.Refused, result.LeftOut = tell(result.Refused), tell(result.LeftOut)
	status := http.StatusOK
	if len(result.Refused) > 0 {
		status = http.StatusBadRequest
	}
	program.Respond(w, status, result)
}

// keep returns the events that may be kept, with their senders' properties.
func (h *handler) keep(r *http.Request, request event.Request) []event.Event {
	sender := h.Visitors.Sender(r)
	kept := request.Events[:0]
	for i := range request.Events {
		e, said := &request.Events[i], event.Context{}
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
	for _, r := range a.Refused {
		h.refused.WithLabelValues(fieldLabel(r.Field)).Inc()
	}
	for _, r := range a.LeftOut {
		h.leftOut.WithLabelValues(leftOutLabel(r.Field)).Inc()
	}
	h.events.WithLabelValues("refused").Add(float64(badEvents(a.Refused)))
}

// maxRefusalsInAnswer is how many refusals an answer has before it names only the first one of each further event.
const maxRefusalsInAnswer = 1000

// tell returns the refusals to answer with, so that an answer does not grow with the nonsense that was sent.
func tell(refused event.Refusals) (told event.Refusals) {
	for i, r := range refused {
		if i < maxRefusalsInAnswer || r.Index != refused[i-1].Index {
			told = append(told, r)
		}
	}
	return told
}

// badEvents returns how many events the refusals belong to; the refusals of one event follow one another.
func badEvents(refused event.Refusals) (n int) {
	for i, r := range refused {
		if i == 0 || r.Index != refused[i-1].Index {
			n++
		}
	}
	return n
}

// labels are the fields that the metric of refused events distinguishes: names that clients make up would fill the memory.
var labels = []string{"event_id", "user_id", "event_type", "timestamp", "page_url", "device_type", "session_id", "metadata",
	"messageId", "userId", "anonymousId", "previousId", "type", "event", "properties", "traits", "context"}

// fieldLabel returns the outermost field of a path.
func fieldLabel(path string) string {
	outer, _, _ := strings.Cut(path, ".")
	outer, _, _ = strings.Cut(outer, "[")
	if slices.Contains(labels, outer) {
		return outer
	}
	return "other"
}

// leftOutLabels are the fields that the metric of fields left out distinguishes.
var leftOutLabels = []string{"anonymousId", "context", "context.app", "context.campaign", "context.consent", "context.device", "context.groupId", "context.ip",
	"context.library", "context.locale", "context.network", "context.os", "context.page", "context.screen", "context.sessionId",
	"context.timezone", "context.userAgent"}

// leftOutLabel returns the field in a path, or the part of the context.
func leftOutLabel(path string) string {
	parts := strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' })
	label := strings.Join(parts[:min(len(parts), 2)], ".")
	if slices.Contains(leftOutLabels, label) {
		return label
	}
	return "other"
}
