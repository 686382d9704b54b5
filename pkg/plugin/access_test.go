package plugin

import (
	"fmt"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/pkg/model"
)

const steps = `"steps":[{"event":"view"},{"event":"pay"}]`

// ofPeopleQueries tell of single users or sessions, at the place that each names.
var ofPeopleQueries = map[string]string{
	`{"queryType":"funnel","funnel":{` + steps + `,"output":"actors"}}`:                                               "funnel.output",
	`{"queryType":"funnel","funnel":{` + steps + `,"breakdown":{"property":"session_id"}}}`:                           "funnel.breakdown.property",
	`{"queryType":"funnel","funnel":{"steps":[{"event":"view"},{"event":"pay","filters":[` + ann + `]}]}}`:            "funnel.steps[1].filters[0].property",
	`{"queryType":"retention","retention":{` + returns + `,"output":"actors","actors":{"cohort":"2026-03-01"}}}`:      "retention.output",
	`{"queryType":"timeline","timeline":{"user":"ann"}}`:                                                              "timeline",
	`{"queryType":"anomalies","anomalies":{"output":"actors"}}`:                                                       "anomalies.output",
	`{"queryType":"anomalies","anomalies":{"output":"actor_peaks"}}`:                                                  "anomalies.output",
	`{"queryType":"trend","trend":{"breakdown":{"property":"user_id"}}}`:                                              "trend.breakdown.property",
	`{"queryType":"trend","trend":{},"filters":[` + ann + `]}`:                                                        "filters[0].property",
	`{"queryType":"heatmap","heatmap":{"x":"property","xProperty":"user_id"}}`:                                        "heatmap.xProperty",
	`{"queryType":"heatmap","heatmap":{"breakdown":{"property":"session_id"}}}`:                                       "heatmap.breakdown.property",
	`{"queryType":"paths","paths":{"event":"view","property":"user_id"}}`:                                             "paths.property",
	`{"queryType":"annotations","annotations":{"event":"view","mode":"first_of","property":"user_id"}}`:               "annotations.property",
	`{"queryType":"lifecycle","lifecycle":{"filters":[{"property":"user_id","operator":"contains","values":["a"]}]}}`: "lifecycle.filters[0].property",
}

const (
	ann     = `{"property":"user_id","operator":"=","values":["ann"]}`
	returns = `"start":{"event":"view"},"return":{"event":"pay"}`
)

// ofNumbersQueries are everybody's.
var ofNumbersQueries = []string{
	`{"queryType":"funnel","funnel":{` + steps + `,"breakdown":{"property":"device_type"}}}`,
	`{"queryType":"retention","retention":{` + returns + `}}`,
	`{"queryType":"anomalies","anomalies":{"output":"actor_count"}}`,
	`{"queryType":"trend","trend":{"value":"users"},"filters":[{"property":"user_id","operator":"isSet"}]}`,
}

func as(role string) backend.PluginContext {
	return backend.PluginContext{User: &backend.User{Login: "someone", Role: role}}
}

