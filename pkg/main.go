// Command gpx_footfall is the backend of the Footfall data source plugin. Grafana starts it.
package main

import (
	"os"
	"runtime/debug"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/datasource"

	"github.com/footfall-analytics/footfall/pkg/plugin"
)

func main() {
	debug.SetGCPercent(plugin.GCPercent)
	if err := datasource.Manage(plugin.ID, plugin.New, datasource.ManageOpts{}); err != nil {
		backend.Logger.Error("Plugin ended", "error", err)
		os.Exit(1)
	}
}
