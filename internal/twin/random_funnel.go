package twin

import (
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// funnel makes a funnel of few steps over few event names, so that events fill several steps and steps repeat.
func (g generator) funnel(window string, r Range) *model.Funnel {
	f := model.Funnel{
		Window:     window,
		Order:      pick(g, []model.FunnelOrder{model.Ordered, model.Ordered, model.Strict, model.Unordered}),
		Entry:      pick(g, []model.FunnelEntry{model.AnyStart, model.AnyStart, model.AnyStart, model.FirstStart}),
		EqualTimes: g.chance(30),
		Interval:   pick(g, []model.Interval{model.Daily, model.Weekly, model.Monthly}),
		Bins:       1 + g.IntN(8),
	}
	if r.To.Sub(r.From) < 30*24*time.Hour && g.chance(50) {
		f.Interval = model.Hourly
	}
	if g.chance(20) {
		f.Actor = model.SessionActor
	}
	steps := 2 + g.IntN(4)
	for range steps {
		f.Steps = append(f.Steps, model.FunnelStep{EventSelector: g.selector(8)})
	}
	if f.Order != model.Unordered {
		for i := 1; i < steps-1; i++ {
			f.Steps[i].Optional = g.chance(15)
		}
		main := len(f.MainSteps())
		for len(f.Exclusions) < 2 && g.chance(30) {
			from := 1 + g.IntN(main-1)
			f.Exclusions = append(f.Exclusions, model.Exclusion{EventSelector: g.selector(8), From: from, To: from + 1 + g.IntN(main-from)})
		}
	}
	if g.chance(50) {
		f.Breakdown = &model.Breakdown{Property: g.breakdownProperty(), Limit: 1 + g.IntN(4)}
		f.BreakdownBy = pick(g, []model.BreakdownBy{model.ByFirstStep, model.ByLastStep})
	}
	f.Actors = &model.FunnelActorList{Step: 1 + g.IntN(steps), Status: pick(g, []model.ActorStatus{model.Reached, model.Dropped, model.InProgress})}
	return &f
}
