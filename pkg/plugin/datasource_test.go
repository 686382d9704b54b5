package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/experimental"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/pkg/frames"
	"github.com/footfall-analytics/footfall/pkg/plan"
	"github.com/footfall-analytics/footfall/pkg/store"
	footfallsql "github.com/footfall-analytics/footfall/sql"
)

var update = flag.Bool("update", false, "write the answers in testdata anew")

// newDatasource opens a data source on a migrated schema of the test's own, with the given events in it, and sets its clock.
func newDatasource(t *testing.T, dsn, events string, options map[string]any) *Datasource {
	t.Helper()
	schema := dbtest.Schema(t, dsn)
	if events != "" {
		_, err := dbtest.Connect(t, dsn).Exec(t.Context(), `INSERT INTO `+schema+`.user_events
			(event_id, time, user_id, user_key, event_type, device_type, session_id, metadata)
			SELECT gen_random_uuid(), time::timestamptz, user_id, `+schema+`.user_key_of(user_id), event_type, device_type, session_id, metadata::jsonb FROM (VALUES `+events+`)
			v(time, user_id, event_type, device_type, session_id, metadata)`)
		if err != nil {
			t.Fatal(err)
		}
	}
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	data := map[string]any{"database": config.Database, "schema": schema, "sslmode": "disable"}
	if dsn == dbtest.Embedded(t) {
		data["maxOpenConns"] = 1 // it has one session: a second connection would wait for the first one's transaction
	}
	maps.Copy(data, options)
	return openDatasource(t, dsn, data)
}

func openDatasource(t *testing.T, dsn string, jsonData map[string]any) *Datasource {
	t.Helper()
	address, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(jsonData)
	if err != nil {
		t.Fatal(err)
	}
	password, _ := address.User.Password()
	instance, err := New(t.Context(), backend.DataSourceInstanceSettings{
		URL: address.Host, User: address.User.Username(), JSONData: raw,
		DecryptedSecureJSONData: map[string]string{"password": password},
	})
	if err != nil {
		t.Fatal(err)
	}
	d := instance.(*Datasource)
	t.Cleanup(d.Dispose)
	d.Clock = func() time.Time { return time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC) }
	return d
}

// resource returns the answer of a resource.
func resource(t *testing.T, d backend.CallResourceHandler, request *backend.CallResourceRequest) (answer *backend.CallResourceResponse) {
	t.Helper()
	err := d.CallResource(t.Context(), request, backend.CallResourceResponseSenderFunc(func(r *backend.CallResourceResponse) error { answer = r; return nil }))
	if err != nil || answer == nil {
		t.Fatalf("%s %.100s: no answer, %v", request.Method, request.URL, err)
	}
	return answer
}

var march = backend.TimeRange{From: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC)}

