package twin

import (
	"strconv"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// trend asks by the hour only over a range that has few of them.
func (g generator) trend(r Range) *model.Trend {
	t := model.Trend{
		Value: pick(g, []model.TrendValue{
			model.TrendEvents, model.TrendEvents, model.TrendUsers, model.TrendSessions, model.TrendUsers7Days, model.TrendUsers30Days,
		}),
		Interval: pick(g, []model.Interval{model.Daily, model.Weekly, model.Monthly}),
	}
	if t.Value.RollingDays() == 0 && r.To.Sub(r.From) < 35*24*time.Hour && g.chance(50) {
		t.Interval = model.Hourly
	}
	for i := range g.IntN(4) {
		t.Series = append(t.Series, model.TrendSeries{EventSelector: g.selector(15), Label: strconv.Itoa(i)})
	}
	if g.chance(35) {
		t.Breakdown = &model.Breakdown{Property: g.breakdownProperty(), Limit: 1 + g.IntN(3)}
	}
	return &t
}
