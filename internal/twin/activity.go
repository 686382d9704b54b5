package twin

import (
	"slices"
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

// Sticky is the answer to a stickiness query.
type Sticky struct {
	// Users has the users by the number of buckets in which they were active: element 0 is those of one bucket, the last one those of
	// all that have begun.
	Users []int
	// Open says that the last bucket that has begun is not over.
	Open bool
}

// Stickiness counts for each user the buckets that touch the range, have begun, and saw the user.
func Stickiness(q *model.Query, w World, r Range, s Settings) Sticky {
	c := calendar{s.Zone, s.WeekStart, q.Stickiness.Interval}
	var begun []int
	var answer Sticky
	for b := c.bucket(r.From); c.begin(b).Before(r.To) && c.begin(b).Before(s.Now); b++ {
		begun = append(begun, b)
		answer.Open = c.begin(b + 1).After(s.Now)
	}
	answer.Users = make([]int, len(begun))
	for _, events := range w.byUser() {
		active := 0
		for _, b := range begun {
			if slices.ContainsFunc(events, func(e Event) bool {
				return c.bucket(e.Time) == b && e.Time.Before(s.Now) && Picks(q, q.Stickiness.EventSelector, e)
			}) {
				active++
			}
		}
		if active > 0 {
			answer.Users[active-1]++
		}
	}
	return answer
}
