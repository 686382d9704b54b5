package plugin

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/pkg/frames"
)

// absent asks a query over the days of another month than the shop's, and returns what its answer says of its emptiness.
func absent(t *testing.T, d *Datasource, text string, span backend.TimeRange) (*frames.Empty, []string) {
	t.Helper()
	answers, err := d.QueryData(t.Context(), &backend.QueryDataRequest{Queries: []backend.DataQuery{{RefID: "A", JSON: []byte(text), TimeRange: span}}})
	if err != nil {
		t.Fatal(err)
	}
	answer := answers.Responses["A"]
	if answer.Error != nil {
		t.Fatalf("%s: %v", text, answer.Error)
	}
	var notices []string
	for _, notice := range answer.Frames[0].Meta.Notices {
		notices = append(notices, notice.Text)
	}
	return answer.Frames[0].Meta.Custom.(*frames.Custom).Empty, notices
}

// An answer that has nothing says when the latest of its events was, in the query's own zone.
func TestEmptyAnswersSayWhenTheLatestWas(t *testing.T) {
	february := backend.TimeRange{From: march.From.AddDate(0, -1, 0), To: march.From}
	dbtest.Each(t, func(t *testing.T, dsn string) {
		d := newDatasource(t, dsn, shop+`, ('2030-01-01 00:00Z', 'ann', 'view', NULL, NULL, '{}'), ('2030-01-01 00:00Z', 'ann', 'early', NULL, NULL, '{}')`, nil)
		const steps = `"steps": [{"event": "view"}, {"event": "pay"}]`
		for _, c := range []struct{ query, why, latest string }{
			{`"queryType": "trend", "trend": {"series": [{"event": "cart"}]}`, "No events in this range. The latest `cart` is of 2026-03-04 10:00.", "2026-03-04T10:00:00Z"},
			{`"queryType": "trend", "trend": {"series": [{"event": "cart"}, {"event": "view"}], "value": "users"}`, "No events in this range. The latest `view` is of 2026-03-10 11:30.", "2026-03-10T11:30:00Z"},
			{`"queryType": "trend", "trend": {"breakdown": {"property": "device_type"}}`, "No events in this range. The latest one is of 2026-03-10 11:30.", "2026-03-10T11:30:00Z"},
			{`"queryType": "trend", "timeZone": "Asia/Tokyo", "trend": {"series": [{"event": "view"}]}`, "No events in this range. The latest `view` is of 2026-03-10 20:30.", "2026-03-10T11:30:00Z"},
			{`"queryType": "trend", "trend": {"series": [{"event": "early"}]}`, "No such events in this range: all that there are lie ahead of now.", ""},
			{`"queryType": "funnel", "funnel": {` + steps + `}`, "No events in this range. The latest `view` is of 2026-03-10 11:30.", "2026-03-10T11:30:00Z"},
			{`"queryType": "funnel", "funnel": {` + steps + `, "output": "conversion"}`, "No events in this range. The latest `view` is of 2026-03-10 11:30.", "2026-03-10T11:30:00Z"},
			{`"queryType": "funnel", "funnel": {` + steps + `, "output": "trend"}`, "No events in this range. The latest `view` is of 2026-03-10 11:30.", "2026-03-10T11:30:00Z"},
			{`"queryType": "funnel", "funnel": {` + steps + `, "output": "time_to_convert"}`, "No events in this range. The latest `view` is of 2026-03-10 11:30.", "2026-03-10T11:30:00Z"},
			{`"queryType": "retention", "retention": {"start": {"event": "cart"}, "return": {"event": "view"}}`, "No events in this range. The latest `cart` is of 2026-03-04 10:00.", "2026-03-04T10:00:00Z"},
			{`"queryType": "retention", "retention": {"start": {"event": "cart"}, "return": {"event": "view"}, "output": "rate"}`, "No events in this range. The latest `cart` is of 2026-03-04 10:00.", "2026-03-04T10:00:00Z"},
			{`"queryType": "heatmap", "heatmap": {"event": "pay"}`, "No events in this range. The latest `pay` is of 2026-03-01 10:15.", "2026-03-01T10:15:00Z"},
			{`"queryType": "lifecycle", "lifecycle": {"event": "pay"}`, "No events in this range. The latest `pay` is of 2026-03-01 10:15.", "2026-03-01T10:15:00Z"},
			{`"queryType": "stickiness", "stickiness": {"event": "pay"}`, "No events in this range. The latest `pay` is of 2026-03-01 10:15.", "2026-03-01T10:15:00Z"},
			{`"queryType": "paths", "paths": {"event": "cart"}`, "No events in this range. The latest `cart` is of 2026-03-04 10:00.", "2026-03-04T10:00:00Z"},
			{`"queryType": "paths", "paths": {"event": "cart", "output": "table"}`, "No events in this range. The latest `cart` is of 2026-03-04 10:00.", "2026-03-04T10:00:00Z"},
			{`"queryType": "anomalies", "anomalies": {"event": "cart"}`, "No events in this range. The latest `cart` is of 2026-03-04 10:00.", "2026-03-04T10:00:00Z"},
			{`"queryType": "annotations", "annotations": {"event": "cart"}`, "No events in this range. The latest `cart` is of 2026-03-04 10:00.", "2026-03-04T10:00:00Z"},
			{`"queryType": "timeline", "timeline": {"user": "ben"}`, "No such events of `ben` in this range. The latest one is of 2026-03-04 10:00.", "2026-03-04T10:00:00Z"},
			{`"queryType": "timeline", "timeline": {"session": "s1", "event": "cart"}`, "No such events of `s1` in this range. The latest one is of 2026-03-01 10:05.", "2026-03-01T10:05:00Z"},
			{`"queryType": "timeline", "timeline": {"user": "dan"}`, "No such event of `dan` is known.", ""},
			{`"queryType": "trend", "trend": {"series": [{"event": "crat"}]}`, "No event is called `crat`. Did you mean `cart`?", ""},
			{`"queryType": "trend", "trend": {"series": [{"event": "sign_up"}]}`, "No event is called `sign_up`.", ""},
			{`"queryType": "retention", "retention": {"start": {"event": "Cart"}, "return": {"event": "veiw"}}`, "No event is called `Cart`. Did you mean `cart`? No event is called `veiw`. Did you mean `view`?", ""},
		} {
			empty, notices := absent(t, d, `{`+c.query+`}`, february)
			if empty == nil {
				t.Errorf("%s: says nothing of its emptiness", c.query)
				continue
			}
			latest := ""
			if empty.Latest != nil {
				latest = empty.Latest.UTC().Format(time.RFC3339)
			}
			if empty.Why.String() != c.why || latest != c.latest || empty.NoEvents {
				t.Errorf("%s: %q, %s, want %q, %s", c.query, empty.Why, latest, c.why, c.latest)
			}
			if !strings.Contains(strings.Join(notices, "\n"), c.why) {
				t.Errorf("%s: the notices are %q", c.query, notices)
			}
		}
	})
}

