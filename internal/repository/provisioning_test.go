package repository_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"text/template"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/footfall-analytics/footfall/internal/embedded"
	"github.com/footfall-analytics/footfall/internal/repository"
	"github.com/footfall-analytics/footfall/pkg/model"
)

const pluginID = "footfall-behavior-datasource"

func repositoryRoot(t *testing.T) string {
	t.Helper()
	root, err := embedded.RepositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func dashboards(t *testing.T) []repository.Dashboard {
	t.Helper()
	list, err := repository.Dashboards(repositoryRoot(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		t.Fatal("no dashboards found")
	}
	return list
}

func rules(t *testing.T) []repository.Rule {
	t.Helper()
	list, err := repository.Rules(repositoryRoot(t), repository.DataRules)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		t.Fatal("no alert rules found")
	}
	return list
}

// chooser returns the variable that lists a dashboard's data sources, and what its panels and queries name.
func chooser(d repository.Dashboard) (v repository.Variable, source repository.DataSource) {
	if len(d.Templating.List) == 0 {
		return v, source
	}
	v = d.Templating.List[0]
	_ = json.Unmarshal(v.Query, &source.Type)
	source.UID = "${" + v.Name + "}"
	return v, source
}

func TestDashboardsCanBeLoadedAnywhere(t *testing.T) {
	for _, d := range dashboards(t) {
		if d.Title == "" || d.Description == "" || d.Editable || d.TimeZone != "browser" || d.Time.From == "" || d.Time.To != "now" {
			t.Errorf("%s: needs a title and a description, editable false, time zone browser, a range up to now", d.File)
		}
		if d.SchemaVersion < 36 || d.SchemaVersion > 41 {
			t.Errorf("%s: schemaVersion %d is not classic JSON of Grafana 9.4 to 12", d.File, d.SchemaVersion)
		}
		v, source := chooser(d)
		if v.Type != "datasource" || source.Type != pluginID && source.Type != "prometheus" {
			t.Errorf("%s: its first variable must list data sources", d.File)
		}
		for _, v := range d.Templating.List[1:] {
			if v.DataSource != source {
				t.Errorf("%s: the variable %s asks %v", d.File, v.Name, v.DataSource)
			}
		}
	}
}

func TestPanelsExplainThemselves(t *testing.T) {
	core := map[string]bool{
		"bargauge": true, "stat": true, "table": true, "timeseries": true,
		"footfall-behavior-panel": true, // comes with the data source
	}
	for _, d := range dashboards(t) {
		for _, p := range d.Panels {
			at := d.File + ": panel " + p.Title
			if defaults := p.FieldConfig.Defaults; p.Title == "" || p.Description == "" || defaults.NoValue == "" || defaults.Unit == "" {
				t.Errorf("%s: needs a title, a description, a unit and a text for no data", at)
			}
			if !core[p.Type] {
				t.Errorf("%s: is of type %s, not one that every Grafana has", at, p.Type)
			}
		}
	}
}

// Panels lie side by side without gaps, none narrower than a fifth of the width: 256 pixels of a small screen.
func TestPanelsFillTheirRows(t *testing.T) {
	for _, d := range dashboards(t) {
		x, y := 0, 0
		for _, p := range d.Panels {
			g := p.GridPos
			if g.X != x || g.Y != y || g.W < 5 || g.H < 4 {
				t.Errorf("%s: panel %s is at %+v, want it at x %d, y %d, 5 or wider", d.File, p.Title, g, x, y)
			}
			if x += g.W; x == 24 {
				x, y = 0, y+g.H
			}
		}
		if x != 0 {
			t.Errorf("%s: the last row ends at %d, want 24", d.File, x)
		}
	}
}

func TestEveryQueryIsValidAndNamesNoDataSource(t *testing.T) {
	for _, d := range dashboards(t) {
		_, want := chooser(d)
		for _, p := range d.Panels {
			at := d.File + ": panel " + p.Title
			if p.DataSource != want || len(p.Targets) == 0 {
				t.Errorf("%s: data source %v, %d queries; want %v and a query", at, p.DataSource, len(p.Targets), want)
			}
			for _, raw := range p.Targets {
				var target struct{ DataSource repository.DataSource }
				if err := json.Unmarshal(raw, &target); err != nil || target.DataSource != want {
					t.Errorf("%s: a query names the data source %v, %v", at, target.DataSource, err)
				}
				if _, err := model.Parse(raw); err != nil && want.Type == pluginID {
					t.Errorf("%s: %v", at, err)
				}
			}
		}
	}
}

// What queries and titles name between ${ and } is a variable of their dashboard, and each variable is used.
func TestVariablesExistAndAreUsed(t *testing.T) {
	reference := regexp.MustCompile(`\$\{(\w+)`)
	for _, d := range dashboards(t) {
		used := map[string]bool{"filters": true} // Grafana adds ad-hoc filters by itself
		for _, p := range d.Panels {
			text := p.Title
			for _, target := range p.Targets {
				text += string(target)
			}
			for _, match := range reference.FindAllStringSubmatch(text, -1) {
				used[match[1]] = true
			}
		}
		known := map[string]bool{"filters": true}
		for _, v := range d.Templating.List {
			known[v.Name] = true
		}
		if !maps.Equal(used, known) {
			t.Errorf("%s: uses %v, has %v", d.File, used, known)
		}
	}
}

func TestAlertRulesAreCompleteByThemselves(t *testing.T) {
	for _, r := range rules(t) {
		explainsItself(t, r)
		refs := map[string]bool{}
		for _, q := range r.Data {
			refs[q.RefID] = true
			if q.DatasourceUID == "__expr__" {
				if input, _ := q.Model["expression"].(string); !refs[strings.TrimPrefix(input, "$")[:1]] {
					t.Errorf("rule %s: the input of expression %s is %q", r.UID, q.RefID, input)
				}
				continue
			}
			checkRuleQuery(t, r, q)
		}
		if !refs[r.Condition] {
			t.Errorf("rule %s: its condition %q is none of its queries", r.UID, r.Condition)
		}
	}
}

func checkRuleQuery(t *testing.T, r repository.Rule, q repository.RuleQuery) {
	t.Helper()
	if q.DatasourceUID != repository.DataSourceUID {
		t.Errorf("rule %s: query %s asks the data source %q", r.UID, q.RefID, q.DatasourceUID)
	}
	raw, err := json.Marshal(q.Model)
	if err != nil {
		t.Fatal(err)
	}
	query, err := model.Parse(raw)
	if err != nil {
		t.Errorf("rule %s: %v", r.UID, err)
		return
	}
	// A rule runs without a browser, which would tell its time zone.
	if query.TimeZone == "" || query.QueryType != model.QueryType(q.QueryType) || q.Model["refId"] != q.RefID {
		t.Errorf("rule %s: query %s needs a time zone, and its type and refId twice", r.UID, q.RefID)
	}
	var wait time.Duration // until who still has time has had it
	switch query.QueryType {
	case model.FunnelType:
		wait = query.Funnel.WindowDuration()
	case model.RetentionType:
		wait = 48 * time.Hour // day 1 is over
	}
	if span := q.RelativeTimeRange; time.Duration(span.To)*time.Second < wait || span.From <= span.To {
		t.Errorf("rule %s: the range of query %s must end %s ago, or users who still have time count as lost", r.UID, q.RefID, wait)
	}
}

// explainsItself demands texts, and a link to a panel that asks for the same kind of thing as the rule.
func explainsItself(t *testing.T, r repository.Rule) {
	t.Helper()
	if r.Title == "" || r.For == "" || r.NoDataState == "" || r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
		t.Errorf("rule %s: needs a title, for, noDataState, summary and description", r.UID)
	}
	for _, d := range dashboards(t) {
		for _, p := range d.Panels {
			if d.UID != r.Annotations["__dashboardUid__"] || strconv.Itoa(p.ID) != r.Annotations["__panelId__"] {
				continue
			}
			var query struct{ QueryType string }
			if err := json.Unmarshal(p.Targets[0], &query); err != nil || query.QueryType != r.Data[0].QueryType {
				t.Errorf("rule %s: links to the panel %s, which asks for %s, %v", r.UID, p.Title, query.QueryType, err)
			}
			return
		}
	}
	t.Errorf("rule %s: links to a panel that does not exist", r.UID)
}

