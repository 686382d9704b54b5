package e2e

import (
	"flag"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/internal/embedded"
	"github.com/footfall-analytics/footfall/internal/preview"
	"github.com/footfall-analytics/footfall/internal/programs"
	"github.com/footfall-analytics/footfall/internal/shop"
)

// The preview page in a real browser: internal/e2e/browser says what is done there.
func TestPreviewInABrowser(t *testing.T) {
	runInBrowser(t, previewPage(t, dbtest.Embedded(t), 3000), "preview", "answers", "views")
}

// A data source without events, until the first one is sent as its page says.
func TestFirstEventInABrowser(t *testing.T) {
	dsn := dbtest.Embedded(t)
	collectorBinary, pluginBinary := buildPrograms(t)
	schema, conn := dbtest.Schema(t, dsn), dbtest.Connect(t, dsn)
	collector, err := programs.StartCollector(t.Context(), collectorBinary, dsn, schema, 0, t.TempDir(), t.Output())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(collector.Stop)
	plugin := startPlugin(t, pluginBinary, conn, schema, func(settings map[string]any) { settings["collectorUrl"] = collector.URL })
	t.Setenv("FOOTFALL_COLLECTOR_URL", collector.URL)
	runInBrowser(t, servePreview(t, plugin), "start")
}

var pictures = flag.Bool("pictures", false, "make the pictures of the docs anew, in docs/img")

// Of the demo's shop, with all its users.
func TestPictures(t *testing.T) {
	if !*pictures {
		t.Skip("makes no pictures without -pictures")
	}
	runInBrowser(t, previewPage(t, dbtest.Embedded(t), 7000), "pictures")
}

// previewPage serves the page, with the shop of that many users, until the test ends.
func previewPage(t *testing.T, dsn string, users int) (url string) {
	t.Helper()
	plugin, _ := openShop(t, dsn, users)
	return servePreview(t, plugin)
}

// servePreview serves the page with the plugin behind it until the test ends.
func servePreview(t *testing.T, plugin *preview.Plugin) (url string) {
	t.Helper()
	root, err := embedded.RepositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(root, programs.PreviewFolder)
	if _, err := os.Stat(filepath.Join(page, "index.html")); err != nil {
		t.Fatal("the preview page is not built: run npm run build:preview")
	}
	now := time.Now()
	server := httptest.NewServer(preview.Handler(preview.Options{
		Page: os.DirFS(page), Plugin: plugin, Questions: shop.Questions(),
		From: shop.Start(now, 30), To: now, TimeZone: shop.Zone.String(),
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// runInBrowser runs files of internal/e2e/browser with the pages at the URL.
func runInBrowser(t *testing.T, url string, names ...string) {
	t.Helper()
	root, err := embedded.RepositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"--no-install", "playwright", "test"}
	for _, name := range names {
		args = append(args, "browser/"+name+".spec.ts")
	}
	browser := exec.CommandContext(t.Context(), "npx", args...)
	browser.Dir = root
	browser.Env = append(os.Environ(), "FOOTFALL_PAGE_URL="+url)
	browser.Stdout, browser.Stderr = t.Output(), t.Output()
	if err := browser.Run(); err != nil {
		t.Error(err)
	}
}