// Whatever is asked of days on which nothing happened, the answer says that it is empty, and why.
func TestEveryEmptyAnswerSaysWhy(t *testing.T) {
	d := newDatasource(t, dbtest.Embedded(t), shop, nil)
	for name, query := range exampleQueries(t) {
		if strings.Contains(query, `"cohort"`) {
			continue // of a cohort of March
		}
		span := backend.TimeRange{From: march.From.AddDate(-1, 0, 0), To: march.From.AddDate(-1, 0, 10)}
		if empty, notices := absent(t, d, query, span); empty == nil || len(notices) == 0 {
			t.Errorf("%s: %+v, %q", name, empty, notices)
		}
	}
}

// exampleQueries are the queries of testdata, by name: all kinds and outputs.
func exampleQueries(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.query.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no queries in testdata", err)
	}
	queries := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		queries[filepath.Base(file)] = string(text)
	}
	return queries
}

// Where events of the range are only filtered out, or come before or after the range but are counted, nothing is said to be missing.
func TestWhatIsInTheRangeIsNotMissing(t *testing.T) {
	d := newDatasource(t, dbtest.Embedded(t), shop, nil)
	page := func(scroll string) string {
		return `{"queryType": "heatmap", "heatmap": {"x": "bins", "xProperty": "metadata.atX", "xBins": {"min": 0, "max": 1440}, "y": "bins", "yProperty": "metadata.atY",
			"yBins": {"min": 0, "max": 3000}, "scroll": {"event": "` + scroll + `", "property": "metadata.atY"}}}`
	}
	for query, want := range map[string]string{
		page("view"): "",
		page("viev"): "No event is called `viev`. Did you mean `view`?",
		`{"queryType": "trend", "trend": {"series": [{"event": "cart", "filters": [{"property": "device_type", "operator": "=", "values": ["tv"]}]}]}}`: "",
		`{"queryType": "funnel", "funnel": {"steps": [{"event": "pay"}, {"event": "view"}]}}`:                                                           "",
		`{"queryType": "funnel", "funnel": {"steps": [{"event": "view"}, {"event": "pai"}]}}`:                                                           "No event is called `pai`. Did you mean `pay`?",
		`{"queryType": "trend", "trend": {"series": [{"event": "view"}, {"event": "pai"}]}}`:                                                            "No event is called `pai`. Did you mean `pay`?",
		`{"queryType": "anomalies", "anomalies": {"output": "actor_count"}}`:                                                                            "",
	} {
		empty, notices := absent(t, d, query, march)
		if empty != nil && empty.Latest != nil {
			t.Errorf("%s: %+v", query, empty)
		}
		if text := strings.Join(notices, "\n"); want == "" && strings.Contains(text, "No ") || !strings.Contains(text, want) {
			t.Errorf("%s: the notices are %q, want %q", query, notices, want)
		}
	}
}