// Grafana shows a rule's texts in every state, also in those without values and labels.
func TestRuleTextsReadInEveryState(t *testing.T) {
	text := func(any) string { return "1" }
	functions := template.FuncMap{"humanize": text, "humanizeDuration": text, "humanizePercentage": text}
	type value struct{ Value float64 }
	states := map[string]map[string]any{
		"firing":  {"values": map[string]value{"A": {1}, "B": {1}}, "labels": map[string]string{"user_id": "u"}},
		"no data": {"values": map[string]value{}, "labels": map[string]string{}},
	}
	for _, file := range []string{repository.DataRules, repository.CollectorRules} {
		list, err := repository.Rules(repositoryRoot(t), file)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			for state, data := range states {
				var out strings.Builder
				source := `{{ $values := .values }}{{ $labels := .labels }}` + r.Annotations["summary"] + "\n" + r.Annotations["description"]
				if err := template.Must(template.New(r.UID).Funcs(functions).Parse(source)).Execute(&out, data); err != nil {
					t.Errorf("rule %s, %s: %v", r.UID, state, err)
				}
				if strings.Contains(out.String(), "<no value>") {
					t.Errorf("rule %s, %s: %s", r.UID, state, out.String())
				}
			}
		}
	}
}

// The collector's rules ask Prometheus.
func TestCollectorRules(t *testing.T) {
	list, err := repository.Rules(repositoryRoot(t), repository.CollectorRules)
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	for _, r := range list {
		explainsItself(t, r)
		if q := r.Data[0]; q.DatasourceUID != "footfall-prometheus" || q.Model["expr"] == nil || r.Condition != r.Data[len(r.Data)-1].RefID {
			t.Errorf("rule %s: %+v", r.UID, r.Data)
		}
	}
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
	for _, file := range []string{repository.DataRules, repository.CollectorRules} {
		list, err := repository.Rules(repositoryRoot(t), file)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			claim(r.UID)
		}
	}
}

func TestDataSourceTakesItsSecretsFromTheEnvironment(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repositoryRoot(t), "provisioning", "datasources", "footfall.yaml"))
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
	if d.UID != repository.DataSourceUID || d.Type != pluginID {
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
	text, err := os.ReadFile(filepath.Join(repositoryRoot(t), "plugin.json"))
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
