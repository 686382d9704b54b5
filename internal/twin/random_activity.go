package twin

import (
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

func (g generator) lifecycle(r Range) *model.Lifecycle {
	return &model.Lifecycle{EventSelector: g.selector(10), Interval: model.Interval(g.interval(r))}
}

func (g generator) stickiness(r Range) *model.Stickiness {
	return &model.Stickiness{EventSelector: g.selector(10), Interval: g.interval(r), AtLeast: 1 + g.IntN(4)}
}

// interval returns an hour only over a range that has few of them.
func (g generator) interval(r Range) model.Period {
	if r.To.Sub(r.From) < 30*24*time.Hour && g.chance(40) {
		return model.Hour
	}
	return pick(g, []model.Period{model.Day, model.Week, model.Month})
}