func query(t *testing.T, d *Datasource, text string) backend.DataResponse {
	t.Helper()
	response, err := d.QueryData(t.Context(), &backend.QueryDataRequest{
		Queries: []backend.DataQuery{{RefID: "A", JSON: []byte(text), TimeRange: march}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return response.Responses["A"]
}

const shop = `
	('2026-03-01 10:00Z', 'ann', 'view', 'mobile', 's1', '{"channel":"email","atX":700,"atY":200}'),
	('2026-03-01 10:05Z', 'ann', 'cart', 'mobile', 's1', '{"atX":1200,"atY":640,"spot":"buy"}'),
	('2026-03-01 10:15Z', 'ann', 'pay', 'mobile', 's1', '{"total":20}'),
	('2026-03-02 10:00Z', 'ben', 'view', 'desktop', 's2', '{"atX":10,"atY":2900}'),
	('2026-03-04 10:00Z', 'ben', 'cart', 'desktop', 's2', '{"atX":1190,"atY":700,"spot":"buy"}'),
	('2026-03-10 11:00Z', 'cat', 'view', 'mobile', 's3', '{"channel":"ads"}'),
	('2026-03-10 11:30Z', NULL, 'view', 'mobile', 's4', '{}')`

// Each query's answer, frame by frame, is in testdata: run with -update after a change that is meant.
func TestAnswers(t *testing.T) {
	queries, err := filepath.Glob("testdata/*.query.json")
	if err != nil || len(queries) == 0 {
		t.Fatal("no queries in testdata", err)
	}
	dbtest.Each(t, func(t *testing.T, dsn string) {
		d := newDatasource(t, dsn, shop, nil)
		for _, path := range queries {
			name := strings.TrimSuffix(filepath.Base(path), ".query.json")
			t.Run(name, func(t *testing.T) {
				text, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				response := query(t, d, string(text))
				for _, frame := range response.Frames {
					if sql := frame.Meta.ExecutedQueryString; !strings.Contains(sql, "FROM user_events") {
						t.Errorf("the inspector shows %q", sql)
					}
					// Stats hold the time it took, and are called the same everywhere.
					frame.Meta.Stats, frame.Meta.Custom.(*frames.Custom).Stats = nil, nil
				}
				experimental.CheckGoldenJSONResponse(t, "testdata", name+".golden", &response, *update)
			})
		}
	})
}

func TestErrorsSayWhatToDo(t *testing.T) {
	dsn := dbtest.Embedded(t)
	for name, c := range map[string]struct {
		query, want string
		options     map[string]any
		status      backend.Status
	}{
		"one step": {
			query: `{"queryType":"funnel","funnel":{"steps":[{"event":"view"}]}}`,
			want:  "funnel.steps has 1 steps; a funnel has 2 to 64", status: backend.StatusBadRequest,
		},
		"too many rows": {
			query:   `{"queryType":"heatmap","heatmap":{}}`,
			options: map[string]any{"rowLimit": 2},
			want:    "raise the row limit", status: backend.StatusBadRequest,
		},
		"no such cohort": {
			query: `{"queryType":"retention","retention":{"start":{"event":"view"},"return":{"event":"cart"},"output":"actors","actors":{"cohort":"2026-02-31"}}}`,
			want:  `retention.actors.cohort is "2026-02-31", which is no cohort of the panel's range; write it as the table does, such as 2026-03-10`, status: backend.StatusBadRequest,
		},
		"regular expression": {
			query: `{"queryType":"heatmap","heatmap":{"event":"view","filters":[{"property":"device_type","operator":"matches","values":["("]}]}}`,
			want:  "regular expression is not valid", status: backend.StatusBadGateway,
		},
		"no such segment": {
			query: `{"queryType":"heatmap","heatmap":{},"filters":[{"property":"segment","operator":"notIn","values":["nobody"]}]}`,
			want:  `segment is "nobody", which does not exist`, status: backend.StatusBadRequest,
		},
		"schema": {
			query:   `{"queryType":"heatmap","heatmap":{}}`,
			options: map[string]any{"schema": "nowhere"},
			want:    "run collector migrate", status: backend.StatusBadGateway,
		},
	} {
		t.Run(name, func(t *testing.T) {
			response := query(t, newDatasource(t, dsn, shop, c.options), c.query)
			if response.Error == nil || !strings.Contains(response.Error.Error(), c.want) {
				t.Errorf("error %v; want %q", response.Error, c.want)
			}
			if response.Status != c.status || response.ErrorSource != backend.ErrorSourceDownstream {
				t.Errorf("status %d by %s; want %d by downstream", response.Status, response.ErrorSource, c.status)
			}
		})
	}
}

func TestDatabaseAway(t *testing.T) {
	d := openDatasource(t, "postgres://reader:secret-word@127.0.0.1:1/db", map[string]any{"database": "db", "sslmode": "disable"})
	health, err := d.CheckHealth(t.Context(), &backend.CheckHealthRequest{})
	if err != nil || health.Status != backend.HealthStatusError || !strings.Contains(health.Message, "cannot connect to the database: dial tcp 127.0.0.1:1") {
		t.Errorf("health %+v, %v", health, err)
	}
	response := query(t, d, `{"queryType":"heatmap","heatmap":{}}`)
	if response.Error == nil || response.ErrorSource != backend.ErrorSourceDownstream || strings.Contains(response.Error.Error(), "secret-word") {
		t.Errorf("error %v by %s", response.Error, response.ErrorSource)
	}
	for _, role := range []string{"Editor", "Viewer"} {
		if response := queryAs(t, d, as(role), `{"queryType":"heatmap","heatmap":{}}`); response.Error == nil || response.Error.Error() != askAnAdmin().String() {
			t.Errorf("%s reads %v; want %q", role, response.Error, askAnAdmin())
		}
		if status := valuesAs(t, d, as(role), "page_url"); status != int(backend.StatusBadGateway) {
			t.Errorf("values for %s: %d", role, status)
		}
	}
}

// A panel that is closed stops its statement in the server; so does one that runs too long. The embedded database cannot.
func TestStatementsAreCancelledInTheServer(t *testing.T) {
	dsn := os.Getenv("FOOTFALL_TEST_DSN")
	if dsn == "" {
		t.Skip("the embedded database has no way to cancel: set FOOTFALL_TEST_DSN to a server")
	}
	d := newDatasource(t, dsn, shop, map[string]any{"queryTimeout": 1})
	slow := plan.Statement{SQL: "SELECT pg_sleep(60)::text AS name, 1 AS count", Source: "footfall cancel test"}
	_, err := store.Query[nameCount](t.Context(), d.store, slow)
	if status, source, _ := classify(nil, err); status != backend.StatusTimeout || source != backend.ErrorSourceDownstream {
		t.Errorf("after the timeout: %d by %s: %v", status, source, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(200*time.Millisecond, cancel)
	if _, err = store.Query[nameCount](ctx, d.store, slow); !errors.Is(err, context.Canceled) {
		t.Errorf("after cancel: %v", err)
	}
	conn := dbtest.Connect(t, dsn)
	var running int
	for range 50 {
		if err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()`).Scan(&running); err != nil {
			t.Fatal(err)
		}
		if running == 0 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Errorf("%d statements still run in the server", running)
}

// Questions that wait for each other all end in an answer: the timeout is of a statement that runs, not of one that waits.
func TestManyQuestionsAtOnceAreAnswered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		d := newDatasource(t, dsn, shop, map[string]any{"queryTimeout": 5, "maxOpenConns": 1})
		var group errgroup.Group
		for range 12 {
			group.Go(func() error {
				_, err := store.Query[nameCount](t.Context(), d.store, plan.Statement{SQL: "SELECT pg_sleep(0.6)::text AS name, 1 AS count"})
				return err
			})
		}
		if err := group.Wait(); err != nil {
			t.Error(err)
		}
	})
}

func TestHealthNamesWhatItFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		d := newDatasource(t, dsn, shop, nil)
		check := func() *backend.CheckHealthResult {
			health, err := d.CheckHealth(t.Context(), &backend.CheckHealthRequest{})
			if err != nil {
				t.Fatal(err)
			}
			return health
		}
		health := check()
		if health.Status != backend.HealthStatusOk || !strings.Contains(health.Message, "event_counts_15min has never been refreshed") {
			t.Errorf("before the first refresh: %s %s", health.Status, health.Message)
		}
		if err := footfallsql.RefreshRollups(t.Context(), dbtest.Connect(t, dsn), d.settings.store.Schema); err != nil {
			t.Fatal(err)
		}
		health = check()
		var details store.Server
		if err := json.Unmarshal(health.JSONDetails, &details); err != nil {
			t.Fatal(err)
		}
		if details.Licence != "timescale" || details.SchemaVersion != footfallsql.LatestVersion || len(details.Rollups) != 2 || details.Rollups[0].UpTo == nil {
			t.Errorf("details %s", health.JSONDetails)
		}
	})
}

func TestResources(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		d := newDatasource(t, dsn, shop, nil)
		span := fmt.Sprintf("from=%d&to=%d", march.From.UnixMilli(), march.To.UnixMilli())
		for _, c := range []struct {
			method, path, body string
			status             int
			want               string
		}{
			{"GET", "events?" + span, "", 200, `[{"name":"view","count":4},{"name":"cart","count":2},{"name":"pay","count":1}]`},
			{"GET", "properties?event=pay&" + span, "", 200, `{"name":"device_type","count":0},{"name":"metadata.total","count":1},{"name":"profile.segment","count":0},`},
			{"GET", "properties?event=pay&" + span, "", 200, `{"name":"session_id","count":0},{"name":"user_id","count":0}]`},
			{"GET", "values?property=metadata.channel&" + span, "", 200, `[{"value":"ads","count":1},{"value":"email","count":1}]`},
			{"GET", "values?property=device_type&search=desk&" + span, "", 200, `[{"value":"desktop","count":2}]`},
			{"GET", "values?property=metadata.none&" + span, "", 200, `[]`},
			{"GET", "values?property=user_id&search=n&" + span, "", 200, `[{"value":"ann","count":3},{"value":"ben","count":2}]`},
			{"GET", "values?property=pg_shadow&" + span, "", 400, `"field":"property"`},
			{"GET", "events?from=yesterday", "", 400, `"error":"`},
			{"POST", "sql", `{"from":0,"to":1000,"query":{"queryType":"heatmap","heatmap":{}}}`, 200, `"source":{"id":"plan.raw-events","text":"raw events"}`},
			{"POST", "sql", `{"from":4102444800000,"to":4102531200000,"query":{"queryType":"retention","retention":{"start":{"event":"a"},"return":{"event":"b"},"cohorts":"recurring"}}}`, 200, `{"sql":"","comments":[]}`},
			{"POST", "sql", `{"from":0,"to":1000,"query":{"queryType":"heatmap","heatmap":{"x":"year"}}}`, 400, `"field":"heatmap.x"`},
			{"POST", "problems", `{"query":{"queryType":"heatmap","heatmap":{}}}`, 200, `[]`},
			{"POST", "problems", `{"query":{"queryType":"stickiness","stickiness":{"atLeast":1001,"filters":[{"operator":"=","values":["x"]}]}}}`, 200,
				`[{"field":"stickiness.filters[0].property","reason":{"id":"problem.no-property","text":"is empty; choose a property"},"isMissing":true},` +
					`{"field":"stickiness.atLeast","reason":{"id":"problem.out-of-range","text":"is 1001; use 1 to 1000","values":{"least":1,"most":1000,"value":1001}}}]`},
			{"POST", "problems", `{"query":{"queryType":"heatmap","heatmap":{"breakdown":{"property":"user_id","limit":1.5}}}}`, 200, `"id":"problem.fraction"`},
			{"POST", "problems", `{"query":`, 400, `"field":"body"`},
			{"GET", "problems", "", 405, ""},
			{"GET", "tables", "", 404, ""},
		} {
			path, rawURL := strings.SplitN(c.path, "?", 2)[0], c.path
			got := resource(t, d, &backend.CallResourceRequest{Method: c.method, Path: path, URL: rawURL, Body: []byte(c.body)})
			if got.Status != c.status || !strings.Contains(string(got.Body), c.want) {
				t.Errorf("%s %s: %d %s; want %d %s", c.method, c.path, got.Status, got.Body, c.status, c.want)
			}
		}
	})
}

func TestSettingsAreChecked(t *testing.T) {
	for text, want := range map[string]string{
		`{"database":""}`:                            "the database name is empty",
		`{"database":"d","schema":"a; drop"}`:        "the schema",
		`{"database":"d","timeZone":"Mars/Olympus"}`: "not a known time zone",
		`{"database":"d","weekStart":"friday"}`:      "the week start",
		`{"database":"d","rowLimit":-1}`:             "the row limit is -1: use 1 to",
		`{"database":"d","sslmode":"maybe"}`:         "TLS mode",
		`{"database":5}`:                             "cannot be read",
	} {
		wantUnusable(t, backend.DataSourceInstanceSettings{URL: "localhost", JSONData: []byte(text)}, want)
	}
	const d = `{"database":"d","sslmode":"require"}`
	for want, instance := range map[string]backend.DataSourceInstanceSettings{
		"the host is empty":          {JSONData: []byte(d)},
		`the host ":5432" is not`:    {URL: ":5432", JSONData: []byte(d)},
		`the host "h:x" is not`:      {URL: "h:x", JSONData: []byte(d)},
		"the TLS CA certificate":     {URL: "h", JSONData: []byte(d), DecryptedSecureJSONData: map[string]string{"tlsCACert": "x"}},
		"the TLS client certificate": {URL: "h", JSONData: []byte(d), DecryptedSecureJSONData: map[string]string{"tlsClientCert": "x"}},
	} {
		wantUnusable(t, instance, want)
	}
}

// wantUnusable checks that queries, the health check and resources tell admins what is wrong with the settings, with a text to translate,
// and nobody else.
func wantUnusable(t *testing.T, instance backend.DataSourceInstanceSettings, want string) {
	t.Helper()
	made, err := New(t.Context(), instance)
	if err != nil {
		t.Errorf("%s %s: %v", instance.URL, instance.JSONData, err)
		return
	}
	d := made.(interface {
		backend.QueryDataHandler
		backend.CheckHealthHandler
		backend.CallResourceHandler
	})
	for _, role := range []string{"Admin", "Viewer"} {
		reads := map[bool]string{true: want, false: "ask an admin, to whom Save & test tells why"}[role == "Admin"]
		answers, err := d.QueryData(t.Context(), &backend.QueryDataRequest{PluginContext: as(role), Queries: []backend.DataQuery{{RefID: "A"}, {RefID: "B"}}})
		if err != nil || len(answers.Responses) != 2 {
			t.Fatal(answers, err)
		}
		for _, answer := range answers.Responses {
			said := answer.Frames[0].Meta.Custom.(*frames.Custom).Error
			if !strings.Contains(answer.Error.Error(), reads) || answer.ErrorSource != backend.ErrorSourceDownstream || said.String() != answer.Error.Error() {
				t.Errorf("%s: %v; want %q", role, answer.Error, reads)
			}
		}
		health, err := d.CheckHealth(t.Context(), &backend.CheckHealthRequest{PluginContext: as(role)})
		if err != nil || health.Status != backend.HealthStatusError || !strings.Contains(health.Message, reads) || !strings.Contains(string(health.JSONDetails), `"said":{"id":`) {
			t.Errorf("%s: health %+v, %v; want %q", role, health, err, reads)
		}
		answer := resource(t, d, &backend.CallResourceRequest{PluginContext: as(role), Method: "GET", Path: "events", URL: "events"})
		var body struct{ Error string }
		if json.Unmarshal(answer.Body, &body) != nil || answer.Status != 400 || !strings.Contains(body.Error, reads) {
			t.Errorf("%s: resource %s; want %q", role, answer.Body, reads)
		}
	}
}

// Connections that broke while they lay in the pool, as after a restart of the database, are replaced without anyone noticing.
func TestBrokenConnectionsAreReplaced(t *testing.T) {
	dsn := os.Getenv("FOOTFALL_TEST_DSN")
	if dsn == "" {
		t.Skip("the embedded database has one session, which cannot be ended: set FOOTFALL_TEST_DSN to a server")
	}
	d := newDatasource(t, dsn, shop, nil)
	ask := func() error { return query(t, d, `{"queryType":"heatmap","heatmap":{}}`).Error }
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	if _, err := dbtest.Connect(t, dsn).Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE application_name = 'footfall' AND state = 'idle'`); err != nil {
		t.Fatal(err)
	}
	if err := ask(); err != nil {
		t.Error(err)
	}
}
