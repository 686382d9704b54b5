package frames

import (
	"fmt"
	"testing"

	"github.com/footfall-analytics/footfall/pkg/analysis"
)

// Where both axes are places on a page, the picture is one of the page, as large as the bins are; else it is a grid.
func TestPlacesOnAPage(t *testing.T) {
	for _, test := range []struct {
		x, y   string
		isPage bool
	}{
		{"metadata.x", "metadata.y", true},
		{"metadata.page_x", "metadata.page_y", true},
		{"metadata.pageX", "metadata.pageY", true},
		{"metadata.y", "metadata.x", false},
		{"metadata.tax", "metadata.day", false},
		{"metadata.total", "metadata.y", false},
	} {
		panel := parsePanel(t, fmt.Sprintf(`{"queryType":"heatmap","heatmap":{"x":"bins","xProperty":%q,"xBins":{"min":0,"max":1440,"count":48},
			"y":"bins","yProperty":%q,"yBins":{"min":100,"max":330,"size":50}}}`, test.x, test.y))
		frame := SetView(Heatmap(panel, []analysis.HeatmapCell{{X: 1, Y: 1, Events: 3}}), GridView)[0]
		custom := ensureCustom(frame)
		if !test.isPage {
			if custom.View != GridView || custom.Area != nil {
				t.Errorf("%s, %s: view %s, area %v", test.x, test.y, custom.View, custom.Area)
			}
			continue
		}
		if want := (Area{Left: 0, Top: 100, Right: 1440, Bottom: 350}); custom.View != ClicksView || *custom.Area != want {
			t.Errorf("%s, %s: view %s, area %v, want %v", test.x, test.y, custom.View, custom.Area, want)
		}
	}
}
