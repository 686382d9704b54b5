package model

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
)

// What a query's JSON can do wrong before its fields are looked at.
func TestHostileJSON(t *testing.T) {
	big := strings.Repeat("x", MaxQueryBytes)
	for _, c := range []struct{ name, query, want string }{
		{"nothing", ``, "query is not valid JSON for a Footfall query: EOF"},
		{"an array", `[]`, "query is a JSON array; use an object"},
		{"a string", `"funnel"`, "query is a JSON string; use an object"},
		{"half an object", `{"queryType":`, "query is not valid JSON for a Footfall query: unexpected EOF"},
		{"two objects", `{} {}`, "query has text after the JSON object"},
		{"too long", `{"note":"` + big + `"}`, "query has 1048587 bytes; at most 1048576 are allowed"},
		{"too deep", strings.Repeat("[", MaxQueryBytes), "query is not valid JSON for a Footfall query: invalid character '[' exceeded max depth"},
		{"too deep in an unknown field", `{"x":` + strings.Repeat(`{"x":`, 100_000), "query is not valid JSON for a Footfall query: invalid character '{' exceeded max depth"},
		{"deep in an unknown field", `{"queryType":"trend","trend":{},"x":` + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000) + `}`, ""},
		{"no UTF-8", "{\"queryType\":\"trend\",\"x\":\"\xff\"}", "query is not valid UTF-8"},
		{"half of a pair", `{"queryType":"timeline","timeline":{"user":"a\ud800b"}}`, `query contains \ud800, which is half of a character; remove it`},
		{"the other half", `{"queryType":"timeline","timeline":{"user":"\\\uDC00"}}`, `query contains \uDC00, which is half of a character; remove it`},
		{"pair the wrong way round", `{"queryType":"timeline","timeline":{"user":"\udc00\ud800"}}`, `query contains \udc00, which is half of a character; remove it`},
		{"a pair", `{"queryType":"timeline","timeline":{"user":"\ud83d\ude00\\ud800"}}`, ""},
		{"a number that is text", `{"queryType":"timeline","timeline":{"user":"ann","limit":"5"}}`, "timeline.limit is a JSON string; use a whole number"},
		{"text that is a number", `{"queryType":"funnel","funnel":{"steps":[{"event":5}]}}`, "funnel.steps.event is a JSON number; use a string"},
		{"half an event", `{"queryType":"timeline","timeline":{"user":"ann","limit":1.5}}`, "timeline.limit is a JSON number 1.5; use a whole number"},
		{"more than there is", `{"queryType":"timeline","timeline":{"user":"ann","limit":99999999999999999999}}`, "timeline.limit is a JSON number 99999999999999999999; use a whole number"},
		{"more than any number", `{"queryType":"anomalies","anomalies":{"deviations":1e999}}`, "anomalies.deviations is a JSON number 1e999; use a number"},
		{"a word for a switch", `{"queryType":"funnel","funnel":{"equalTimes":"yes"}}`, "funnel.equalTimes is a JSON string; use true or false"},
		{"an object for a list", `{"queryType":"trend","filters":{}}`, "filters is a JSON object; use an array"},
		{"a list for an object", `{"queryType":"trend","trend":[]}`, "trend is a JSON array; use an object"},
		{"nulls", `{"queryType":"trend","filters":null,"trend":{"series":[null]}}`, "trend.series[0].event is empty; choose an event, or * for any"},
		{"two types", `{"queryType":"trend","queryType":"heatmap","trend":{},"heatmap":{}}`, "queryType is there twice; remove one of them"},
		{"two types in different case", `{"queryType":"trend","QUERYTYPE":"heatmap","trend":{}}`, "QUERYTYPE is there twice; remove one of them"},
		{"two filters' values", `{"queryType":"trend","trend":{"series":[{"event":"a"},{"event":"b","filters":[{"property":"user_id","operator":"=","values":["a"],"values":["b"]}]}]}}`,
			"trend.series[1].filters[0].values is there twice; remove one of them"},
		{"a long word", `{"queryType":"` + big[:5000] + `"}`, `queryType is "` + big[:200] + `…"; use funnel, retention, heatmap, trend, lifecycle, stickiness, paths, timeline, anomalies or annotations`},
		{"a long zone", `{"queryType":"trend","trend":{},"timeZone":"` + big[:5000] + `"}`, `timeZone is "` + big[:200] + `…", which is not a known time zone; use an IANA name such as Europe/Berlin or UTC`},
		{"a zone that leads out", `{"queryType":"trend","trend":{},"timeZone":"../../../../etc/passwd"}`, `timeZone is "../../../../etc/passwd", which is not a known time zone; use an IANA name such as Europe/Berlin or UTC`},
		{"a long number", `{"queryType":"timeline","timeline":{"user":"a","limit":` + strings.Repeat("9", 5000) + `}}`, "timeline.limit is a JSON number " + strings.Repeat("9", 193) + "…; use a whole number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse([]byte(c.query))
			if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			if e := (*Error)(nil); err != nil && !errors.As(err, &e) {
				t.Errorf("not an *Error: %v", err)
			}
		})
	}
}

