package twin

import (
	"slices"
	"strconv"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// retention asks by the hour only over a range that has few of them.
func (g generator) retention(r Range) *model.Retention {
	m := model.Retention{
		Start: g.selector(6), Return: g.selector(6),
		Cohorts: pick(g, []model.Cohorts{model.FirstTime, model.Recurring}),
		Period:  pick(g, []model.Period{model.Day, model.Week, model.Month}),
		Periods: 1 + g.IntN(pick(g, []int{3, 10, 30})),
		Mode:    pick(g, []model.RetentionMode{model.On, model.OnOrAfter}),
	}
	if r.To.Sub(r.From) < 35*24*time.Hour && g.chance(50) {
		m.Period = model.Hour
	}
	if g.chance(40) {
		if g.chance(50) {
			m.Start = g.selector(50)
		}
		m.Return = m.Start
	}
	if g.chance(25) {
		m.Actor = model.SessionActor
	}
	if g.chance(35) {
		m.Brackets = g.brackets()
	}
	if m.Period != model.Month && g.chance(35) {
		m.Windows = model.Rolling
	}
	if g.chance(35) {
		m.MinOccurrences = 1 + g.IntN(3)
	}
	if g.chance(35) {
		m.Breakdown = &model.Breakdown{Property: g.breakdownProperty(), Limit: 1 + g.IntN(3)}
	}
	return &m
}

// brackets may overlap, and leave gaps.
func (g generator) brackets() []string {
	var starts []int
	for range 1 + g.IntN(4) {
		starts = append(starts, g.IntN(pick(g, []int{4, 40})))
	}
	slices.Sort(starts)
	var brackets []string
	for _, from := range slices.Compact(starts) {
		text := strconv.Itoa(from)
		if g.chance(50) {
			text += "-" + strconv.Itoa(from+1+g.IntN(10))
		}
		brackets = append(brackets, text)
	}
	return brackets
}
