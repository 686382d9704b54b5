package shop

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

// Each spot of the traffic has something to click on, at its place on the page that the events name.
func TestSiteHasWhatVisitorsClickOn(t *testing.T) {
	scripts := fstest.MapFS{"footfall.js": {Data: []byte("script")}, "footfall-overlay.js": {Data: []byte("overlay")}, "other.js": {Data: []byte("other")}}
	site, err := Site(scripts, "http://127.0.0.1:1", "PUBLIC+/=")
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string) (int, string) {
		w := httptest.NewRecorder()
		site.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w.Code, w.Body.String()
	}
	for event, path := range map[string]string{"visit": "/", "view_product": "/product/p1"} {
		code, html := get(path)
		if len(names[event]) != len(spots[event]) || code != http.StatusOK || !strings.Contains(html, `"overlayKey":"PUBLIC+/="`) {
			t.Errorf("%s: %d %s", path, code, html)
		}
		for i, s := range spots[event] {
			if want := fmt.Sprintf(`style="left: %v%%; top: %v%%">%s</a>`, s.value.x, s.value.y, names[event][i]); !strings.Contains(html, want) {
				t.Errorf("%s lacks %s", path, want)
			}
		}
	}
	for path, want := range map[string]string{"/footfall.js": "script", "/footfall-overlay.js": "overlay"} {
		if code, text := get(path); code != http.StatusOK || text != want {
			t.Errorf("%s: %d %s", path, code, text)
		}
	}
	if code, _ := get("/other.js"); code != http.StatusNotFound {
		t.Errorf("another file of the folder: %d", code)
	}
}