// hostileTexts are refused, or hold as text.
var hostileTexts = []string{
	"x'; DROP TABLE user_events; --", `$1`, `"`, `\`, "/* */", "%s%d", "\x00", "\xff\xfe", "\xed\xa0\x80", strings.Repeat("ü", 513), "\u202e", "", " ", "*", "null",
}

// Every text of every query is checked: put in its place, hostile text is refused with an error that names the place, or it comes
// out as it went in.
func TestEveryTextIsChecked(t *testing.T) {
	for _, form := range fullQueries(t) {
		for i := range texts(reflect.ValueOf(form()).Elem()) {
			for _, hostile := range hostileTexts {
				q := form()
				place := texts(reflect.ValueOf(q).Elem())[i]
				place.SetString(hostile)
				q.setDefaults()
				if err := q.validate(); err == nil && place.String() != "" && ValidateText("text", place.String()) != nil && isUsed(q, hostile) {
					t.Errorf("%s: text %d of type %s may be %.20q", q.QueryType, i, place.Type(), hostile)
				} else if e := (*Error)(nil); err != nil && (!errors.As(err, &e) || e.Field == "" || len(err.Error()) > 1000) {
					t.Errorf("%s: with %.20q: %v", q.QueryType, hostile, err)
				}
			}
		}
	}
}

// isUsed reports whether a text is one that the query's answer depends on: the column of a retention query counts only for two outputs.
func isUsed(q *Query, text string) bool {
	return q.Retention == nil || q.Retention.Column != text || q.Retention.Output == RetentionRate || q.Retention.Output == RetentionActors
}

// texts returns all the settable strings in a value.
func texts(v reflect.Value) []reflect.Value {
	var all []reflect.Value
	switch v.Kind() {
	case reflect.String:
		all = append(all, v)
	case reflect.Pointer:
		if !v.IsNil() {
			all = texts(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			all = append(all, texts(v.Field(i))...)
		}
	case reflect.Slice:
		for i := range v.Len() {
			all = append(all, texts(v.Index(i))...)
		}
	}
	return all
}

// fullQueries make queries of every type that use all of their fields.
func fullQueries(t *testing.T) []func() *Query {
	t.Helper()
	raw, err := os.ReadFile("testdata/full_queries.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	var forms []func() *Query
	for _, query := range list {
		parse := func() *Query {
			q, err := Parse(query)
			if err != nil {
				t.Fatalf("%s: %v", query, err)
			}
			return q
		}
		parse()
		forms = append(forms, parse)
	}
	return forms
}

// FuzzParse decodes anything: an error is one that people can mend, and a query that is accepted says the same when it is saved and
// read again.
func FuzzParse(f *testing.F) {
	for _, file := range []string{"testdata/full_queries.json", "testdata/validation_cases.json"} {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			f.Fatal(err)
		}
		for _, entry := range list {
			var c struct{ Query json.RawMessage }
			if err := json.Unmarshal(entry, &c); err == nil && c.Query != nil {
				entry = c.Query
			}
			f.Add([]byte(entry))
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		q, err := Parse(raw)
		if err != nil {
			if e := (*Error)(nil); !errors.As(err, &e) || e.Field == "" || e.Reason.String() == "" || len(err.Error()) > 2000 {
				t.Fatalf("not an error that helps: %#v", err)
			}
			return
		}
		saved, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		if len(saved) > MaxQueryBytes {
			return // the defaults made it too long
		}
		again, err := Parse(saved)
		if err != nil {
			t.Fatalf("%s is accepted, and saved as %s: %v", raw, saved, err)
		}
		if !reflect.DeepEqual(emptyTexts(q), emptyTexts(again)) {
			t.Fatalf("%s is saved as %s, which reads as something else", raw, saved)
		}
		use(q)
	})
}

// emptyTexts makes empty lists nil lists, which JSON does not tell apart where they are left out.
func emptyTexts(q *Query) *Query {
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem())
			}
		case reflect.Struct:
			for i := range v.NumField() {
				walk(v.Field(i))
			}
		case reflect.Slice:
			if v.Len() == 0 {
				v.SetZero()
			}
			for i := range v.Len() {
				walk(v.Index(i))
			}
		}
	}
	walk(reflect.ValueOf(q))
	return q
}

// use calls what panics on queries that are not valid.
func use(q *Query) {
	switch q.QueryType {
	case FunnelType:
		q.Funnel.WindowDuration()
		q.Funnel.MainSteps()
	case RetentionType:
		q.Retention.Columns()
		if q.Retention.Output == RetentionRate || q.Retention.Output == RetentionActors {
			q.Retention.ColumnIndex()
		}
	case HeatmapType:
		for _, bins := range []*Bins{q.Heatmap.XBins, q.Heatmap.YBins} {
			if bins != nil && q.Heatmap.X == ByBins && q.Heatmap.Y == ByBins {
				bins.Edges()
			}
		}
	case AnomaliesType:
		q.Anomalies.WindowDuration()
	}
}
