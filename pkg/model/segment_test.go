package model_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/footfall-analytics/footfall/pkg/model"
)

const (
	did    = `{"did": {"event": "order"}}`
	listed = `{"queryType": "funnel", "funnel": {"steps": [{"event": "a"}, {"event": "b"}], "output": "actors"%s}}`
)

func nested(depth int) string {
	return strings.Repeat(`{"all": [`, depth) + did + strings.Repeat(`]}`, depth)
}

// What is at a limit is a segment, and what is beyond it is refused with a sentence that names the field.
func TestParseSegment(t *testing.T) {
	many := func(n int) string { return `{"any": [` + strings.Repeat(did+",", n-2) + did + `]}` } // with the list itself
	behind := func(query string) string { return `{"behind": {"lastDays": 7, "query": ` + query + `}}` }
	for _, c := range []struct{ name, more, definition, want string }{
		{"a", "", did, ""},
		{strings.Repeat("a", 63), "", did, ""},
		{strings.Repeat("a", 64), "", did, `name is "aaaa`},
		{"A", "", did, `name is "A"`},
		{"", "", did, `name is ""`},
		{"a", `, "everyMinutes": 10080, "timeZone": "Europe/Berlin"`, did, ""},
		{"a", `, "everyMinutes": 10081`, did, "everyMinutes is 10081; use 1 to 10080"},
		{"a", `, "everyMinutes": -1`, did, "everyMinutes is -1"},
		{"a", `, "timeZone": "Mars"`, did, "timeZone is"},
		{"a", `, "owner": "` + strings.Repeat("x", 1025) + `"`, did, "owner has 1025 bytes"},
		{"a", `, "definiton": {}`, did, "unknown field"},
		{"a", "", nested(3), ""},
		{"a", "", nested(4), "is nested more than 3 deep"},
		{"a", "", many(50), ""},
		{"a", "", many(51), "definition has 51 conditions; at most 50 are allowed"},
		{"a", "", `{}`, "has 0 of all, any"},
		{"a", "", `{"did": {"event": "a"}, "segment": "b"}`, "has 2 of all, any"},
		{"a", "", `{"any": []}`, "definition.any has no conditions"},
		{"a", "", `{"profile": []}`, "definition.profile has no conditions"},
		{"a", "", `{"did": {"event": ""}}`, "definition.did.event is empty"},
		{"a", "", `{"did": {"event": "a", "lastDays": 3660}}`, ""},
		{"a", "", `{"did": {"event": "a", "lastDays": 3661}}`, "definition.did.lastDays is 3661; use 1 to 3660"},
		{"a", "", `{"did": {"event": "a", "lastDays": 1, "since": "2026-01-01"}}`, "definition.did.lastDays stands beside since or until"},
		{"a", "", `{"last": {"event": "a", "since": "2026-01-02", "until": "2026-01-02"}}`, ""},
		{"a", "", `{"last": {"event": "a", "since": "2026-01-02", "until": "2026-01-01"}}`, "definition.last.until is 2026-01-01, before since"},
		{"a", "", `{"first": {"event": "a", "since": "2026-02-30"}}`, "definition.first.since is \"2026-02-30\"; write a date"},
		{"a", "", `{"did": {"event": "a", "measure": "sum", "property": "metadata.price", "operator": "<", "value": "1e3"}}`, ""},
		{"a", "", `{"did": {"event": "a", "measure": "sum"}}`, "definition.did.property is empty"},
		{"a", "", `{"did": {"event": "a", "property": "metadata.price"}}`, "but count is of events and takes no property"},
		{"a", "", `{"did": {"event": "a", "measure": "max", "property": "profile.total_clicks"}}`, "which is no property of events"},
		{"a", "", `{"did": {"event": "a", "measure": "median"}}`, "definition.did.measure is"},
		{"a", "", `{"did": {"event": "a", "operator": "contains"}}`, "definition.did.operator is"},
		{"a", "", `{"did": {"event": "a", "value": "many"}}`, "definition.did.value is \"many\""},
		{"a", "", `{"profile": [{"property": "profile.traits.plan", "operator": "=", "values": ["pro"]}]}`, ""},
		{"a", "", `{"profile": [{"property": "device_type", "operator": "=", "values": ["x"]}]}`, "definition.profile[0].property is \"device_type\", which is no property of profiles"},
		{"a", "", behind(fmt.Sprintf(listed, "")), ""},
		{"a", "", behind(fmt.Sprintf(listed, `, "actor": "session"`)), "lists no users"},
		{"a", "", behind(fmt.Sprintf(listed, `, "breakdown": {"property": "segment"}`)), "is broken down by segment"},
		{"a", "", behind(`{"queryType": "trend", "trend": {"series": [{"event": "a"}]}}`), "lists no users"},
		{"a", "", behind(`{"queryType": "funnel"}`), "definition.behind.query.funnel is missing"},
	} {
		raw := fmt.Sprintf(`{"name": %q%s, "definition": %s}`, c.name, c.more, c.definition)
		_, err := model.ParseSegment([]byte(raw))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%.200s: %v; want %q", raw, err, c.want)
		}
	}
	if _, err := model.ParseSegment([]byte(`{"name": "a"} {"name": "b"}`)); err == nil {
		t.Error("what comes after a segment is taken for nothing")
	}
}

// A parsed segment has its defaults, and is read again as it is written.
func TestParseSegmentSetsDefaults(t *testing.T) {
	s, err := model.ParseSegment([]byte(`{"name": "a", "definition": ` + did + `}`))
	if err != nil {
		t.Fatal(err)
	}
	written, err := json.Marshal(s)
	want := `{"name":"a","timeZone":"UTC","everyMinutes":60,"definition":{"did":{"event":"order","measure":"count","operator":"\u003e=","value":"1"}}}`
	if err != nil || string(written) != want {
		t.Errorf("%s, %v; want %s", written, err, want)
	}
	if again, err := model.ParseSegment(written); err != nil || again.Definition.Did.Value != "1" {
		t.Error(again, err)
	}
}

func TestSegmentsNeedNotThemselves(t *testing.T) {
	s, err := model.ParseSegment([]byte(`{"name": "a", "definition": {"all": [{"segment": "c"}, {"not": true, "segment": "b"},
		{"did": {"event": "x", "filters": [{"property": "segment", "operator": "in", "values": ["d", "b"]}]}},
		{"behind": {"lastDays": 1, "query": {"queryType": "funnel", "filters": [{"property": "segment", "operator": "=", "values": ["e"]}],
			"funnel": {"steps": [{"event": "a"}, {"event": "b"}], "output": "actors"}}}}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(s.Definition.Needs(), " "); got != "b c d e" {
		t.Errorf("it needs %s", got)
	}
	for _, c := range []struct {
		needs map[string][]string
		want  string
	}{
		{map[string][]string{"a": {"b", "c"}, "b": {"c"}, "c": nil}, ""},
		{map[string][]string{"a": {"a"}}, `needs itself: "a" → "a"`},
		{map[string][]string{"x": {"b"}, "b": {"c"}, "c": {"d", "b"}}, `needs itself: "b" → "c" → "b"`},
	} {
		if err := model.CheckCycles(c.needs); c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%v: %v; want %q", c.needs, err, c.want)
		}
	}
}
