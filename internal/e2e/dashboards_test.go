package e2e

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend/gtime"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/internal/embedded"
	"github.com/footfall-analytics/footfall/internal/preview"
	"github.com/footfall-analytics/footfall/internal/programs"
	"github.com/footfall-analytics/footfall/internal/repository"
	"github.com/footfall-analytics/footfall/internal/shop"
)

// Every panel of the provisioned dashboards, and every alert rule, has something to say about the shop.
func TestProvisionedQueriesAnswer(t *testing.T) {
	root, err := embedded.RepositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	dashboards, err := repository.Dashboards(root)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := repository.Rules(root, repository.DataRules)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Each(t, func(t *testing.T, dsn string) {
		plugin, events := openShop(t, dsn, 3000)
		fill := choose(events)
		for _, d := range dashboards {
			if d.Templating.List[0].Name != "datasource" {
				continue // asks Prometheus
			}
			for _, p := range d.Panels {
				t.Run(d.UID+"/"+p.Title, func(t *testing.T) { checkPanel(t, plugin, fill, d, p) })
			}
		}
		for _, r := range rules {
			t.Run(r.UID, func(t *testing.T) { checkRule(t, plugin, r) })
		}
		t.Run("nothing happened", func(t *testing.T) { checkEmptyAnswers(t, plugin) })
	})
}

// choose puts into a query what Grafana does for the variables of the dashboards: all values, the event of the start, and of the
// users the one with the most orders.
func choose(events []shop.Event) *strings.Replacer {
	values := map[string]map[string]bool{"device": {}, "channel": {}, "page": {}}
	orders, buyer := map[string]int{}, ""
	for _, e := range events {
		values["device"][e.DeviceType], values["channel"][e.Metadata.Channel], values["page"][e.PageURL] = true, true, true
		if e.Type != "pay_order" {
			continue
		}
		if orders[e.UserID]++; orders[e.UserID] > orders[buyer] {
			buyer = e.UserID
		}
	}
	pairs := []string{"${event}", "visit", "${user}", buyer}
	for name, list := range values {
		pairs = append(pairs, "${"+name+"}", strings.Join(slices.Sorted(maps.Keys(list)), `","`))
	}
	return strings.NewReplacer(pairs...)
}

func checkPanel(t *testing.T, plugin *preview.Plugin, fill *strings.Replacer, d repository.Dashboard, p repository.Panel) {
	span := gtime.NewTimeRange(d.Time.From, d.Time.To)
	var queries []json.RawMessage
	for _, target := range p.Targets {
		queries = append(queries, json.RawMessage(fill.Replace(string(target))))
	}
	frames := answers(t, plugin, queries, span.MustGetFrom(), span.MustGetTo())
	for _, name := range namedFields(p) {
		if !slices.ContainsFunc(frames, func(f *data.Frame) bool { field, _ := f.FieldByName(name); return field != nil }) {
			t.Errorf("the panel names the field %q, which the answer does not have", name)
		}
	}
	for _, o := range p.FieldConfig.Overrides {
		if o.Matcher.ID == "byRegexp" && !anyName(frames[0], regexp.MustCompile(o.Matcher.Options)) {
			t.Errorf("no field of the answer matches the override %s", o.Matcher.Options)
		}
	}
}

// namedFields returns the fields that a panel picks by name.
func namedFields(p repository.Panel) []string {
	var names []string
	for _, o := range p.FieldConfig.Overrides {
		if o.Matcher.ID == "byName" {
			names = append(names, o.Matcher.Options)
		}
	}
	for _, tr := range p.Transformations {
		names = append(names, tr.Options.Include.Names...)
		if tr.Options.RowField != "" {
			names = append(names, tr.Options.RowField, tr.Options.ColumnField, tr.Options.ValueField)
		}
	}
	return names
}

func anyName(frame *data.Frame, pattern *regexp.Regexp) bool {
	return slices.ContainsFunc(frame.Fields, func(f *data.Field) bool { return pattern.MatchString(f.Name) })
}

// checkRule asks the rule's queries, over a month where theirs is only some minutes, and demands what an alert rule takes.
func checkRule(t *testing.T, plugin *preview.Plugin, r repository.Rule) {
	for _, q := range r.Data {
		if q.DatasourceUID != repository.DataSourceUID {
			continue
		}
		raw, err := json.Marshal(q.Model)
		if err != nil {
			t.Fatal(err)
		}
		ago := func(seconds int) time.Time { return time.Now().Add(-time.Duration(seconds) * time.Second) }
		from, to := ago(q.RelativeTimeRange.From), ago(q.RelativeTimeRange.To)
		if to.Sub(from) < 2*time.Hour {
			from = to.AddDate(0, 0, -30)
		}
		if err := repository.Alertable(answers(t, plugin, []json.RawMessage{raw}, from, to)); err != nil {
			t.Error(err)
		}
	}
}

