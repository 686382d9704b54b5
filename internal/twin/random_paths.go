package twin

import "github.com/footfall-analytics/footfall/pkg/model"

func (g generator) paths(window string) *model.Paths {
	p := model.Paths{
		EventSelector: g.selector(10), Direction: pick(g, []model.PathsDirection{model.PathsAfter, model.PathsBefore}),
		Steps: 1 + g.IntN(5), KeepRepeats: g.chance(30), Nodes: 1 + g.IntN(3), Limit: 1 + g.IntN(6),
		Property: pick(g, []string{"", "", "event_type", "page_url", "device_type", pick(g, properties)}),
	}
	if g.chance(40) {
		p.Actor = model.SessionActor
	} else if g.chance(70) {
		p.Gap = pick(g, []string{window, window, "15m", "2h", "40d"})
	}
	return &p
}
