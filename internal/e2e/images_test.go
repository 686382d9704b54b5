package e2e

import (
	"encoding/json"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/footfall-analytics/footfall/internal/embedded"
)

// The command in the docs makes an image of each page for each class of viewport, as wide as the viewport and as high as the page, under the
// names that the panel's template reads (src/panel/views/clicks/pages.ts).
func TestImagesOfPagesInABrowser(t *testing.T) {
	root, err := embedded.RepositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`<!doctype html><meta name="viewport" content="width=device-width"><body style="margin: 0; height: 1600px">Shop`))
	}))
	defer server.Close()
	text, err := os.ReadFile(filepath.Join(root, "docs", "heatmap.md"))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	command := strings.NewReplacer("npx ", "npx --no-install ", "https://shop.example", server.URL, "pages/", folder+"/").Replace(block(t, string(text), "sh"))
	shell := exec.CommandContext(t.Context(), "sh", "-eu", "-c", command)
	shell.Dir, shell.Env = root, append(os.Environ(), "PLAYWRIGHT_BROWSERS_PATH="+playwrightBrowsers(t, root))
	if output, err := shell.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for viewport, width := range map[string]int{"mobile": 390, "tablet": 820, "desktop": 1440} {
		for _, name := range []string{"index", "pricing", "shop/index"} {
			file, err := os.Open(filepath.Join(folder, viewport, name+".png"))
			if err != nil {
				t.Error(err)
				continue
			}
			if image, err := png.DecodeConfig(file); err != nil || image.Width != width || image.Height != 1600 {
				t.Errorf("%s on %s is %d x %d, %v", name, viewport, image.Width, image.Height, err)
			}
			_ = file.Close()
		}
	}
}

// playwrightBrowsers returns a folder in which Playwright's command, which takes no other browser than its own, finds the browser of the tests.
func playwrightBrowsers(t *testing.T, root string) string {
	t.Helper()
	find := exec.CommandContext(t.Context(), "node", "-p", "require('./internal/e2e/browser.cjs').find()")
	find.Dir = root
	browser, err := find.Output()
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile(filepath.Join(root, "node_modules", "playwright-core", "browsers.json"))
	if err != nil {
		t.Fatal(err)
	}
	var known struct {
		Browsers []struct{ Name, Revision string }
	}
	if err := json.Unmarshal(list, &known); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for _, b := range known.Browsers {
		if b.Name != "chromium-headless-shell" {
			continue
		}
		// Where Playwright looks on Linux: elsewhere it has brought its own.
		own := filepath.Join(folder, "chromium_headless_shell-"+b.Revision, "chrome-headless-shell-linux64", "chrome-headless-shell")
		if err := os.MkdirAll(filepath.Dir(own), 0o750); err != nil {
			t.Fatal(err)
		}
		start := "#!/bin/sh\nexec '" + strings.TrimSpace(string(browser)) + "' --no-sandbox \"$@\"\n"
		if err := os.WriteFile(own, []byte(start), 0o700); err != nil { //nolint:gosec // a program
			t.Fatal(err)
		}
	}
	return folder
}
