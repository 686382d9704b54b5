package twin

import (
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Heatmap answers a heatmap query: the cells that are not empty, by their x and y. An hour is 0 to 23, a weekday 0
// (Sunday) to 6, a date its days since 1970-01-01.
func Heatmap(q *model.Query, w World, r Range, s Settings) map[[2]int]int {
	events := map[[2]int]int{}
	users := map[[2]int]map[string]bool{}
	for _, e := range w.Events {
		if !r.contains(e.Time) || !Picks(q, q.Heatmap.EventSelector, e) {
			continue
		}
		cell := [2]int{coordinate(q.Heatmap.X, e.Time.In(s.Zone)), coordinate(q.Heatmap.Y, e.Time.In(s.Zone))}
		events[cell]++
		if e.User != "" {
			if users[cell] == nil {
				users[cell] = map[string]bool{}
			}
			users[cell][e.User] = true
		}
	}
	if q.Heatmap.Value == model.Events {
		return events
	}
	counts := map[[2]int]int{}
	for cell, distinct := range users {
		counts[cell] = len(distinct)
	}
	return counts
}

func coordinate(d model.Dimension, local time.Time) int {
	switch d {
	case model.HourOfDay:
		return local.Hour()
	case model.Weekday:
		return int(local.Weekday())
	case model.Date:
		return dayNumber(local)
	}
	panic("twin: unknown dimension " + string(d))
}
