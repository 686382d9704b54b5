// Package api is the analyzer's HTTP API. openapi.json describes it.
package api

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/footfall-analytics/footfall/analyzer/segments"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/store"
	"github.com/footfall-analytics/footfall/program"
)

// ShortestToken is how many characters a token has at least.
const ShortestToken = 20

const (
	// most is how many requests are answered at once, and mostCostly how many of those that count or import. So many more wait, for so long.
	most, mostCostly, waiting = 64, 2, 8
	patience                  = 30 * time.Second
)

// Options say who may ask, and whether the database is there. All but Tokens must be set.
type Options struct {
	// Tokens are those that are accepted; without any, nobody may ask.
	Tokens []string
	Ready  func(ctx context.Context) error
	Log    *slog.Logger
}

//go:embed openapi.json
var document []byte

// schema is the JSON Schema of files with segments, for editors and for the document.
//
//go:embed segments.schema.json
var schema []byte

type api struct {
	*segments.Segments
	Options
	tokens [][sha256.Size]byte
}

// New returns the API's handler.
func New(s *segments.Segments, opts Options) http.Handler { return newRouter(s, opts) }

func newRouter(s *segments.Segments, opts Options) chi.Router {
	a := &api{Segments: s, Options: opts}
	for _, token := range opts.Tokens {
		a.tokens = append(a.tokens, sha256.Sum256([]byte(token)))
	}
	r := chi.NewRouter()
	r.Use(a.recovered)
	r.NotFound(func(w http.ResponseWriter, _ *http.Request) {
		program.Fail(w, http.StatusNotFound, errors.New("there is nothing here; /v1/openapi.json says what is"))
	})
	r.MethodNotAllowed(func(w http.ResponseWriter, _ *http.Request) {
		program.Fail(w, http.StatusMethodNotAllowed, errors.New("this address does not take this method; /v1/openapi.json says which"))
	})
	program.Health(r, func(ctx context.Context) (string, error) { return "", opts.Ready(ctx) })
	for path, text := range map[string][]byte{"/v1/openapi.json": document, "/v1/segments.schema.json": schema} {
		r.Get(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(text) // a client that has gone away needs no answer
		})
	}
	r.Group(func(r chi.Router) {
		r.Use(a.authorized, middleware.ThrottleBacklog(most, waiting, patience))
		r.Get("/v1/segments", a.answer(a.list))
		r.Get("/v1/segments/{name}", a.answer(a.get))
		r.Put("/v1/segments/{name}", a.answer(a.put))
		r.Delete("/v1/segments/{name}", a.answer(a.remove))
		r.Group(func(r chi.Router) {
			r.Use(middleware.ThrottleBacklog(mostCostly, waiting, patience))
			r.Post("/v1/segments/count", a.answer(a.count))
			r.Post("/v1/segments/{name}/members", a.answer(a.upload))
		})
	})
	return r
}