// A database without events says so, with every answer, and counts the first ones as they come.
func TestAnEmptyDatabaseSaysSo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		d := newDatasource(t, dsn, "", nil)
		for name, query := range exampleQueries(t) {
			if empty, _ := absent(t, d, query, march); empty == nil || !empty.NoEvents || empty.Why.String() != "There are no events yet." {
				t.Errorf("%s: %+v", name, empty)
			}
		}
		if got := arrived(t, d); got != (arrival{}) {
			t.Errorf("without events: %+v", got)
		}
		result, err := d.CheckHealth(t.Context(), &backend.CheckHealthRequest{})
		if err != nil || result.Status != backend.HealthStatusOk || !strings.Contains(result.Message, "there are no events yet") {
			t.Error(result, err)
		}
	})
}

func TestArrivedEventsAreCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		d := newDatasource(t, dsn, shop, nil)
		if got := arrived(t, d); got != (arrival{Events: 7}) {
			t.Errorf("%+v", got)
		}
		result, err := d.CheckHealth(t.Context(), &backend.CheckHealthRequest{})
		if err != nil || strings.Contains(result.Message, "no events") {
			t.Error(result, err)
		}
	})
	many := newDatasource(t, dbtest.Embedded(t), `('2026-03-01 10:00Z', 'ann', 'view', NULL, NULL, '{}')`+
		strings.Repeat(`, ('2026-03-01 10:00Z', 'ann', 'view', NULL, NULL, '{}')`, countedEvents), nil)
	if got := arrived(t, many); got != (arrival{Events: countedEvents, More: true}) {
		t.Errorf("of %d: %+v", countedEvents+1, got)
	}
}

func arrived(t *testing.T, d *Datasource) (a arrival) {
	t.Helper()
	got := resource(t, d, &backend.CallResourceRequest{Method: "GET", Path: "arrived", URL: "arrived"})
	if got.Status != 200 || json.Unmarshal(got.Body, &a) != nil {
		t.Fatal(got)
	}
	return a
}
