package twin

import "github.com/footfall-analytics/footfall/pkg/model"

func (g generator) annotations() *model.Annotations {
	a := model.Annotations{
		EventSelector: g.selector(20), Mode: pick(g, []model.AnnotationsMode{model.EveryEvent, model.FirstOf}),
		Limit: pick(g, []int{1, 2, 5, 100}),
	}
	if a.Mode == model.FirstOf || g.chance(50) {
		a.Property = pick(g, properties)
	}
	return &a
}