// Where nothing happened, an answer for alert rules is zeros or an empty frame: never columns without rows, which rules do not take
// for "no data".
func checkEmptyAnswers(t *testing.T, plugin *preview.Plugin) {
	steps := `"steps": [{"event": "view_product"}, {"event": "pay_order"}]`
	visits := `"start": {"event": "visit"}, "return": {"event": "visit"}`
	for _, query := range []string{
		`"queryType": "funnel", "funnel": {` + steps + `, "output": "conversion"}`,
		`"queryType": "funnel", "funnel": {` + steps + `, "output": "conversion", "breakdown": {"property": "device_type"}}`,
		`"queryType": "funnel", "funnel": {` + steps + `, "output": "trend"}`,
		`"queryType": "funnel", "funnel": {` + steps + `, "output": "trend", "breakdown": {"property": "device_type"}}`,
		`"queryType": "retention", "retention": {` + visits + `, "output": "rate"}`,
		`"queryType": "retention", "retention": {` + visits + `, "output": "rate", "breakdown": {"property": "device_type"}}`,
		`"queryType": "trend", "trend": {}`,
		`"queryType": "trend", "trend": {"value": "users", "breakdown": {"property": "device_type"}}`,
		`"queryType": "lifecycle", "lifecycle": {}`,
		`"queryType": "stickiness", "stickiness": {"output": "rate"}`,
		`"queryType": "anomalies", "anomalies": {"output": "actor_count"}`,
		`"queryType": "anomalies", "anomalies": {"output": "actor_peaks"}`,
		`"queryType": "anomalies", "anomalies": {"output": "bucket_score"}`,
	} {
		to := time.Now().AddDate(-1, 0, 0)
		response, err := plugin.QueryData(t.Context(), []json.RawMessage{json.RawMessage(`{"refId": "A", ` + query + `}`)}, to.AddDate(0, 0, -7), to)
		if err != nil {
			t.Fatal(err)
		}
		answer := response.Responses["A"]
		if answer.Error != nil {
			t.Fatal(query, answer.Error)
		}
		if err := repository.Alertable(answer.Frames); err != nil {
			t.Errorf("%s: %v", query, err)
		}
		for _, frame := range answer.Frames {
			if saysSomething(frame) {
				t.Errorf("%s: a year ago, something happened", query)
			}
		}
	}
}

// answers asks queries as Grafana does and fails the test on an error or an answer that says nothing.
func answers(t *testing.T, plugin *preview.Plugin, queries []json.RawMessage, from, to time.Time) []*data.Frame {
	t.Helper()
	response, err := plugin.QueryData(t.Context(), queries, from, to)
	if err != nil {
		t.Fatal(err)
	}
	var frames []*data.Frame
	for refID, answer := range response.Responses {
		if answer.Error != nil {
			t.Fatalf("query %s: %v", refID, answer.Error)
		}
		for _, frame := range answer.Frames {
			if !saysSomething(frame) {
				t.Errorf("query %s: the answer is empty", refID)
			}
			frames = append(frames, frame)
		}
	}
	if len(frames) < len(queries) {
		t.Errorf("%d queries, %d frames", len(queries), len(frames))
	}
	return frames
}

// saysSomething reports whether a frame has a number other than 0 beside the coordinates of a heatmap; of a frame without numbers,
// whether it has a row.
func saysSomething(frame *data.Frame) bool {
	if !slices.ContainsFunc(frame.Fields, func(f *data.Field) bool { return f.Type().Numeric() }) {
		return len(frame.Fields) > 0 && frame.Rows() > 0
	}
	for _, field := range frame.Fields {
		if !field.Type().Numeric() || field.Name == "x" || field.Name == "y" {
			continue
		}
		for i := range field.Len() {
			if value, err := field.NullableFloatAt(i); err == nil && value != nil && *value != 0 {
				return true
			}
		}
	}
	return false
}

// Every metric that the collector's dashboard and alert rules ask for is one that a collector with some traffic has.
func TestCollectorMetricsAreThere(t *testing.T) {
	root, err := embedded.RepositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	dashboard, err := os.ReadFile(filepath.Join(root, "provisioning", "dashboards", "collector.json"))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := os.ReadFile(filepath.Join(root, "provisioning", repository.CollectorRules))
	if err != nil {
		t.Fatal(err)
	}
	asked := regexp.MustCompile(`\b(footfall|process)_[a-z_]+`).FindAllString(string(dashboard)+string(rules), -1)
	dsn := dbtest.Embedded(t)
	binary, _ := buildPrograms(t)
	collector, err := programs.StartCollector(t.Context(), binary, dsn, dbtest.Schema(t, dsn), 0, t.TempDir(), t.Output())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(collector.Stop)
	for _, body := range []string{`{}`, `{"user_id": "u", "event_type": "visit", "timestamp": "2026-11-01T00:00:00Z"}`} {
		answer, err := http.Post(collector.URL+"/track", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
	}
	if err := collector.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	metrics, err := collector.Metrics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range asked {
		if !strings.Contains(metrics, "\n"+name+"{") && !strings.Contains(metrics, "\n"+name+" ") {
			t.Errorf("no collector has the metric %s", name)
		}
	}
}
