package frames

import (
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// elementsFrame makes a row for each element, the one with the most events first, then Other and (none), with its share of all events within the
// bins. The edges of its place are those of the bins that its events lie in.
func elementsFrame(h *model.Heatmap, answer []analysis.Element) *data.Frame {
	x, y := h.XBins.Edges(), h.YBins.Edges()
	places := map[int]analysis.Element{}
	for _, e := range answer {
		places[e.Place] = e
	}
	var found []analysis.Element
	var all int64
	for _, place := range analysis.InOrder(places) {
		found = append(found, places[place])
		all += places[place].Events
	}
	frame := data.NewFrame("elements",
		addGroupWords(newColumn(found, "element", func(e analysis.Element) string { return analysis.Group{Place: e.Place, Value: e.Text}.Title() })),
		newColumn(found, "events", func(e analysis.Element) int64 { return e.Events }),
		newColumn(found, "users", func(e analysis.Element) int64 { return e.Users }),
		setPercent(newColumn(found, "share", func(e analysis.Element) *float64 { return ratio(e.Events, all) })),
		newColumn(found, "left", func(e analysis.Element) float64 { return x[e.Left] }),
		newColumn(found, "top", func(e analysis.Element) float64 { return y[e.Top] }),
		newColumn(found, "right", func(e analysis.Element) float64 { return x[e.Right+1] }),
		newColumn(found, "bottom", func(e analysis.Element) float64 { return y[e.Bottom+1] }),
	)
	ensureCustom(frame).View = ClicksView
	return frame
}

// depthsFrame makes a row for each edge of the bins down: the users who came at least as far, and their share of those of whom it is known
// how far they came.
func depthsFrame(h *model.Heatmap, found []analysis.Depth) *data.Frame {
	edges := h.YBins.Edges()
	reached := make([]int64, len(edges))
	var all int64
	for _, d := range found {
		all += d.Users
		for i := range d.Edges {
			reached[i] += d.Users
		}
	}
	frame := data.NewFrame("scroll",
		newColumn(edges, "depth", func(edge float64) float64 { return edge }),
		newColumn(reached, "users", func(users int64) int64 { return users }),
		setPercent(newColumn(reached, "share", func(users int64) *float64 { return ratio(users, all) })),
	)
	ensureCustom(frame).View = ClicksView
	return frame
}
