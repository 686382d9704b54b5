package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/internal/embedded"
	"github.com/footfall-analytics/footfall/internal/preview"
	"github.com/footfall-analytics/footfall/internal/programs"
	"github.com/footfall-analytics/footfall/internal/shop"
	"github.com/footfall-analytics/footfall/sql"
)

// openShop sends the made-up shop's last 30 days through the real collector into a schema of the test's own, and starts the
// real plugin on it. Everything ends with the test.
func openShop(t *testing.T, dsn string, users int) (*preview.Plugin, []shop.Event) {
	t.Helper()
	return openShopWith(t, dsn, users, func(map[string]any) {})
}

// openShopWith is openShop with other settings of the data source.
func openShopWith(t *testing.T, dsn string, users int, change func(settings map[string]any)) (*preview.Plugin, []shop.Event) {
	t.Helper()
	collectorBinary, pluginBinary := buildPrograms(t)
	schema, conn := dbtest.Schema(t, dsn), dbtest.Connect(t, dsn)
	collector, err := programs.StartCollector(t.Context(), collectorBinary, dsn, schema, 0, t.TempDir(), t.Output())
	if err != nil {
		t.Fatal(err)
	}
	events := shop.Generate(1, time.Now(), 30, users)
	err = shop.Send(t.Context(), collector.URL, events, func(int) {})
	if err == nil {
		err = collector.Settle(t.Context())
	}
	collector.Stop()
	if err != nil {
		t.Fatal(err)
	}
	if err := sql.RefreshRollups(t.Context(), conn, schema); err != nil {
		t.Fatal(err)
	}
	return startPlugin(t, pluginBinary, conn, schema, change), events
}

// startPlugin starts the plugin with a data source for the schema, until the test ends.
func startPlugin(t *testing.T, binary string, conn *pgx.Conn, schema string, change func(settings map[string]any)) *preview.Plugin {
	t.Helper()
	source, err := preview.DatabaseOf(conn).DataSource(schema)
	if err != nil {
		t.Fatal(err)
	}
	var settings map[string]any
	if err := json.Unmarshal(source.JSONData, &settings); err != nil {
		t.Fatal(err)
	}
	change(settings)
	if source.JSONData, err = json.Marshal(settings); err != nil {
		t.Fatal(err)
	}
	plugin, err := preview.StartPlugin(binary, source, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plugin.Close)
	return plugin
}

// buildPrograms builds collector and plugin as they are now.
func buildPrograms(t *testing.T) (collector, plugin string) {
	t.Helper()
	root, err := embedded.RepositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", folder, "./collector", "./pkg")
	build.Dir, build.Stderr = root, os.Stderr
	if err := build.Run(); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(folder, "collector"), filepath.Join(folder, "pkg")
}
