package e2e

import (
	"fmt"
	"time"

	"github.com/footfall-analytics/footfall/internal/twin"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// expected is the frame that the twin's answer makes.
func expected(q *model.Query, w twin.World, r twin.Range, s twin.Settings) table {
	answer := twin.Ask(q, w, r, s)
	switch q.QueryType {
	case model.FunnelType:
		return funnelTable(q, w, r, s, answer.Funnel)
	case model.RetentionType:
		return retentionTable(q.Retention, answer.Retention)
	}
	return hoursTable(q.Heatmap, answer.Heatmap, r, s)
}

func share(part, whole int) any {
	if whole == 0 {
		return nil
	}
	return float64(part) / float64(whole)
}

// place is one position on an axis of a heatmap: the twin's number for it, the frame's, and the label.
type place struct {
	number int
	value  any
	label  string
}

func hoursTable(h *model.Heatmap, counts map[[2]int]int, r twin.Range, s twin.Settings) table {
	t := table{Fields: []string{"x", "y", string(h.Value)}}
	for _, x := range places(h.X, r, s) {
		for j, y := range places(h.Y, r, s) {
			t.Rows = append(t.Rows, []any{x.value, float64(j), float64(counts[[2]int{x.number, y.number}])})
		}
	}
	for _, y := range places(h.Y, r, s) {
		t.Labels = append(t.Labels, y.label)
	}
	return t
}

func places(d model.Dimension, r twin.Range, s twin.Settings) []place {
	var all []place
	switch d {
	case model.HourOfDay:
		for hour := range 24 {
			all = append(all, place{hour, float64(hour), fmt.Sprintf("%02d:00", hour)})
		}
	case model.Weekday:
		for i := range 7 {
			day := (int(s.WeekStart) + i) % 7
			all = append(all, place{day, float64(i), time.Weekday(day).String()[:3]})
		}
	case model.Date:
		first, last := civil(r.From.In(s.Zone)), civil(r.To.Add(-time.Nanosecond).In(s.Zone))
		for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
			date := day.Format(time.DateOnly)
			all = append(all, place{int(day.Unix() / 86400), date, date})
		}
	}
	return all
}

// civil is the local date, as a midnight in UTC.
func civil(local time.Time) time.Time {
	return time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
}
