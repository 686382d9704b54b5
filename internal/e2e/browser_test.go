package e2e

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/footfall-analytics/footfall/internal/build"
	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/internal/embedded"
	"github.com/footfall-analytics/footfall/internal/preview"
	"github.com/footfall-analytics/footfall/internal/shop"
)

// The preview page in a real browser: internal/e2e/browser says what is done there.
func TestPreviewInABrowser(t *testing.T) {
	root, err := embedded.RepositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(root, build.Preview)
	if _, err := os.Stat(filepath.Join(page, "index.html")); err != nil {
		t.Fatal("the preview page is not built: run npm run build:preview")
	}
	plugin, _ := openShop(t, dbtest.Embedded(t), 3000)
	now := time.Now()
	server := httptest.NewServer(preview.Handler(preview.Options{
		Page: os.DirFS(page), Plugin: plugin, Questions: shop.Questions(),
		From: shop.Start(now, 30), To: now, TimeZone: shop.Zone.String(),
	}))
	defer server.Close()
	runInBrowser(t, "preview", server.URL)
}

// runInBrowser runs a file of internal/e2e/browser with the pages at the URL.
func runInBrowser(t *testing.T, name, url string) {
	t.Helper()
	root, err := embedded.RepositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	browser := exec.CommandContext(t.Context(), "npx", "--no-install", "playwright", "test", "browser/"+name+".spec.ts")
	browser.Dir = root
	browser.Env = append(os.Environ(), "FOOTFALL_PAGE_URL="+url)
	if output, err := browser.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	} else {
		t.Logf("%s", output)
	}
}
