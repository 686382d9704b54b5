package frames

import (
	"fmt"
	"strings"
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
		frame := SetView(Heatmap(panel, analysis.Heatmap{Cells: []analysis.HeatmapCell{{X: 1, Y: 1, Events: 3}}}), GridView)[0]
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

// A picture is that of one page, and of one class of viewport, where filters or the breakdown pick one.
func TestTheOnePageOfClicks(t *testing.T) {
	for _, test := range []struct {
		query, page, viewport string
	}{
		{`{}`, "", ""},
		{`{"filters":[{"property":"page_url","operator":"=","values":["/pricing"]}]}`, "/pricing", ""},
		{`{"filters":[{"property":"page_url","operator":"in","values":["/pricing"]},{"property":"device_type","operator":"=","values":["mobile"]}]}`, "/pricing", "mobile"},
		{`{"filters":[{"property":"device_type","operator":"=","values":["mobile"]},{"property":"metadata.viewport","operator":"=","values":["tablet"]}]}`, "", "tablet"},
		{`{"filters":[{"property":"page_url","operator":"in","values":["/a","/b"]}]}`, "", ""},
		{`{"filters":[{"property":"page_url","operator":"!=","values":["/a"]}]}`, "", ""},
		{`{"breakdown":{"property":"device_type"}}`, "", "desktop"},
		{`{"breakdown":{"property":"page_url"}}`, "desktop", ""},
		{`{"breakdown":{"property":"metadata.plan"}}`, "", ""},
	} {
		q := strings.TrimSuffix(test.query, "}")
		if q != "{" {
			q += ","
		}
		panel := parsePanel(t, `{"queryType":"heatmap","heatmap":`+q+`"x":"bins","xProperty":"metadata.x","xBins":{"min":0,"max":1440},
			"y":"bins","yProperty":"metadata.y","yBins":{"min":0,"max":900}}}`)
		c := ensureCustom(Heatmap(panel, analysis.Heatmap{Cells: []analysis.HeatmapCell{{Part: 0, PartText: "desktop", Events: 3}}})[0])
		if c.Page != test.page || c.Viewport != test.viewport {
			t.Errorf("%s: page %q, viewport %q", test.query, c.Page, c.Viewport)
		}
	}
	panel := parsePanel(t, `{"queryType":"heatmap","heatmap":{"breakdown":{"property":"device_type"},"x":"bins","xProperty":"metadata.x","xBins":{"min":0,"max":1440},
		"y":"bins","yProperty":"metadata.y","yBins":{"min":0,"max":900}}}`)
	for _, frame := range Heatmap(panel, analysis.Heatmap{Cells: []analysis.HeatmapCell{{Part: analysis.OtherPlace, Events: 3}, {Part: analysis.NonePlace, Events: 1}}}) {
		if c := ensureCustom(frame); c.Viewport != "" {
			t.Errorf("others have the viewport %q", c.Viewport)
		}
	}
}
