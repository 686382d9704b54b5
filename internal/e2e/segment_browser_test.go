package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/internal/embedded"
)

// Segment's own library for browsers, unmodified and set up as the docs show it, against the real collector:
// internal/e2e/browser/segment.spec.ts says what is done there.
func TestSegmentLibraryInABrowser(t *testing.T) {
	c := startKeyedCollector(t, dbtest.Embedded(t))
	root, err := embedded.RepositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "docs", "sending-events.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "## With Segment's library for browsers")
	host := strings.TrimPrefix(c.URL, "http://")
	load := strings.NewReplacer("WRITE_KEY", c.key, "events.example.com", host, "'https'", "'http'").Replace(block(t, section, "js"))
	library := func(load string) string {
		return `<!doctype html><title>Shop</title><script src="/library/index.js"></script><script>
			const { AnalyticsBrowser } = AnalyticsNext;
			` + strings.Replace(load, "const analytics", "window.analytics", 1) + `</script>`
	}
	mux := pages(t, c)
	serve(mux, "GET /single/", "text/html", library(load))
	// In batches, and with the library's metrics.
	batching := strings.NewReplacer("cdnSettings: {", fmt.Sprintf("cdnSettings: { metrics: { sampleRate: 1, host: '%s/v1', protocol: 'http', flushTimer: 200 },", host),
		"protocol: 'http'", "protocol: 'http', deliveryStrategy: { strategy: 'batching', config: { size: 3, timeout: 500 } }").Replace(load)
	serve(mux, "GET /batching/", "text/html", library(batching))
	files := filepath.Join(root, "node_modules", "@segment", "analytics-next", "dist", "umd")
	if _, err := os.Stat(filepath.Join(files, "index.js")); err != nil {
		t.Fatal("Segment's library is not installed: run npm ci")
	}
	mux.Handle("GET /library/", http.StripPrefix("/library", http.FileServer(http.Dir(files))))
	server := httptest.NewServer(mux)
	defer server.Close()
	runInBrowser(t, server.URL, "segment")
}
