package twin

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// AnomalyList is what a query for anomalies finds: busy actors or, if it asks for buckets, these.
type AnomalyList struct {
	Busy    []Busy
	Buckets []Unusual
}

// Anomalies answers a query for anomalies.
func Anomalies(q *model.Query, w World, r Range, s Settings) AnomalyList {
	if q.Anomalies.Output.OfActors() {
		return AnomalyList{Busy: busyActors(q, w, r)}
	}
	return AnomalyList{Buckets: unusualBuckets(q, w, r, s)}
}

// Busy is an actor with more events within a window than it may have.
type Busy struct {
	Actor
	Events int
	// At is when the first window with so many events ends.
	At time.Time
}

// busyActors returns all busy actors, the busiest first.
func busyActors(q *model.Query, w World, r Range) []Busy {
	a := q.Anomalies
	var found []Busy
	for actor, events := range w.byActor(a.Actor) {
		busy := Busy{Actor: actor}
		for _, last := range events {
			n := 0
			for _, e := range events {
				if Picks(q, a.EventSelector, e) && e.Time.After(last.Time.Add(-a.WindowDuration())) && !e.Time.After(last.Time) {
					n++
				}
			}
			if r.contains(last.Time) && Picks(q, a.EventSelector, last) && n > busy.Events {
				busy.Events, busy.At = n, last.Time
			}
		}
		if busy.Events > a.MoreThan {
			found = append(found, busy)
		}
	}
	slices.SortFunc(found, func(a, b Busy) int {
		return cmp.Or(cmp.Compare(b.Events, a.Events), a.At.Compare(b.At), CompareActors(a.Actor, b.Actor))
	})
	return found
}

// Unusual is a bucket of time.
type Unusual struct {
	Start       time.Time
	Begun, Over bool
	Count       int
	// Known says whether there is history enough; what follows is set only then.
	Known               bool
	Expected, Deviation float64
}

// unusualBuckets returns all buckets that touch the range.
func unusualBuckets(q *model.Query, w World, r Range, s Settings) []Unusual {
	c := weekly{calendar{zone: s.Zone, period: model.Day}, q.Anomalies.Interval}
	var buckets []Unusual
	for i := c.bucket(r.From); c.begin(i).Before(r.To); i++ {
		u := Unusual{Start: c.begin(i), Begun: c.begin(i).Before(s.Now), Over: !c.begin(i + 1).After(s.Now), Count: c.count(q, w, i, s.Now)}
		var history []float64
		for week := 1; week <= q.Anomalies.Weeks; week++ {
			before, ok := c.weeksBefore(i, week)
			if ok && w.atWork(c.begin(before), c.begin(i), s.Now) && !c.begin(before+1).After(s.Now) {
				history = append(history, float64(c.count(q, w, before, s.Now)))
			}
		}
		if u.Known = len(history) >= 3; u.Known {
			u.Expected = middle(history)
			var distances []float64
			for _, n := range history {
				distances = append(distances, math.Abs(n-u.Expected))
			}
			u.Deviation = math.Max(1.4826*middle(distances), math.Max(1, math.Sqrt(u.Expected)))
		}
		buckets = append(buckets, u)
	}
	return buckets
}

// atWork reports whether the week before a moment was active enough to count as history: it must have any event, and at least a twentieth
// as many different quarter hours with events as the week before the later moment.
func (w World) atWork(moment, later, now time.Time) bool {
	quarters := func(end time.Time) int {
		seen := map[int]bool{}
		for _, e := range w.Events {
			quarter := floorDiv(int(e.Time.Unix()), 900)
			begin := time.Unix(int64(quarter)*900, 0)
			if e.Time.Before(now) && begin.Before(end) && !begin.Before(end.Add(-7*24*time.Hour)) {
				seen[quarter] = true
			}
		}
		return len(seen)
	}
	n := quarters(moment)
	return n > 0 && 20*n >= quarters(later)
}

func middle(numbers []float64) float64 {
	slices.Sort(numbers)
	n := len(numbers)
	return (numbers[(n-1)/2] + numbers[n/2]) / 2
}

// weekly numbers the buckets of an interval. Of the calendar it uses the days.
type weekly struct {
	calendar
	interval model.AnomaliesInterval
}

func (c weekly) bucket(t time.Time) int {
	switch c.interval {
	case model.EveryQuarterHour:
		return floorDiv(int(t.Unix()), 900)
	case model.EveryHour:
		return calendar{zone: c.zone, period: model.Hour}.bucket(t)
	}
	return c.calendar.bucket(t)
}

func (c weekly) begin(bucket int) time.Time {
	switch c.interval {
	case model.EveryQuarterHour:
		return time.Unix(int64(bucket)*900, 0).In(c.zone)
	case model.EveryHour:
		return calendar{zone: c.zone, period: model.Hour}.begin(bucket)
	}
	return c.calendar.begin(bucket)
}

func (c weekly) count(q *model.Query, w World, bucket int, now time.Time) int {
	events, users := 0, map[string]bool{}
	for _, e := range w.Events {
		if c.bucket(e.Time) == bucket && e.Time.Before(now) && Picks(q, q.Anomalies.EventSelector, e) {
			events++
			users[e.User] = true
		}
	}
	if q.Anomalies.Value == model.AnomalousUsers {
		delete(users, "")
		return len(users)
	}
	return events
}

// weeksBefore looks through all buckets of the earlier date for one with the same hour, or quarter of an hour, on the clock.
func (c weekly) weeksBefore(bucket, weeks int) (int, bool) {
	date := dayNumber(c.begin(bucket)) - 7*weeks
	if c.interval == model.EveryDay {
		return date, true
	}
	for b := c.bucket(firstMoment(date, c.zone)); dayNumber(c.begin(b)) <= date; b++ {
		if dayNumber(c.begin(b)) == date && c.slot(b) == c.slot(bucket) {
			return b, c.length(b) == c.length(bucket)
		}
	}
	return 0, false
}

func (c weekly) length(bucket int) time.Duration { return c.begin(bucket + 1).Sub(c.begin(bucket)) }

func (c weekly) slot(bucket int) [2]int {
	local := c.begin(bucket)
	if c.interval == model.EveryHour {
		return [2]int{local.Hour()}
	}
	return [2]int{local.Hour(), local.Minute()}
}
