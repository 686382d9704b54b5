package twin

import (
	"slices"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

func (g generator) timeline() *model.Timeline {
	t := model.Timeline{
		EventSelector: g.selector(20), Order: pick(g, []model.TimelineOrder{model.NewestFirst, model.OldestFirst}),
		Limit: pick(g, []int{1, 2, 5, 100}),
	}
	if g.chance(50) {
		t.Event = model.AnyEvent
	}
	if g.chance(30) {
		t.Session = pick(g, []string{"s1", "s2"})
	}
	if t.Session == "" || g.chance(50) {
		t.User = pick(g, []string{"u1", "u2", "U1", "nobody"})
	}
	return &t
}

// anomalies asks for short buckets only over a range that has few of them.
func (g generator) anomalies(window string, r Range) *model.Anomalies {
	a := model.Anomalies{
		EventSelector: g.selector(10), Actor: pick(g, []model.Actor{model.UserActor, model.UserActor, model.SessionActor}),
		Window: window, MoreThan: 1 + g.IntN(3), Limit: pick(g, []int{1, 2, 100}),
		Value:    pick(g, []model.AnomaliesValue{model.AnomalousEvents, model.AnomalousUsers}),
		Interval: model.EveryDay, Weeks: 3 + g.IntN(3), Deviations: pick(g, []float64{0.5, 1, 3.5}),
	}
	if slices.Contains([]string{"2d", "1w"}, window) {
		a.Window = "24h"
	}
	switch days := r.To.Sub(r.From) / (24 * time.Hour); {
	case days < 2 && g.chance(50):
		a.Interval = model.EveryQuarterHour
	case days < 7 && g.chance(75):
		a.Interval = model.EveryHour
	}
	return &a
}
