package twin

import (
	"github.com/footfall-analytics/footfall/pkg/model"
)

// heatmap makes up a heatmap, mostly over time, where several sources answer.
func (g generator) heatmap() *model.Heatmap {
	dimensions := []model.Dimension{model.HourOfDay, model.Weekday, model.Date, model.CalendarMonth}
	if g.chance(50) {
		dimensions = append(dimensions, model.ByProperty, model.ByProperty, model.ByBins, model.ByBins)
	}
	h := model.Heatmap{
		EventSelector: g.selector(15), X: pick(g, dimensions), Y: pick(g, dimensions),
		Value: pick(g, []model.HeatmapValue{model.Events, model.Events, model.Users, model.Sessions, model.EventsPerUser}),
	}
	if g.chance(50) {
		h.Filters = nil
	}
	for h.Y == h.X && h.X.OfTime() {
		h.Y = pick(g, dimensions)
	}
	h.XProperty, h.XLimit, h.XBins = g.axis(h.X)
	for h.YProperty = h.XProperty; h.YProperty == h.XProperty && !h.Y.OfTime(); {
		h.YProperty, h.YLimit, h.YBins = g.axis(h.Y)
	}
	if h.Y.OfTime() {
		h.YProperty = ""
	}
	if g.chance(20) {
		h.Breakdown = &model.Breakdown{Property: pick(g, properties), Limit: 1 + g.IntN(3)}
	}
	if g.chance(40) {
		g.page(&h)
	}
	return &h
}

// page makes the heatmap one of a page, with what may stand beside it.
func (g generator) page(h *model.Heatmap) {
	h.X, h.XProperty, h.XLimit, h.Y, h.YProperty, h.YLimit, h.Breakdown = model.ByBins, "metadata.x", 0, model.ByBins, "metadata.y", 0, nil
	bins := func() *model.Bins {
		return &model.Bins{Min: pick(g, []float64{0, 0, 5, 9.5}), Max: pick(g, []float64{20, 25, 30}), Count: 1 + g.IntN(7)}
	}
	h.XBins, h.YBins = bins(), bins()
	if g.chance(70) {
		h.Event = model.AnyEvent
	}
	if g.chance(90) {
		h.Elements = &model.Breakdown{Property: pick(g, properties), Limit: 1 + g.IntN(2)}
	}
	if g.chance(75) {
		selector := g.selector(20)
		if g.chance(50) {
			selector.Event = model.AnyEvent
		}
		h.Scroll = &model.Scroll{EventSelector: selector, Property: pick(g, []string{"metadata.y", "metadata.y", "metadata.channel", "metadata.cart.total"})}
	}
}

func (g generator) axis(d model.Dimension) (property string, limit int, bins *model.Bins) {
	switch d {
	case model.ByProperty:
		return pick(g, properties), 1 + g.IntN(4), nil
	case model.ByBins:
		b := model.Bins{Min: pick(g, []float64{-3, 0, 5, 9.5}), Max: pick(g, []float64{10, 100, 10.5}), Count: 1 + g.IntN(7)}
		if g.chance(40) {
			b.Count, b.Size = 0, pick(g, []float64{0.5, 1, 7, 0.35})
			b.Max = b.Min + 20
		}
		return pick(g, []string{"metadata.channel", "metadata.cart.total", `metadata.cart.a\.b`, "metadata.tags.0"}), 0, &b
	}
	return "", 0, nil
}