// recovered answers a request that made the program fail, and logs why.
func (a *api) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if reason := recover(); reason != nil {
				a.Log.Error("a request made the program fail", "reason", fmt.Sprint(reason))
				program.Fail(w, http.StatusInternalServerError, errors.New("the analyzer failed; its log says more"))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// authorized lets requests pass that have one of the tokens. Hashes are compared, in a time that tells nothing.
func (a *api) authorized(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		sum, found := sha256.Sum256([]byte(token)), 0
		for _, one := range a.tokens {
			found |= subtle.ConstantTimeCompare(one[:], sum[:])
		}
		switch {
		case len(a.tokens) == 0:
			program.Fail(w, http.StatusForbidden, errors.New("this analyzer has no token, so it answers nobody: set FOOTFALL_ANALYZER_TOKEN"))
		case !bearer || found == 0:
			w.Header().Set("WWW-Authenticate", "Bearer")
			program.Fail(w, http.StatusUnauthorized, errors.New("the token is missing or not known: send the analyzer's as Authorization: Bearer TOKEN"))
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// answer makes a handler of a function that returns what is to be answered with 200, or an error.
func (a *api) answer(do func(w http.ResponseWriter, r *http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := do(w, r)
		if err == nil {
			program.Respond(w, http.StatusOK, body)
			return
		}
		status := statusOf(err)
		if problems := model.Problems(err); len(problems) > 0 {
			program.Respond(w, http.StatusBadRequest, map[string]any{"error": err.Error(), "problems": problems})
			return
		}
		if status >= http.StatusInternalServerError && r.Context().Err() == nil {
			a.Log.Error("a request failed", "status", status, "error", err)
		}
		program.Fail(w, status, err)
	}
}

func statusOf(err error) int {
	var upload *segments.UploadError
	var needed *segments.NeededError
	var bad *requestError
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, segments.ErrNone):
		return http.StatusNotFound
	case errors.As(err, &needed), errors.Is(err, segments.ErrDefined):
		return http.StatusConflict
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.As(err, &upload), errors.As(err, &bad):
		return http.StatusBadRequest
	case errors.Is(err, store.ErrTimeout):
		return http.StatusGatewayTimeout
	}
	return http.StatusServiceUnavailable
}

func (a *api) list(_ http.ResponseWriter, r *http.Request) (any, error) {
	list, err := a.List(r.Context())
	if list == nil {
		list = []segments.Segment{} // in JSON a list, not null
	}
	return map[string]any{"segments": list}, err
}

func (a *api) get(_ http.ResponseWriter, r *http.Request) (any, error) {
	name, err := nameOf(r)
	if err != nil {
		return nil, err
	}
	one, refreshes, err := a.Get(r.Context(), name)
	if refreshes == nil {
		refreshes = []segments.Refresh{}
	}
	return struct {
		segments.Segment
		Refreshes []segments.Refresh `json:"refreshes"`
	}{one, refreshes}, err
}

func (a *api) put(w http.ResponseWriter, r *http.Request) (any, error) {
	name, err := nameOf(r)
	if err != nil {
		return nil, err
	}
	one, err := readSegment(w, r, name)
	if err != nil {
		return nil, err
	}
	changes, err := a.Save(r.Context(), []*model.Segment{one})
	if err != nil {
		return nil, err
	}
	stored, _, err := a.Get(r.Context(), one.Name)
	return struct {
		Created bool             `json:"created"`
		Changed bool             `json:"changed"`
		Segment segments.Segment `json:"segment"`
	}{changes[0].Created, changes[0].Changed, stored}, err
}

func (a *api) remove(_ http.ResponseWriter, r *http.Request) (any, error) {
	name, err := nameOf(r)
	if err != nil {
		return nil, err
	}
	if err := a.Deprecate(r.Context(), name); err != nil {
		return nil, err
	}
	stored, _, err := a.Get(r.Context(), name)
	return stored, err
}

func (a *api) count(w http.ResponseWriter, r *http.Request) (any, error) {
	one, err := readSegment(w, r, "")
	if err != nil {
		return nil, err
	}
	size, entered, left, err := a.Count(r.Context(), one)
	return map[string]int64{"size": size, "entered": entered, "left": left}, err
}

func (a *api) upload(w http.ResponseWriter, r *http.Request) (any, error) {
	name, err := nameOf(r)
	if err != nil {
		return nil, err
	}
	u, err := a.Import(r.Context(), name, http.MaxBytesReader(w, r.Body, segments.MaxUpload))
	if u.Examples == nil {
		u.Examples = []string{}
	}
	return struct {
		segments.Refresh
		Known    int      `json:"known"`
		Unknown  int      `json:"unknown"`
		Examples []string `json:"examples"`
	}{u.Refresh, u.Known, u.Unknown, u.Examples}, err
}

// readSegment reads the segment in a request, whose name is the address's. Without a name there, the body may have one or not, but must have
// a definition.
func readSegment(w http.ResponseWriter, r *http.Request, name string) (*model.Segment, error) {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, segments.MaxDefinitions))
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(text, &fields) == nil && fields != nil {
		if fields["name"] == nil {
			fields["name"], _ = json.Marshal(cmp.Or(name, "unnamed")) // texts always have a JSON form
		}
		if text, err = json.Marshal(fields); err != nil {
			return nil, err
		}
	}
	one, err := model.ParseSegment(bytes.TrimSpace(text))
	switch {
	case err != nil:
		return nil, err
	case name != "" && one.Name != name:
		return nil, &requestError{fmt.Sprintf("the segment's name is %q, but the address says %q", one.Name, name)}
	case name == "" && one.Definition == nil:
		return nil, &requestError{"there is no definition, so there is nothing to count"}
	}
	return one, nil
}

// requestError is the error of a request that is no good.
type requestError struct{ reason string }

func (e *requestError) Error() string { return e.reason }

// nameOf returns the name in a request's address.
func nameOf(r *http.Request) (string, error) {
	name := chi.URLParam(r, "name")
	if !utf8.ValidString(name) || strings.ContainsRune(name, 0) { // the database would not even look
		return "", segments.ErrNone
	}
	return name, nil
}
