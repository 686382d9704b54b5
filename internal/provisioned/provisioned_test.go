package provisioned_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/footfall-analytics/footfall/internal/embedded"
	"github.com/footfall-analytics/footfall/internal/provisioned"
	"github.com/footfall-analytics/footfall/pkg/model"
)

const pluginID = "footfall-behavior-datasource"

func root(t *testing.T) string {
	t.Helper()
	root, err := embedded.RepositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func dashboards(t *testing.T) []provisioned.Dashboard {
	t.Helper()
	list, err := provisioned.Dashboards(root(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		t.Fatal("no dashboards found")
	}
	return list
}

func rules(t *testing.T) []provisioned.Rule {
	t.Helper()
	list, err := provisioned.Rules(root(t), provisioned.DataRules)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		t.Fatal("no alert rules found")
	}
	return list
}

func TestDashboardsCanBeLoadedAnywhere(t *testing.T) {
	for _, d := range dashboards(t) {
		if d.Title == "" || d.Description == "" || d.Editable || d.TimeZone != "browser" || d.Time.From != "now-30d" || d.Time.To != "now" {
			t.Errorf("%s: needs a title and a description, editable false, time zone browser, the last 30 days", d.File)
		}
		if d.SchemaVersion < 36 || d.SchemaVersion > 41 {
			t.Errorf("%s: schemaVersion %d is not classic JSON of Grafana 9.4 to 12", d.File, d.SchemaVersion)
		}
		if v := d.Templating.List; len(v) == 0 || v[0].Type != "datasource" || v[0].Name != "datasource" || v[0].Query != pluginID {
			t.Errorf("%s: has no variable named datasource that lists data sources of type %s", d.File, pluginID)
		}
	}
}

func TestPanelsExplainThemselves(t *testing.T) {
	core := map[string]bool{"barchart": true, "bargauge": true, "heatmap": true, "stat": true, "table": true}
	for _, d := range dashboards(t) {
		for _, p := range d.Panels {
			at := d.File + ": panel " + p.Title
			if p.Title == "" || p.Description == "" || p.FieldConfig.Defaults.NoValue == "" {
				t.Errorf("%s: needs a title, a description and a text for no data", at)
			}
			if !core[p.Type] {
				t.Errorf("%s: is of type %s, not one that every Grafana has", at, p.Type)
			}
			if p.FieldConfig.Defaults.Unit == "" && !everyNumberHasUnit(p) {
				t.Errorf("%s: has neither a unit nor overrides with units", at)
			}
		}
	}
}

// everyNumberHasUnit reports whether a table gives units to its columns of numbers, by overrides.
func everyNumberHasUnit(p provisioned.Panel) bool {
	text := map[string]bool{"step": true, "cohort": true, "breakdown": true, "in_progress": true}
	units := 0
	for _, o := range p.FieldConfig.Overrides {
		has := text[o.Matcher.Options]
		for _, property := range o.Properties {
			if property.ID == "unit" {
				units++
				has = true
			}
		}
		if !has {
			return false
		}
	}
	return units > 0
}

func TestEveryQueryIsValidAndNamesNoDataSource(t *testing.T) {
	for _, d := range dashboards(t) {
		for _, p := range d.Panels {
			at := d.File + ": panel " + p.Title
			want := provisioned.DataSource{Type: pluginID, UID: "${datasource}"}
			if p.DataSource != want || len(p.Targets) == 0 {
				t.Errorf("%s: data source %v, %d queries; want %v and a query", at, p.DataSource, len(p.Targets), want)
			}
			for _, raw := range p.Targets {
				var target struct{ DataSource provisioned.DataSource }
				if err := json.Unmarshal(raw, &target); err != nil || target.DataSource != want {
					t.Errorf("%s: a query names the data source %v, %v", at, target.DataSource, err)
				}
				if _, err := model.Parse(raw); err != nil {
					t.Errorf("%s: %v", at, err)
				}
			}
		}
	}
}

func TestAlertRulesAreCompleteByThemselves(t *testing.T) {
	for _, r := range rules(t) {
		if r.Title == "" || r.For == "" || r.NoDataState == "" || r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
			t.Errorf("rule %s: needs a title, for, noDataState, summary and description", r.UID)
		}
		refs := map[string]bool{}
		for _, q := range r.Data {
			refs[q.RefID] = true
			if q.DatasourceUID == "__expr__" {
				continue
			}
			if q.DatasourceUID != provisioned.DataSourceUID {
				t.Errorf("rule %s: query %s asks the data source %q", r.UID, q.RefID, q.DatasourceUID)
			}
			raw, err := json.Marshal(q.Model)
			if err != nil {
				t.Fatal(err)
			}
			query, err := model.Parse(raw)
			if err != nil {
				t.Errorf("rule %s: %v", r.UID, err)
				continue
			}
			// A rule runs without a browser, which would tell its time zone, and takes one number a series.
			if query.TimeZone == "" || query.QueryType != model.QueryType(q.QueryType) || query.Funnel == nil || query.Funnel.Output != model.FunnelConversion {
				t.Errorf("rule %s: needs a time zone, its query type twice, and the output conversion", r.UID)
			}
			window := query.Funnel.WindowDuration().Seconds()
			if float64(q.RelativeTimeRange.To) < window || q.RelativeTimeRange.From <= q.RelativeTimeRange.To {
				t.Errorf("rule %s: the range must end a window (%.0f s) ago, or users who still have time count as lost", r.UID, window)
			}
		}
		if !refs[r.Condition] {
			t.Errorf("rule %s: its condition %q is none of its queries", r.UID, r.Condition)
		}
		panelExists(t, r)
	}
}

