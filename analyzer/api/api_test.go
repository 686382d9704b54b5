package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/footfall-analytics/footfall/analyzer/segments"
	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/model"
)

const token = "a token that is long enough"

// site is a running API.
type site struct {
	*testing.T
	*segments.Segments
	url, token string
}

func newSite(t *testing.T, dsn string) *site {
	t.Helper()
	schema := dbtest.Schema(t, dsn)
	conn := dbtest.Connect(t, dsn)
	dbtest.Enter(t, conn, schema)
	for _, statement := range []string{
		`INSERT INTO user_events (time, user_id, user_key, event_type, event_id) SELECT now() - INTERVAL '1 hour', u, user_key_of(u), 'buy', gen_random_uuid() FROM unnest('{ann,bob,cid}'::text[]) u`,
		`INSERT INTO user_profiles (user_id) SELECT unnest('{ann,bob,cid,dan}'::text[])`,
	} {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	config.ConnConfig.DefaultQueryExecMode, config.MaxConns = pgx.QueryExecModeExec, 1
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	s := segments.Open(pool, schema, time.Minute)
	return serve(t, s, Options{Tokens: []string{"another token of some length", token}})
}

func serve(t *testing.T, s *segments.Segments, opts Options) *site {
	opts.Log = slog.New(slog.DiscardHandler)
	opts.Ready = func(context.Context) error { return nil }
	server := httptest.NewServer(New(s, opts))
	t.Cleanup(server.Close)
	return &site{t, s, server.URL, token}
}

// ask sends a request and returns the answer.
func (s *site) ask(method, path string, body io.Reader) (status int, answer string) {
	s.Helper()
	request, err := http.NewRequestWithContext(s.Context(), method, s.url+path, body)
	if err != nil {
		s.Fatal(err)
	}
	if s.token != "" {
		request.Header.Set("Authorization", "Bearer "+s.token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.Fatal(err)
	}
	return response.StatusCode, string(text)
}

const buyers = `{"title": "Buyers", "definition": {"did": {"event": "buy"}}}`

// What the API answers is what its document says, and whatever it takes is there.
func TestAnswersAreAsDocumented(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		s := newSite(t, dsn)
		asked := map[string]bool{}
		for _, c := range []struct {
			method, path, body string
			status             int
			has                string
		}{
			{"GET", "/healthz", "", 200, `ok`},
			{"GET", "/readyz", "", 200, `ready`},
			{"GET", "/v1/openapi.json", "", 200, `"3.1.0"`},
			{"GET", "/v1/segments.schema.json", "", 200, `"condition"`},
			{"GET", "/v1/segments", "", 200, `{"segments":[]}`},
			{"PUT", "/v1/segments/buyers", buyers, 200, `"created":true`},
			{"PUT", "/v1/segments/buyers", buyers, 200, `"created":false,"changed":false`},
			{"PUT", "/v1/segments/list", `{}`, 200, `"definition":null`},
			{"PUT", "/v1/segments/fans", `{"name": "fans", "definition": {"segment": "buyers"}}`, 200, `"version":1`},
			{"PUT", "/v1/segments/fans", `{"name": "others", "definition": {"segment": "buyers"}}`, 400, `the address says`},
			{"PUT", "/v1/segments/buyers", `{"definition": {"segment": "fans"}}`, 400, `\"buyers\" → \"fans\" → \"buyers\"`},
			{"PUT", "/v1/segments/x", `{"definition": {"all": [{"did": {"event": "buy", "value": "many"}}, {"segmant": "x"}]}}`, 400, `segmant`},
			{"PUT", "/v1/segments/x", `{"definition": {"all": [{"did": {"event": "buy", "value": "many"}}]}}`, 400, `"field":"definition.all[0].did.value"`},
			{"PUT", "/v1/segments/Bad", `{}`, 400, `"field":"name"`},
			{"PUT", "/v1/segments/x", `[`, 400, `"field":"segment"`},
			{"PUT", "/v1/segments/x", `null`, 400, `"field":"name"`},
			{"PUT", "/v1/segments/x", strings.Repeat(" ", segments.MaxDefinitions+1), 413, `too large`},
			{"POST", "/v1/segments/count", buyers, 200, `{"entered":3,"left":0,"size":3}`},
			{"POST", "/v1/segments/count", `{"definition": {"did": {"event": "buy"}, "not": true}}`, 200, `"size":1`},
			{"POST", "/v1/segments/count", `{"definition": {"segment": "nothing"}}`, 400, `does not exist`},
			{"POST", "/v1/segments/count", `{}`, 400, `nothing to count`},
			{"POST", "/v1/segments/count", strings.Repeat(" ", segments.MaxDefinitions+1), 413, `too large`},
			{"POST", "/v1/segments/list/members", "user_id\nann\ndan\nzoe\n", 200, `"size":2,"entered":2,"left":0`},
			{"POST", "/v1/segments/list/members", "ann\nzoe\n", 200, `"known":1,"unknown":1,"examples":["zoe"]`},
			{"POST", "/v1/segments/list/members", "\xff\xfea\x00", 400, `UTF-8`},
			{"POST", "/v1/segments/list/members", "", 400, `no user ids`},
			{"POST", "/v1/segments/list/members", strings.Repeat("a,", segments.MaxUpload/2) + "a", 413, ``},
			{"POST", "/v1/segments/buyers/members", "ann", 409, `has a definition`},
			{"POST", "/v1/segments/none/members", "ann", 404, `no segment`},
			{"GET", "/v1/segments", "", 200, `"name":"buyers"`},
			{"GET", "/v1/segments/list", "", 200, `"refreshes":[{"at":`},
			{"GET", "/v1/segments/none", "", 404, `no segment`},
			{"GET", "/v1/segments/%00", "", 404, `no segment`},
			{"GET", "/v1/segments/%ff", "", 404, `no segment`},
			{"DELETE", "/v1/segments/buyers", "", 409, `\"fans\"`},
			{"DELETE", "/v1/segments/fans", "", 200, `"deprecatedAt":"`},
			{"DELETE", "/v1/segments/none", "", 404, `no segment`},
			{"GET", "/", "", 404, `openapi.json`},
			{"PATCH", "/v1/segments", "", 405, `openapi.json`},
		} {
			status, answer := s.ask(c.method, c.path, strings.NewReader(c.body))
			if status != c.status || !strings.Contains(answer, c.has) {
				t.Errorf("%s %s %.80s: %d %.300s", c.method, c.path, c.body, status, answer)
			}
			if documented(t, c.method, c.path, status, answer) {
				asked[c.method+" "+pathOf(c.path)] = true
			}
		}
		for route := range documentedRoutes(t) {
			if !asked[route] {
				t.Errorf("nobody asked %s", route)
			}
		}
	})
}

