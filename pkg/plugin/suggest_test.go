package plugin

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// Properties in objects are suggested by their paths, and every suggestion can be asked for; a property without a name is none.
func TestNestedPropertiesAreSuggested(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		long := strings.Repeat("n", 200)
		d := newDatasource(t, dsn, fmt.Sprintf(`
			('2026-03-01 10:00Z', 'ann', 'view', NULL, NULL, '{"context": {"campaign": {"source": "ads"}, "locale": "de"}, "": 1, "a": {"": 2, "b": null}}'),
			('2026-03-01 10:05Z', 'ann', 'view', NULL, NULL, '{"context": {"campaign": {"source": "mail"}}, "dotted.name": 1, "back\\slash": {"x.y": 1}, "list": [{"c": 1}], "none": {}}'),
			('2026-03-01 10:10Z', 'ann', 'view', NULL, NULL, '{"one": {"two": {"three": {"four": 4, "object": {"five": 5}}}}, "%%": {"drop table": 1}}'),
			('2026-03-01 10:15Z', 'ann', 'view', NULL, NULL, '[{"odd": 1}]'),
			('2026-03-01 10:20Z', 'ann', 'view', NULL, NULL, '{"%[1]s": {"%[1]s": {"%[1]s": {"%[1]s": 1}}}, "%[1]s1": {"%[1]s": {"%[1]s": {"%[1]s": {"%[1]s": 1}}}}}')`, long), nil)
		url := fmt.Sprintf("properties?event=view&from=%d&to=%d", march.From.UnixMilli(), march.To.UnixMilli())
		got := resource(t, d, &backend.CallResourceRequest{Method: "GET", Path: "properties", URL: url})
		var names []nameCount
		if got.Status != 200 || json.Unmarshal(got.Body, &names) != nil {
			t.Fatal(got)
		}
		var found []string
		for _, n := range names {
			if _, err := model.ParseProperty("property", n.Name); err != nil {
				t.Errorf("%s is suggested: %v", n.Name, err)
			}
			if strings.HasPrefix(n.Name, "metadata.") && len(n.Name) < 200 {
				found = append(found, fmt.Sprint(n.Name, " ", n.Count))
			}
		}
		want := []string{"metadata.context.campaign.source 2", "metadata.%.drop table 1", "metadata.a.b 1", `metadata.back\\slash.x\.y 1`, "metadata.context.locale 1", `metadata.dotted\.name 1`,
			"metadata.list 1", "metadata.one.two.three.four 1"}
		slices.Sort(found[1:])
		slices.Sort(want[1:])
		if !slices.Equal(found, want) {
			t.Errorf("%q, want %q", found, want)
		}
	})
}