// The collector's rules name panels of its dashboard, and both ask Prometheus.
func TestCollectorRulesAndDashboard(t *testing.T) {
	d, err := provisioned.CollectorDashboard(root(t))
	if err != nil {
		t.Fatal(err)
	}
	panels := map[string]bool{}
	for _, p := range d.Panels {
		panels[strconv.Itoa(p.ID)] = true
		if p.Title == "" || p.Description == "" || p.FieldConfig.Defaults.NoValue == "" || p.FieldConfig.Defaults.Unit == "" {
			t.Errorf("panel %s: needs a title, a description, a unit and a text for no data", p.Title)
		}
		if p.DataSource != (provisioned.DataSource{Type: "prometheus", UID: "${prometheus}"}) || len(p.Targets) == 0 {
			t.Errorf("panel %s: data source %v, %d queries", p.Title, p.DataSource, len(p.Targets))
		}
	}
	list, err := provisioned.Rules(root(t), provisioned.CollectorRules)
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	for _, r := range list {
		if r.Title == "" || r.For == "" || r.NoDataState == "" || r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
			t.Errorf("rule %s: needs a title, for, noDataState, summary and description", r.UID)
		}
		if r.Annotations["__dashboardUid__"] != d.UID || !panels[r.Annotations["__panelId__"]] {
			t.Errorf("rule %s: links to a panel that does not exist", r.UID)
		}
		if q := r.Data[0]; q.DatasourceUID != "footfall-prometheus" || q.Model["expr"] == nil || r.Condition != r.Data[len(r.Data)-1].RefID {
			t.Errorf("rule %s: %+v", r.UID, r.Data)
		}
	}
}

func panelExists(t *testing.T, r provisioned.Rule) {
	t.Helper()
	for _, d := range dashboards(t) {
		for _, p := range d.Panels {
			id, _ := json.Marshal(p.ID)
			if d.UID == r.Annotations["__dashboardUid__"] && string(id) == r.Annotations["__panelId__"] {
				return
			}
		}
	}
	t.Errorf("rule %s: links to a panel that does not exist", r.UID)
}

func TestIdentifiersAreFixedAndUnique(t *testing.T) {
	valid := regexp.MustCompile(`^[a-z0-9-]{1,40}$`)
	seen := map[string]bool{}
	claim := func(uid string) {
		if seen[uid] || !valid.MatchString(uid) {
			t.Errorf("uid %q is missing, malformed or used twice", uid)
		}
		seen[uid] = true
	}
	for _, d := range dashboards(t) {
		claim(d.UID)
		panels := map[int]bool{}
		for _, p := range d.Panels {
			if p.ID == 0 || panels[p.ID] {
				t.Errorf("%s: panel id %d is missing or used twice", d.File, p.ID)
			}
			panels[p.ID] = true
		}
	}
	for _, r := range rules(t) {
		claim(r.UID)
	}
}

func TestDataSourceTakesItsSecretsFromTheEnvironment(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root(t), "provisioning", "datasources", "footfall.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Datasources []struct {
			UID, Type, URL, User string
			JSONData             map[string]any    `yaml:"jsonData"`
			SecureJSONData       map[string]string `yaml:"secureJsonData"`
		}
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Datasources) != 1 {
		t.Fatalf("%d data sources, want 1", len(file.Datasources))
	}
	d := file.Datasources[0]
	if d.UID != provisioned.DataSourceUID || d.Type != pluginID {
		t.Errorf("uid %s, type %s", d.UID, d.Type)
	}
	for name, value := range map[string]any{
		"URL": d.URL, "NAME": d.JSONData["database"], "USER": d.User, "PASSWORD": d.SecureJSONData["password"], "SSLMODE": d.JSONData["sslmode"],
	} {
		if value != "$FOOTFALL_DB_"+name {
			t.Errorf("FOOTFALL_DB_%s is not used where it belongs: %v", name, value)
		}
	}
}

// The plugin brings the same dashboards along, so that they can be imported on the data source's page.
func TestPluginBringsTheDashboardsAlong(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root(t), "plugin.json"))
	if err != nil {
		t.Fatal(err)
	}
	var plugin struct {
		ID       string
		Includes []struct{ Type, Name, Path string }
	}
	if err := json.Unmarshal(text, &plugin); err != nil {
		t.Fatal(err)
	}
	if plugin.ID != pluginID {
		t.Errorf("the plugin's id is %s, the dashboards ask %s", plugin.ID, pluginID)
	}
	included := map[string]string{}
	for _, include := range plugin.Includes {
		if include.Type == "dashboard" {
			included[strings.TrimPrefix(include.Path, "dashboards/")] = include.Name
		}
	}
	for _, d := range dashboards(t) {
		if included[d.File] != d.Title {
			t.Errorf("plugin.json includes dashboards/%s as %q, want %q", d.File, included[d.File], d.Title)
		}
		delete(included, d.File)
	}
	for file := range included {
		t.Errorf("plugin.json includes dashboards/%s, which does not exist", file)
	}
}
