package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend/gtime"

	"github.com/footfall-analytics/footfall/internal/embedded"
	"github.com/footfall-analytics/footfall/internal/preview"
	"github.com/footfall-analytics/footfall/internal/repository"
)

// Many panels that ask at once all end in answers: what waits for a connection does not run into the query timeout. Only a server has more
// than one session, with which the connections of a data source are used.
func TestManyPanelsAtOnceAllEndInAnswers(t *testing.T) {
	dsn := os.Getenv("FOOTFALL_TEST_DSN")
	if dsn == "" {
		t.Skip("FOOTFALL_TEST_DSN names no server")
	}
	root, err := embedded.RepositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	dashboards, err := repository.Dashboards(root)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		panels   int
		settings map[string]any
	}{
		"settings by default":        {50, map[string]any{"maxOpenConns": nil}},
		"one connection for all":     {50, map[string]any{"maxOpenConns": 1}},
		"waiting beyond the timeout": {300, map[string]any{"maxOpenConns": 1, "queryTimeout": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			plugin, events := openShopWith(t, dsn, 1000, func(settings map[string]any) {
				for setting, value := range c.settings {
					if settings[setting] = value; value == nil {
						delete(settings, setting)
					}
				}
			})
			askAtOnce(t, plugin, panelRequests(dashboards, choose(events), c.panels)[:c.panels])
		})
	}
}

func askAtOnce(t *testing.T, plugin *preview.Plugin, requests []panelRequest) {
	var wait sync.WaitGroup
	var failed atomic.Int32
	start := time.Now()
	for _, r := range requests {
		wait.Go(func() {
			if err := r.ask(t, plugin); err != nil && failed.Add(1) <= 3 {
				t.Errorf("%s: %v", r.name, err)
			}
		})
	}
	wait.Wait()
	t.Logf("of %d panels %d have no answer; the last one after %.1f s", len(requests), failed.Load(), time.Since(start).Seconds())
}

// panelRequest is what a panel asks when its dashboard is opened.
type panelRequest struct {
	name     string
	queries  []json.RawMessage
	from, to time.Time
}

// panelRequests returns at least n requests: those of all panels, again and again over ranges that differ, so that no answer serves two.
func panelRequests(dashboards []repository.Dashboard, fill *strings.Replacer, n int) []panelRequest {
	var list []panelRequest
	for shift := time.Duration(0); len(list) < n; shift += time.Hour {
		for _, d := range dashboards {
			if d.Templating.List[0].Name != "datasource" {
				continue // asks Prometheus
			}
			span := gtime.NewTimeRange(d.Time.From, d.Time.To)
			for _, p := range d.Panels {
				r := panelRequest{name: fmt.Sprintf("%s/%s, %s earlier", d.UID, p.Title, shift), from: span.MustGetFrom().Add(-shift), to: span.MustGetTo().Add(-shift)}
				for _, target := range p.Targets {
					r.queries = append(r.queries, json.RawMessage(fill.Replace(string(target))))
				}
				list = append(list, r)
			}
		}
	}
	return list
}

func (r *panelRequest) ask(t *testing.T, plugin *preview.Plugin) error {
	response, err := plugin.QueryData(t.Context(), r.queries, r.from, r.to)
	if err != nil {
		return err
	}
	for _, answer := range response.Responses {
		if answer.Error != nil {
			return answer.Error
		}
	}
	return nil
}