// pathOf returns the document's path of an address.
func pathOf(path string) string {
	if rest, found := strings.CutPrefix(path, "/v1/segments/"); found && rest != "count" {
		_, members, _ := strings.Cut(rest, "/")
		if members != "" {
			members = "/" + members
		}
		return "/v1/segments/{name}" + members
	}
	return path
}

type openAPI struct {
	Paths map[string]map[string]struct {
		Responses map[string]json.RawMessage
	}
}

func parsedDocument(t *testing.T) (d openAPI) {
	t.Helper()
	if err := json.Unmarshal(document, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func documentedRoutes(t *testing.T) map[string]bool {
	routes := map[string]bool{}
	for path, methods := range parsedDocument(t).Paths {
		for method := range methods {
			routes[strings.ToUpper(method)+" "+path] = true
		}
	}
	return routes
}

// documented checks an answer against the document, and reports whether it knows the route.
func documented(t *testing.T, method, path string, status int, answer string) bool {
	t.Helper()
	path = pathOf(path)
	operation, known := parsedDocument(t).Paths[path][strings.ToLower(method)]
	if !known {
		return false
	}
	code := http.StatusText(status)
	raw, said := operation.Responses[itoa(status)]
	if !said {
		t.Errorf("%s %s answers %d %s, of which the document says nothing", method, path, status, code)
		return true
	}
	pointer := "/paths/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(path) + "/" + strings.ToLower(method) + "/responses/" + itoa(status)
	var reference struct {
		Ref string `json:"$ref"`
	}
	if err := json.Unmarshal(raw, &reference); err != nil {
		t.Fatal(err)
	}
	if reference.Ref != "" {
		pointer = strings.TrimPrefix(reference.Ref, "#")
	}
	body, err := jsonschema.UnmarshalJSON(strings.NewReader(answer))
	if err != nil {
		t.Errorf("%s %s: %v: %.200s", method, path, err, answer)
		return true
	}
	if err := compile(t, "http://test/v1/openapi.json#"+pointer+"/content/application~1json/schema").Validate(body); err != nil {
		t.Errorf("%s %s %d: %v\n%.300s", method, path, status, err, answer)
	}
	return true
}

func itoa(status int) string { text, _ := json.Marshal(status); return string(text) }

func compile(t *testing.T, url string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	for at, text := range map[string][]byte{"http://test/v1/openapi.json": document, "http://test/v1/segments.schema.json": schema} {
		parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource(at, parsed); err != nil {
			t.Fatal(err)
		}
	}
	s, err := c.Compile(url)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRoutesAreDocumented(t *testing.T) {
	routes := map[string]bool{}
	if err := chi.Walk(newRouter(nil, Options{}), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		routes[method+" "+route] = true
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(routes, documentedRoutes(t)); diff != "" {
		t.Error(diff)
	}
}

func TestNobodyAsksWithoutTheToken(t *testing.T) {
	for _, c := range []struct {
		tokens []string
		sent   string
		status int
	}{
		{nil, token, 403}, {nil, "", 403}, {[]string{token}, "", 401}, {[]string{token}, token + "x", 401}, {[]string{token}, token[1:], 401},
	} {
		s := serve(t, nil, Options{Tokens: c.tokens})
		s.token = c.sent
		if err := chi.Walk(newRouter(nil, Options{}), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
			if strings.HasSuffix(route, ".json") || strings.HasSuffix(route, "z") {
				return nil
			}
			if status, answer := s.ask(method, strings.ReplaceAll(route, "{name}", "x"), nil); status != c.status || strings.Contains(answer, token) {
				t.Errorf("%s %s with %q: %d %s", method, route, c.sent, status, answer)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// So many count at once, so many wait, and the next one is sent away.
func TestFewCountAtOnce(t *testing.T) {
	s := newSite(t, dbtest.Embedded(t))
	hold, arrived := make(chan struct{}), make(chan struct{}, 100)
	s.Members = func(context.Context, engine.SegmentQuestion, *engine.Trace) ([]int64, error) {
		arrived <- struct{}{}
		<-hold
		return nil, nil
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	var statuses []int
	for range mostCostly + waiting + 1 {
		all.Go(func() {
			status, _ := s.ask("POST", "/v1/segments/count", strings.NewReader(buyers))
			mu.Lock()
			defer mu.Unlock()
			if statuses = append(statuses, status); len(statuses) == 1 {
				close(hold)
			}
		})
	}
	all.Wait()
	slices.Sort(statuses)
	want := append(slices.Repeat([]int{200}, mostCostly+waiting), 429)
	if diff := cmp.Diff(want, statuses); diff != "" {
		t.Error(diff)
	}
}

// So many are answered at once, so many wait, and the next one is sent away.
func TestSoManyAreAnsweredAtOnce(t *testing.T) {
	s := newSite(t, dbtest.Embedded(t))
	held, err := s.Pool.Acquire(t.Context()) // it is the only one
	if err != nil {
		t.Fatal(err)
	}
	statuses := make(chan int)
	for range most + waiting + 1 {
		go func() {
			status, _ := s.ask("GET", "/v1/segments", nil)
			statuses <- status
		}()
	}
	if status := <-statuses; status != 429 {
		t.Error("the first answer is", status)
	}
	held.Release()
	for range most + waiting {
		if status := <-statuses; status != 200 {
			t.Error("an answer is", status)
		}
	}
}

func TestAFailureIsAnswered(t *testing.T) {
	s := newSite(t, dbtest.Embedded(t))
	s.Members = func(context.Context, engine.SegmentQuestion, *engine.Trace) ([]int64, error) { panic("at the disco") }
	if status, answer := s.ask("POST", "/v1/segments/count", strings.NewReader(buyers)); status != 500 || strings.Contains(answer, "disco") {
		t.Error(status, answer)
	}
	s.Members = func(context.Context, engine.SegmentQuestion, *engine.Trace) ([]int64, error) {
		return nil, errors.New("away")
	}
	if status, answer := s.ask("POST", "/v1/segments/count", strings.NewReader(buyers)); status != 503 || !strings.Contains(answer, "away") {
		t.Error(status, answer)
	}
}

// The schema says of the Go types' fields what these have.
func TestSchemaHasTheFieldsOfTheTypes(t *testing.T) {
	var s struct {
		Defs map[string]struct {
			Properties map[string]any
			Required   []string
		} `json:"$defs"`
	}
	if err := json.Unmarshal(schema, &s); err != nil {
		t.Fatal(err)
	}
	types := map[string]reflect.Type{"segment": reflect.TypeFor[model.Segment](), "condition": reflect.TypeFor[model.Condition](), "did": reflect.TypeFor[model.Did](),
		"occurrence": reflect.TypeFor[model.Occurrence](), "behind": reflect.TypeFor[model.Behind](), "filter": reflect.TypeFor[model.Filter]()}
	for name, typ := range types {
		fields := map[string]bool{}
		for _, f := range reflect.VisibleFields(typ) {
			if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag != "" {
				fields[tag] = true
			}
		}
		got := map[string]bool{}
		for property := range s.Defs[name].Properties {
			got[property] = true
		}
		if diff := cmp.Diff(fields, got); diff != "" {
			t.Errorf("%s (-Go +schema): %s", name, diff)
		}
	}
	if len(s.Defs) != len(types) {
		t.Error("the schema has other types")
	}
}

// The schema and the program agree on what a segment is.
func TestSchemaAndProgramAgree(t *testing.T) {
	check := compile(t, "http://test/v1/segments.schema.json#/$defs/segment")
	for text, good := range map[string]bool{
		`{"name": "a"}`: true,
		`{"name": "a", "definition": {"did": {"event": "buy"}}}`: true,
		`{"name": "a", "title": "A", "timeZone": "Asia/Tokyo", "everyMinutes": 10080, "definition": {"not": true, "any": [{"segment": "b"}, {"first": {"event": "*", "since": "2026-01-01"}}]}}`: true,
		`{"name": "a", "definition": {"did": {"event": "buy", "measure": "sum", "property": "metadata.total", "operator": ">", "value": "-1.5e3", "lastDays": 3660}}}`:                           true,
		`{"name": "a", "definition": {"profile": [{"property": "profile.traits.plan", "operator": "in", "values": ["pro", "team"]}]}}`:                                                           true,
		`{"name": "a", "definition": {"last": {"event": "buy", "until": "2026-02-01", "filters": [{"property": "metadata.x", "operator": "isSet"}]}}}`:                                           true,
		`{}`: false, `{"name": "A"}`: false, `{"name": 1}`: false, `{"name": "a", "everyMinutes": 10081}`: false, `{"name": "a", "what": 1}`: false,
		`{"name": "a", "definition": {}}`: false, `{"name": "a", "definition": {"all": []}}`: false, `{"name": "a", "definition": {"segment": "b", "all": [{"segment": "c"}]}}`: false,
		`{"name": "a", "definition": {"did": {"event": "buy", "value": 3}}}`: false, `{"name": "a", "definition": {"did": {"event": "buy", "value": "x"}}}`: false,
		`{"name": "a", "definition": {"did": {"event": ""}}}`: false, `{"name": "a", "definition": {"did": {}}}`: false, `{"name": "a", "definition": {"did": {"event": "b", "lastDays": 3661}}}`: false,
		`{"name": "a", "definition": {"did": {"event": "b", "measure": "median"}}}`: false, `{"name": "a", "definition": {"did": {"event": "b", "operator": "in"}}}`: false,
		`{"name": "a", "definition": {"first": {"event": "b", "since": "yesterday"}}}`: false, `{"name": "a", "definition": {"profile": []}}`: false,
		`{"name": "a", "definition": {"behind": {"query": {}}}}`: false,
	} {
		body, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		byProgram, bySchema := error(nil), check.Validate(body)
		if _, byProgram = model.ParseSegment([]byte(text)); (byProgram == nil) != good || (bySchema == nil) != good {
			t.Errorf("%s: the program says %v, the schema %v", text, byProgram, bySchema)
		}
	}
}
