package e2e

import (
	"strings"
	"testing"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/internal/embedded"
	"github.com/footfall-analytics/footfall/internal/repository"
)

// Every panel of every dashboard gets an answer from a database without events, which says so.
func TestDashboardsOfAnEmptyDatabase(t *testing.T) {
	root, err := embedded.RepositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	dashboards, err := repository.Dashboards(root)
	if err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer("${event}", "visit", "${user}", "u-1", "${device}", "mobile", "${channel}", "email", "${page}", "/")
	dbtest.Each(t, func(t *testing.T, dsn string) {
		_, binary := buildPrograms(t)
		plugin := startPlugin(t, binary, dbtest.Connect(t, dsn), dbtest.Schema(t, dsn), func(map[string]any) {})
		for _, r := range panelRequests(dashboards, fill, 1) {
			response, err := plugin.QueryData(t.Context(), r.queries, r.from, r.to)
			if err != nil {
				t.Fatal(err)
			}
			for refID, answer := range response.Responses {
				if answer.Error != nil {
					t.Errorf("%s: query %s: %v", r.name, refID, answer.Error)
					continue
				}
				custom, _ := answer.Frames[0].Meta.Custom.(map[string]any)
				empty, _ := custom["empty"].(map[string]any)
				if empty["noEvents"] != true {
					t.Errorf("%s: query %s does not say that there are no events: %v", r.name, refID, custom)
				}
			}
		}
	})
}
