package plugin

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
	"github.com/footfall-analytics/footfall/pkg/say"
	"github.com/footfall-analytics/footfall/pkg/store"
)

// maxRequestBytes is the largest body of a resource request.
const maxRequestBytes = 1 << 20

// routes returns what the query editor asks for: suggestions, what is wrong with a query, and its SQL; what the start page asks for: how
// many events have arrived; and what a panel asks for: links to live pages, and the key that checks them. Times are milliseconds since 1970.
func (d *Datasource) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /events", respond(d.eventNames))
	mux.HandleFunc("GET /properties", respond(d.properties))
	mux.HandleFunc("GET /values", respond(d.values))
	mux.HandleFunc("GET /arrived", respond(d.arrived))
	mux.HandleFunc("POST /problems", respond(d.problems))
	mux.HandleFunc("POST /sql", respond(d.sql))
	mux.HandleFunc("GET /overlay", respond(d.overlayKey))
	mux.HandleFunc("POST /overlay", respond(d.overlayLinks))
	return mux
}

// respond answers with JSON: what the handler returns, or {"error": sentence, "said": the same for translation, "field": path in the
// query}.
func respond(handler func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		status := http.StatusOK
		answer, err := recoverPanic(r.Context(), func(context.Context) (any, error) { return handler(r) })
		if err != nil {
			code, source, text := classify(backend.UserFromContext(r.Context()), err)
			if source == backend.ErrorSourcePlugin {
				backend.Logger.FromContext(r.Context()).Error("Resource failed", "error", err)
			}
			failure := map[string]any{"error": text.String(), "said": text}
			if problems := model.Problems(err); len(problems) > 0 {
				failure["field"] = problems[0].Field
			}
			status, answer = int(code), failure
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			backend.Logger.FromContext(r.Context()).Debug("Response not sent", "error", err)
		}
	}
}

// nameCount is an event's or a property's name, and valueCount a property's value, with the number of events that have it.
type nameCount struct {
	Name  string `json:"name" db:"name"`
	Count int64  `json:"count" db:"count"`
}

type valueCount struct {
	Value string `json:"value" db:"value"`
	Count int64  `json:"count" db:"count"`
}

func (d *Datasource) eventNames(r *http.Request) (any, error) {
	span, err := queryRange(r)
	if err != nil {
		return nil, err
	}
	return suggest[nameCount](r, d, plan.EventNames(span))
}

func (d *Datasource) properties(r *http.Request) (any, error) {
	span, err := queryRange(r)
	if err != nil {
		return nil, err
	}
	statement, err := plan.Properties(r.FormValue("event"), span)
	if err != nil {
		return nil, err
	}
	paths, err := suggest[nameCount](r, d, statement)
	if err != nil {
		return nil, err
	}
	var columns, profile, ids []nameCount
	for _, column := range model.Columns {
		if identifies(column) {
			ids = append(ids, nameCount{Name: column})
		} else {
			columns = append(columns, nameCount{Name: column})
		}
	}
	for _, column := range model.ProfileColumns {
		profile = append(profile, nameCount{Name: "profile." + column})
	}
	return slices.Concat(columns, paths, profile, ids), nil
}

func (d *Datasource) values(r *http.Request) (any, error) {
	span, err := queryRange(r)
	if err != nil {
		return nil, err
	}
	if property := r.FormValue("property"); identifies(property) && d.hidesPeopleFrom(backend.UserFromContext(r.Context())) {
		return nil, forbidden{"property"}
	}
	statement, err := plan.Values(r.FormValue("property"), r.FormValue("event"), r.FormValue("search"), span)
	if err != nil {
		return nil, err
	}
	return suggest[valueCount](r, d, statement)
}

func suggest[R any](r *http.Request, d *Datasource, statement plan.Statement) ([]R, error) {
	list, err := store.Query[R](r.Context(), d.store, statement)
	if list == nil {
		list = []R{} // an empty list, not null
	}
	return list, err
}

// countedEvents is how many events the start page counts.
const countedEvents = 1000

// arrival is how many events the database has, and whether there are more than are counted.
type arrival struct {
	Events int64 `json:"events" db:"events"`
	More   bool  `json:"more" db:"-"`
}

// arrived counts events as they come into a new database.
func (d *Datasource) arrived(r *http.Request) (any, error) {
	found, err := store.Query[arrival](r.Context(), d.store, plan.Arrived(countedEvents+1))
	if err != nil {
		return nil, err
	}
	return arrival{Events: min(found[0].Events, countedEvents), More: found[0].Events > countedEvents}, nil
}

// preview is a query's statements as the editor shows them.
type preview struct {
	SQL string `json:"sql"`
	// Comments are the texts of the comments in the SQL.
	Comments []say.Text `json:"comments"`
	// Source and Reason are those of the first statement; nil if nothing is read, as for a range in the future.
	Source *say.Text `json:"source,omitempty"`
	Reason *say.Text `json:"reason,omitempty"`
}

func (d *Datasource) sql(r *http.Request) (any, error) {
	request, err := queryOf(r)
	if err != nil {
		return nil, err
	}
	q, err := d.question(request.Query, model.Range{From: time.UnixMilli(request.From), To: time.UnixMilli(request.To)}, d.Clock())
	if err != nil {
		return nil, err
	}
	trace := engine.Trace{Dry: true}
	if _, err := d.answer(r.Context(), q, &trace); err != nil {
		return nil, err
	}
	shown := preview{SQL: trace.String(), Comments: trace.Comments()}
	if len(trace.Statements) > 0 {
		first := trace.Statements[0]
		source := first.SourceText()
		shown.Source, shown.Reason = &source, &first.Reason
	}
	return shown, nil
}

// problems returns everything that keeps a query from running; an empty list if it can run. It does not ask the database.
func (d *Datasource) problems(r *http.Request) (any, error) {
	request, err := queryOf(r)
	if err != nil {
		return nil, err
	}
	_, err = model.Parse(request.Query)
	return model.Problems(err), nil
}

// queryRequest is the body of a request that is about a query.
type queryRequest struct {
	Query    json.RawMessage
	From, To int64
}

func queryOf(r *http.Request) (request queryRequest, err error) {
	return request, readBody(r, &request)
}

// readBody reads a request that is or has a queryRequest.
func readBody(r *http.Request, request any) error {
	if r.Body == nil {
		r.Body = http.NoBody // Grafana's adapter leaves it nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxRequestBytes))
	if err != nil {
		return &model.Error{Field: "body", Reason: say.New("problem.large-body", "has more than 1 MiB")}
	}
	if err := json.Unmarshal(body, request); err != nil {
		return &model.Error{Field: "body", Reason: say.New("problem.no-body",
			`is not JSON of the form {"from": ms, "to": ms, "query": {...}}, with times in milliseconds since 1970`)}
	}
	return nil
}

// queryRange reads from and to in a request's URL.
func queryRange(r *http.Request) (model.Range, error) {
	var span model.Range
	for name, t := range map[string]*time.Time{"from": &span.From, "to": &span.To} {
		ms, err := strconv.ParseInt(r.FormValue(name), 10, 64)
		if err != nil {
			return span, &model.Error{Field: name, Reason: say.New("problem.no-milliseconds", "is missing or no number: give milliseconds since 1970")}
		}
		*t = time.UnixMilli(ms)
	}
	return span, validateRange(span)
}
