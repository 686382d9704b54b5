package plugin

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// hostileTexts are what users, dashboards and scripts put where a text goes.
var hostileTexts = []string{
	`x'; DROP TABLE user_events; --`, `'; SELECT pg_sleep(100); --`, `$1`, `$$`, `"`, `\`, `\'`, `/* */`, `*/`, `--`, `%s%n%d`, `{}`, `${user}`, `E'\x41'`, `U&"\0041"`,
	"a\nb", "\x00", "a\x00b", "\xff\xfe", "\xed\xa0\x80", "\u202e\u0000", "\U0010ffff", " ", "", "*", "%", "_", "null", "NaN", "Infinity", "-0", "1e400", "0x10", "true",
	strings.Repeat("a", 1024), strings.Repeat("ü", 600), strings.Repeat("'", 2000), strings.Repeat("x", 1<<20), strings.Repeat("x", 10<<20),
	"metadata." + strings.Repeat("a.", 20), `metadata.a\`, "metadata.", "profile.password", "pg_shadow", "e.time", "../../etc/passwd", "UTC'; --", "localtime",
	"(", "[", "a{9999}", `\1`, "(?=x)", "***:", "[[:nothing:]]", strings.Repeat("(", 500) + strings.Repeat(")", 500),
}

// checkHarmless fails the test if what was asked did anything but answer: the answer is right, or the user is told what to mend.
func checkHarmless(t *testing.T, what string, response backend.DataResponse) {
	t.Helper()
	if response.Error == nil {
		return
	}
	mendable := response.Status == backend.StatusBadRequest || strings.Contains(response.Error.Error(), "a filter's regular expression is not valid")
	if !mendable || response.ErrorSource != backend.ErrorSourceDownstream || len(response.Error.Error()) > 2000 {
		t.Errorf("%.300s: %d by %s: %.300v", what, response.Status, response.ErrorSource, response.Error)
	}
}

// checkUntouched fails the test if the events are not what they were.
func checkUntouched(t *testing.T, dsn string, d *Datasource) {
	t.Helper()
	var n int
	if err := dbtest.Connect(t, dsn).QueryRow(t.Context(), "SELECT count(*) FROM "+d.settings.store.Schema+".user_events").Scan(&n); err != nil || n != 7 {
		t.Errorf("%d events are left: %v", n, err)
	}
}

// Every text of every query, one after the other, is replaced by hostile ones.
func TestHostileTexts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		d := newDatasource(t, dsn, shop, nil)
		for _, full := range fullQueries(t) {
			for i := range stringsOf(parsedJSON(t, full)) {
				for j, hostile := range hostileTexts {
					if dsn == dbtest.Embedded(t) && (i+j)%4 > 0 {
						continue // it is slow
					}
					q := parsedJSON(t, full)
					stringsOf(q)[i](hostile)
					raw, err := json.Marshal(q)
					if err != nil {
						t.Fatal(err)
					}
					checkHarmless(t, string(raw), query(t, d, string(raw)))
					if !utf8.ValidString(hostile) { // Marshal writes it as U+FFFD; send it as it is, too
						checkHarmless(t, hostile, query(t, d, strings.ReplaceAll(string(raw), `\ufffd`, "\xff")))
					}
				}
			}
		}
		checkUntouched(t, dsn, d)
	})
}

// stringsOf returns functions that set the strings in a JSON value, in an order that stays.
func stringsOf(value any) []func(string) {
	var all []func(string)
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if _, isText := v[key].(string); isText {
				all = append(all, func(text string) { v[key] = text })
			}
			all = append(all, stringsOf(v[key])...)
		}
	case []any:
		for i := range v {
			if _, isText := v[i].(string); isText {
				all = append(all, func(text string) { v[i] = text })
			}
			all = append(all, stringsOf(v[i])...)
		}
	}
	return all
}

func parsedJSON(t *testing.T, raw []byte) any {
	t.Helper()
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

func fullQueries(t *testing.T) []json.RawMessage {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "model", "testdata", "full_queries.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// The same answers come from compressed days, also where a list is empty, and wherever the extension is.
func TestFullQueriesOfCompressedDays(t *testing.T) {
	test := func(t *testing.T, dsn string) {
		d := newDatasource(t, dsn, shop, nil)
		answers := func() []string {
			var all []string
			for _, full := range fullQueries(t) {
				response := query(t, d, string(full))
				if response.Error != nil {
					t.Errorf("%.60s: %v", full, response.Error)
				}
				for _, frame := range response.Frames {
					frame.Meta = nil // it holds the time it took
				}
				raw, err := json.Marshal(response.Frames)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, string(raw))
			}
			return all
		}
		before := answers()
		dbtest.Compress(t, dbtest.Connect(t, dsn), d.settings.store.Schema, -48*time.Hour)
		for i, after := range answers() {
			if after != before[i] {
				t.Errorf("compressed: %s\ninstead of: %s", after, before[i])
			}
		}
	}
	dbtest.Each(t, test)
	dbtest.Elsewhere(t, test)
}

// What a filter matches is text, however it looks: hostile values find the events that have them, and only those.
func TestHostileTextsAreFound(t *testing.T) {
	var events []string
	for i, text := range hostileTexts {
		if model.ValidateText("text", text) == nil && text != "" {
			quoted, err := json.Marshal(map[string]any{"it": text, text: "key"})
			if err != nil {
				t.Fatal(err)
			}
			events = append(events, fmt.Sprintf("('2026-03-02 10:00:%02dZ', 'ann', %s, 'mobile', NULL, %s)", i%60, literal(text), literal(string(quoted))))
		}
	}
	dbtest.Each(t, func(t *testing.T, dsn string) {
		d := newDatasource(t, dsn, strings.Join(events, ","), nil)
		for _, text := range hostileTexts {
			if model.ValidateText("text", text) != nil || text == "" || text == model.AnyEvent {
				continue
			}
			quoted, _ := json.Marshal(text)
			path, _ := json.Marshal("metadata." + strings.NewReplacer(`\`, `\\`, ".", `\.`).Replace(text))
			if len(path) > model.MaxTextLength {
				path = []byte(`"metadata.it"`)
			}
			response := query(t, d, fmt.Sprintf(`{"queryType":"timeline","filters":[{"property":"metadata.it","operator":"=","values":[%[1]s]},{"property":%[2]s,"operator":"isSet"}],
				"timeline":{"user":"ann","event":%[1]s}}`, quoted, path))
			if response.Error != nil || response.Frames[0].Rows() != 1 || response.Frames[0].At(1, 0) != text {
				t.Errorf("%.60q: %v, %v", text, response.Error, response.Frames)
			}
		}
	})
}

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// Ranges that hold nothing, everything, or more than time does.
func TestHostileRanges(t *testing.T) {
	year := func(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }
	dbtest.Each(t, func(t *testing.T, dsn string) {
		d := newDatasource(t, dsn, shop, nil)
		for _, r := range []backend.TimeRange{
			{}, {From: year(1), To: year(9999)}, {From: year(9998), To: year(9999)}, {From: year(1), To: year(2)}, {From: year(2026), To: year(2025)},
			{From: year(2026), To: year(2026)}, {From: year(2026), To: year(2026).Add(1)}, {From: year(-5), To: year(2026)}, {From: year(2026), To: year(10000)},
			{From: time.UnixMilli(math.MinInt64), To: time.UnixMilli(math.MaxInt64)}, {From: time.Unix(0, math.MinInt64), To: time.Unix(0, math.MaxInt64)},
			{From: year(1970), To: year(2026)}, {From: time.Unix(-1, 999_999_999), To: time.Unix(0, 1)},
		} {
			for _, zone := range []string{"UTC", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia"} {
				for _, full := range fullQueries(t) {
					q := parsedJSON(t, full).(map[string]any)
					q["timeZone"] = zone
					raw, err := json.Marshal(q)
					if err != nil {
						t.Fatal(err)
					}
					start := time.Now()
					answer, err := d.QueryData(t.Context(), &backend.QueryDataRequest{Queries: []backend.DataQuery{{RefID: "A", JSON: raw, TimeRange: r}}})
					if err != nil {
						t.Fatal(err)
					}
					checkHarmless(t, fmt.Sprintf("%s to %s: %s", r.From, r.To, raw), answer.Responses["A"])
					if took := time.Since(start); took > 10*time.Second {
						t.Errorf("%s to %s: %s took %s", r.From, r.To, raw, took)
					}
				}
			}
		}
	})
}

// The largest queries that are allowed are answered.
func TestLargestQueries(t *testing.T) {
	filter := func(property string, operator model.Operator, values ...string) model.Filter {
		return model.Filter{Property: property, Operator: operator, Values: values}
	}
	var filters []model.Filter
	for i := range model.MaxFilters {
		filters = append(filters, filter(fmt.Sprintf("metadata.a%d.b", i), model.NotEqual, "x"))
	}
	many := make([]string, model.MaxFilterValues)
	for i := range many {
		many[i] = fmt.Sprint("value ", i)
	}
	selector := model.EventSelector{Event: "view", Filters: filters}
	var steps []model.FunnelStep
	for range model.MaxSteps {
		steps = append(steps, model.FunnelStep{EventSelector: selector})
	}
	dbtest.Each(t, func(t *testing.T, dsn string) {
		d := newDatasource(t, dsn, shop, map[string]any{"queryTimeout": 120})
		for name, q := range map[string]*model.Query{
			"steps":   {QueryType: model.FunnelType, Filters: filters, Funnel: &model.Funnel{Steps: steps}},
			"values":  {QueryType: model.TimelineType, Filters: []model.Filter{filter("device_type", model.NotIn, many...)}, Timeline: &model.Timeline{User: "ann", Limit: model.MaxTimelineEvents}},
			"buckets": {QueryType: model.AnomaliesType, Anomalies: &model.Anomalies{Output: model.UnusualBuckets, Interval: model.EveryQuarterHour, Weeks: model.MaxWeeks}},
		} {
			raw, err := json.Marshal(q)
			if err != nil {
				t.Fatal(err)
			}
			response := query(t, d, string(raw))
			if response.Error != nil || len(response.Frames) == 0 || response.Frames[0].Rows() == 0 {
				t.Errorf("%s: %v", name, response.Error)
			}
		}
	})
}

// A regular expression that takes forever is ended in the server. The embedded database has no timeout.
func TestRegularExpressionsThatExplode(t *testing.T) {
	dsn := os.Getenv("FOOTFALL_TEST_DSN")
	if dsn == "" {
		t.Skip("the embedded database cannot end a statement: set FOOTFALL_TEST_DSN to a server")
	}
	long := strings.Repeat("a", 20_000) + "!"
	d := newDatasource(t, dsn, "('2026-03-02 10:00Z', 'ann', 'view', 'mobile', NULL, '{\"it\":\""+long+"\"}')", map[string]any{"queryTimeout": 2})
	ended := 0
	for _, pattern := range []string{
		`^(.+)(.+)(.+)\1\2\3\1\2\3!$`, "^(a+)+$", "^(a|aa)+$", "^(a|a)*$", `^(a*)*\1$`, `^(a*)(a*)(a*)(a*)\1\2\3\4b$`, `(.*)(.*)(.*)(.*)(.*)\1\2\3\4\5x`, "((a{1,200}){1,200}){1,200}", strings.Repeat("(a?", 200) + strings.Repeat(")*", 200),
		"(x+x+)+y", strings.Repeat("a?", 400) + strings.Repeat("a", 200), `((((a*)*)*)*)*\1`, strings.Repeat("(", 511) + strings.Repeat(")", 511), `[\u0001-\uffff]{255}{3}`,
	} {
		quoted, err := json.Marshal(pattern)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		response := query(t, d, `{"queryType":"heatmap","filters":[{"property":"metadata.it","operator":"matches","values":[`+string(quoted)+`]}],"heatmap":{}}`)
		took := time.Since(start)
		if response.Status == backend.StatusTimeout {
			ended++
		} else {
			checkHarmless(t, pattern, response)
		}
		if took > 10*time.Second {
			t.Errorf("%.40s took %s: %v", pattern, took, response.Error)
		}
	}
	if ended == 0 {
		t.Error("no pattern took longer than the timeout")
	}
}

// The headers that name dashboard and panel go into an SQL comment, which they cannot end.
func TestHostileHeaders(t *testing.T) {
	dsn := dbtest.Embedded(t)
	d := newDatasource(t, dsn, shop, nil)
	for _, hostile := range hostileTexts {
		request := &backend.QueryDataRequest{
			Headers: map[string]string{"http_X-Dashboard-Uid": "*/ " + hostile, "http_X-Panel-Id": hostile + "/*", "FromAlert": hostile},
			Queries: []backend.DataQuery{{RefID: hostile, JSON: []byte(`{"queryType":"trend","trend":{}}`), TimeRange: march}},
		}
		request.SetHTTPHeader("X-Dashboard-Uid", "*/ DROP TABLE user_events; /*"+hostile)
		answer, err := d.QueryData(t.Context(), request)
		if err != nil || answer.Responses[hostile].Error != nil {
			t.Errorf("%.40q: %v, %v", hostile, err, answer.Responses[hostile].Error)
		}
	}
	checkUntouched(t, dsn, d)
}

// Whatever is asked of the resources, the answer is a list or a sentence.
func TestHostileResources(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		d := newDatasource(t, dsn, shop, nil)
		call := func(method, path, rawURL string, body []byte) {
			t.Helper()
			switch got := resource(t, d, &backend.CallResourceRequest{Method: method, Path: path, URL: rawURL, Body: body}); {
			case got.Status >= 500 && !strings.Contains(string(got.Body), "regular expression") || got.Status == 200 && !json.Valid(got.Body) || len(got.Body) > 100_000:
				t.Errorf("%s %.100s %.100s: %d %.200s", method, rawURL, body, got.Status, got.Body)
			case got.Status == 400 && !strings.Contains(string(got.Body), `"error":"`):
				t.Errorf("%s %.100s %.100s: %d %.200s", method, rawURL, body, got.Status, got.Body)
			}
		}
		span := fmt.Sprintf("from=%d&to=%d", march.From.UnixMilli(), march.To.UnixMilli())
		for _, hostile := range hostileTexts {
			text := url.QueryEscape(hostile)
			for _, rawURL := range []string{
				"events?from=" + text + "&to=" + text, "properties?" + span + "&event=" + text,
				"values?" + span + "&property=" + text, "values?" + span + "&property=metadata." + text,
				"values?" + span + "&property=device_type&event=" + text + "&search=" + text, "values?" + span + "&property=profile.tags&search=" + text,
			} {
				path, _, _ := strings.Cut(rawURL, "?")
				call("GET", path, rawURL, nil)
			}
			call("POST", "sql", "sql", []byte(hostile))
			call("POST", "problems", "problems", []byte(hostile))
			quoted, err := json.Marshal(hostile)
			if err != nil {
				t.Fatal(err)
			}
			call("POST", "sql", "sql", []byte(`{"from":0,"to":1000,"query":{"queryType":"timeline","timeline":{"user":`+string(quoted)+`}}}`))
			call("POST", "problems", "problems", []byte(`{"query":{"queryType":`+string(quoted)+`,"filters":[{"property":`+string(quoted)+`,"operator":`+string(quoted)+`}]}}`))
		}
		for _, ends := range []string{
			"from=-9223372036854775808&to=9223372036854775807", "from=9223372036854775807&to=-9223372036854775808", "from=0&to=0", "from=1e3&to=2e3", "from=0&to=99999999999999999999",
			"from=-62135596800000&to=253402300799999", "from=0", "to=5", "from=0&from=1&to=2&to=0", "from=0;to=5",
		} {
			for _, path := range []string{"events", "properties", "values"} {
				call("GET", path, path+"?property=device_type&"+ends, nil)
			}
		}
		for _, body := range []string{
			"", "null", "[]", "{}", `{"query":null}`, `{"query":5,"from":0,"to":1}`, `{"from":"x"}`, `{"from":1e300,"to":1}`, `{"from":` + strings.Repeat("9", 1<<19) + `}`, `{"from":0,"to":1000,"query":{}}`, strings.Repeat("[", 1<<20), strings.Repeat("x", 2<<20),
			`{"from":-9223372036854775808,"to":9223372036854775807,"query":{"queryType":"trend","trend":{}}}`,
		} {
			call("POST", "sql", "sql", []byte(body))
			call("POST", "problems", "problems", []byte(body))
		}
		for _, full := range fullQueries(t) {
			for _, ends := range []string{`"from":-62135596800000,"to":253402300799999`, `"from":0,"to":1000`, `"from":9000000000000,"to":9000000001000`} {
				call("POST", "sql", "sql", []byte(`{`+ends+`,"query":`+string(full)+`}`))
			}
		}
		for _, path := range []string{"", "/", "sql/..", "../values", "events/", "%00", strings.Repeat("a", 10_000)} {
			call("GET", path, path, nil)
			call("DELETE", path, path, nil)
		}
		checkUntouched(t, dsn, d)
	})
}
