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
	c := calendar{s.Zone, s.WeekStart, q.Lifecycle.Interval.Period()}
	users := activeBuckets(q, q.Lifecycle.EventSelector, w, c, s)
	var rows []LifecycleRow
	for b := c.bucket(r.From); c.begin(b).Before(r.To); b++ {
		row := LifecycleRow{Start: c.begin(b), End: c.begin(b + 1)}
		for _, active := range users {
			now, before, earlier := active[b], active[b-1], false
			for other := range active {
				earlier = earlier || other < b-1
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
	// Users counts users by the number of buckets in which they were active: element 0 is for one bucket, the last element for all buckets
	// that have begun.
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
	for _, active := range activeBuckets(q, q.Stickiness.EventSelector, w, c, s) {
		n := 0
		for _, b := range begun {
			if active[b] {
				n++
			}
		}
		if n > 0 {
			answer.Users[n-1]++
		}
	}
	return answer
}

// activeBuckets returns the buckets, up to now, in which each user was active.
func activeBuckets(q *model.Query, selector model.EventSelector, w World, c calendar, s Settings) []map[int]bool {
	var users []map[int]bool
	for _, events := range w.byActor(model.UserActor) {
		active := map[int]bool{}
		for _, e := range events {
			if e.Time.Before(s.Now) && Picks(q, selector, e) {
				active[c.bucket(e.Time)] = true
			}
		}
		users = append(users, active)
	}
	return users
}
