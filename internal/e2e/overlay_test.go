package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/internal/embedded"
	"github.com/footfall-analytics/footfall/internal/preview"
	"github.com/footfall-analytics/footfall/internal/programs"
	"github.com/footfall-analytics/footfall/internal/shop"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// sitePage is a page of a site, with a button far down and to the right. Its scripts are in files, as the policies of careful sites want it.
const sitePage = `<!doctype html>
<html><head><meta charset="utf-8"><title>Shop</title><script src="/footfall.js"%[1]s></script><script src="/init.js?%[2]s"%[1]s></script></head>
<body><div id="room"></div>
<button id="buy">Buy now</button><a href="#/route">Route</a></body></html>`

// siteScript starts the script for web pages as the page's address says, and lays the page out: policies forbid styles in the page.
const siteScript = `
const query = new URLSearchParams(document.querySelector('script[src*=init]').src.split('?')[1]);
footfall.init({endpoint: %q, writeKey: %q, autoClicks: true, ...(query.has('key') && {overlayKey: query.get('key')})});
addEventListener('DOMContentLoaded', () => {
  Object.assign(document.documentElement.style, {position: 'relative', marginLeft: '20px'});
  Object.assign(document.body.style, {margin: 0, height: query.get('height') ?? '3000px'});
  Object.assign(document.querySelector('#buy').style, {position: 'absolute', left: '280px', top: '1500px', width: '80px', height: '40px', border: 0, margin: 0});
});`

// The panel's link opens the page itself, with the clicks on it: internal/e2e/browser/overlay.spec.ts says what is done there. Site, collector,
// plugin and preview page are the real ones.
func TestOverlayInABrowser(t *testing.T) {
	c := startKeyedCollector(t, dbtest.Embedded(t))
	conn := dbtest.Connect(t, c.dsn)
	_, pluginBinary := buildPrograms(t)
	source, err := preview.DatabaseOf(conn).DataSource(c.schema)
	if err != nil {
		t.Fatal(err)
	}
	mux := pages(t, c)
	site := httptest.NewServer(mux)
	defer site.Close()
	private, public, err := preview.AddSite(&source, site.URL)
	if err != nil {
		t.Fatal(err)
	}
	serveSite(t, mux, c, public)
	plugin, err := preview.StartPlugin(pluginBinary, source, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plugin.Close)
	t.Setenv("FOOTFALL_SITE_URL", site.URL)
	t.Setenv("FOOTFALL_OVERLAY_KEY", private)
	runInBrowser(t, serveQuestions(t, plugin, overlayQuestions()), "overlay")
}

// serveSite serves pages below /page, with policies below /csp and /nonce, and below /no-key without the public key.
func serveSite(t *testing.T, mux *http.ServeMux, c *keyedCollector, public string) {
	t.Helper()
	root, err := embedded.RepositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	scripts := os.DirFS(filepath.Join(root, "sdk", "js", "dist"))
	for _, name := range []string{"footfall.js", "footfall-overlay.js"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, scripts, name) })
	}
	serve(mux, "GET /init.js", "text/javascript", fmt.Sprintf(siteScript, c.URL, c.key))
	html := func(policy, nonce, query string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			if policy != "" {
				w.Header().Set("Content-Security-Policy", policy+"; connect-src "+c.URL)
			}
			_, _ = fmt.Fprintf(w, sitePage, nonce, query)
		}
	}
	key := "key=" + strings.ReplaceAll(public, "+", "%2B")
	mux.HandleFunc("GET /page/", html("", "", key))
	mux.HandleFunc("GET /short/", html("", "", key+"&amp;height=1700px"))
	mux.HandleFunc("GET /no-key/", html("", "", ""))
	mux.HandleFunc("GET /csp/", html("default-src 'none'; script-src 'self'", "", key))
	mux.HandleFunc("GET /nonce/", html("default-src 'none'; script-src 'nonce-abc'", ` nonce="abc"`, key))
}

// overlayQuestions are about the clicks on two pages, in pixels, and on one of them in percent.
func overlayQuestions() []shop.Question {
	question := func(name, page string, options map[string]string) shop.Question {
		return shop.Question{Name: name, Query: model.Query{QueryType: model.HeatmapType, Heatmap: &model.Heatmap{
			EventSelector: model.EventSelector{Event: "click", Filters: []model.Filter{
				{Property: "page_url", Operator: model.Equal, Values: []string{page}}, {Property: "metadata.viewport", Operator: model.Equal, Values: []string{"desktop"}},
			}},
			X: model.ByBins, XProperty: "metadata.x", XBins: &model.Bins{Max: 1440, Count: 72},
			Y: model.ByBins, YProperty: "metadata.y", YBins: &model.Bins{Max: 3000, Count: 100}, Value: model.Events,
		}}, Options: options}
	}
	percent := question("Percent", "/page/percent", map[string]string{"pageUnit": "percent"})
	percent.Query.Heatmap.XBins, percent.Query.Heatmap.YBins = &model.Bins{Max: 100, Count: 50}, &model.Bins{Max: 100, Count: 50}
	return []shop.Question{
		question("Pixels", "/page/home", nil), question("Route", "/page/home#/route", nil), percent,
		question("Policy", "/csp/home", nil), question("Nonce", "/nonce/home", nil), question("Short", "/short/home", nil),
		question("No key", "/no-key/home", nil),
	}
}

// serveQuestions serves the preview page with questions about the last day until the test ends.
func serveQuestions(t *testing.T, plugin *preview.Plugin, questions []shop.Question) (url string) {
	t.Helper()
	root, err := embedded.RepositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	server := httptest.NewServer(preview.Handler(preview.Options{
		Page: os.DirFS(filepath.Join(root, programs.PreviewFolder)), Plugin: plugin, Questions: questions,
		From: now.Add(-time.Hour), To: now.Add(time.Hour), TimeZone: "UTC",
	}))
	t.Cleanup(server.Close)
	return server.URL
}