func TestViewersSeeNoSinglePeopleWhereTheyAreHidden(t *testing.T) {
	dsn := dbtest.Embedded(t)
	d := newDatasource(t, dsn, shop, map[string]any{"hideUsersFromViewers": true})
	for query, place := range ofPeopleQueries {
		// Editors and alert rules go first: what was answered to them must not reach viewers.
		for _, asker := range []backend.PluginContext{as("Editor"), as("Admin"), {}} {
			if response := queryAs(t, d, asker, query); response.Error != nil {
				t.Errorf("%s: %v", query, response.Error)
			}
		}
		for _, role := range []string{"Viewer", "None", ""} {
			response := queryAs(t, d, as(role), query)
			if response.Error == nil || !strings.HasPrefix(response.Error.Error(), place+" tells of single users") || fieldsOf(response) > 0 {
				t.Errorf("%s as %q: %v, %d fields; want an error at %s", query, role, response.Error, fieldsOf(response), place)
			}
			if response.Status != backend.StatusForbidden || response.ErrorSource != backend.ErrorSourceDownstream {
				t.Errorf("%s: status %d by %s", query, response.Status, response.ErrorSource)
			}
		}
	}
	for _, query := range ofNumbersQueries {
		if response := queryAs(t, d, as("Viewer"), query); response.Error != nil {
			t.Errorf("%s: %v", query, response.Error)
		}
	}
	for property, want := range map[string]int{"user_id": 403, "session_id": 403, "device_type": 200} {
		if status := valuesAs(t, d, as("Viewer"), property); status != want {
			t.Errorf("values of %s for viewers: %d; want %d", property, status, want)
		}
		if status := valuesAs(t, d, as("Editor"), property); status != 200 {
			t.Errorf("values of %s for editors: %d", property, status)
		}
	}
}

func TestViewersSeePeopleUnlessTheyAreHidden(t *testing.T) {
	d := newDatasource(t, dbtest.Embedded(t), shop, nil)
	for query := range ofPeopleQueries {
		if response := queryAs(t, d, as("Viewer"), query); response.Error != nil {
			t.Errorf("%s: %v", query, response.Error)
		}
	}
	if status := valuesAs(t, d, as("Viewer"), "user_id"); status != 200 {
		t.Errorf("values: %d", status)
	}
}

func queryAs(t *testing.T, d *Datasource, asker backend.PluginContext, text string) backend.DataResponse {
	t.Helper()
	response, err := d.QueryData(t.Context(), &backend.QueryDataRequest{
		PluginContext: asker,
		Queries:       []backend.DataQuery{{RefID: "A", JSON: []byte(text), TimeRange: march}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return response.Responses["A"]
}

// valuesAs returns the status of the suggestions of a property's values.
func valuesAs(t *testing.T, d *Datasource, asker backend.PluginContext, property string) int {
	t.Helper()
	url := fmt.Sprintf("values?property=%s&from=%d&to=%d", property, march.From.UnixMilli(), march.To.UnixMilli())
	return resource(t, d, &backend.CallResourceRequest{PluginContext: asker, Method: "GET", Path: "values", URL: url}).Status
}

// fieldsOf returns how many fields a response has in all its frames.
func fieldsOf(response backend.DataResponse) (fields int) {
	for _, frame := range response.Frames {
		fields += len(frame.Fields)
	}
	return fields
}

// TestEveryKindHasAnAnswer looks for every type, and for every output that the error of an unknown one names.
func TestEveryKindHasAnAnswer(t *testing.T) {
	named := map[kind]bool{}
	for _, queryType := range []model.QueryType{model.HeatmapType, model.TrendType, model.LifecycleType, model.TimelineType, model.AnnotationsType} {
		named[kind{queryType, ""}] = true
	}
	for queryType, part := range map[model.QueryType]string{
		model.FunnelType: steps, model.RetentionType: returns, model.StickinessType: `"event":"view"`,
		model.PathsType: `"event":"view"`, model.AnomaliesType: `"event":"view"`,
	} {
		_, err := model.Parse(fmt.Appendf(nil, `{"queryType":%q,%[1]q:{%s,"output":"?"}}`, queryType, part))
		if err == nil {
			t.Fatalf("%s takes an output that does not exist", queryType)
		}
		_, words, _ := strings.Cut(err.Error(), "; use ")
		for _, output := range strings.FieldsFunc(strings.ReplaceAll(words, " or ", ","), func(r rune) bool { return r == ',' || r == ' ' }) {
			named[kind{queryType, output}] = true
		}
	}
	for k := range named {
		if _, found := answers[k]; !found {
			t.Errorf("%+v has no answer", k)
		}
	}
	if len(answers) != len(named) {
		t.Errorf("%d answers for %d kinds", len(answers), len(named))
	}
}
