package twin

import (
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// LifecycleRow is the users of one bucket.
type LifecycleRow struct {
	Start, End                            time.Time
	New, Returning, Resurrecting, Dormant int
}

// Lifecycle looks at each user in each bucket.
func Lifecycle(q *model.Query, w World, r Range, s Settings) []LifecycleRow {
	c := calendar{s.Zone, s.WeekStart, q.Lifecycle.Interval}
	var rows []LifecycleRow
	for b := c.bucket(r.From); c.begin(b).Before(r.To); b++ {
		row := LifecycleRow{Start: c.begin(b), End: c.begin(b + 1)}
		for _, events := range w.byUser() {
			var now, before, earlier bool
			for _, e := range events {
				if !Picks(q, q.Lifecycle.EventSelector, e) || !e.Time.Before(s.Now) {
					continue
				}
				now = now || c.bucket(e.Time) == b
				before = before || c.bucket(e.Time) == b-1
				earlier = earlier || c.bucket(e.Time) < b-1
			}
			switch {
			case now && before:
				row.Returning++
			case now && earlier:
				row.Resurrecting++
			case now:
				row.New++
			case before:
				row.Dormant++
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// Stickiness counts users by the number of buckets in which they were active; element 0 is those of one bucket.
func Stickiness(q *model.Query, w World, r Range, s Settings) []int {
	c := calendar{s.Zone, s.WeekStart, q.Stickiness.Interval}
	users := make([]int, c.bucket(r.To.Add(-time.Nanosecond))-c.bucket(r.From)+1)
	for _, events := range w.byUser() {
		active := map[int]bool{}
		for _, e := range events {
			if Picks(q, q.Stickiness.EventSelector, e) && r.contains(e.Time) && e.Time.Before(s.Now) {
				active[c.bucket(e.Time)] = true
			}
		}
		if len(active) > 0 {
			users[len(active)-1]++
		}
	}
	return users
}

func (g generator) interval(r Range) model.Period {
	if r.To.Sub(r.From) < 30*24*time.Hour && g.chance(40) {
		return model.Hour
	}
	return pick(g, []model.Period{model.Day, model.Week, model.Month})
}
