package analysis

import (
	"slices"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Clock tells the local time of a zone within a range of time, fast enough to ask for each event.
type Clock struct {
	// changes are moments in microseconds since 2000: from changes[i] on, the zone is offsets[i] seconds ahead of UTC.
	changes, offsets []int64
}

// NewClock makes a clock for the times in [from, to).
func NewClock(zone *time.Location, from, to time.Time) *Clock {
	var c Clock
	for t := from.In(zone); ; {
		_, offset := t.Zone()
		c.changes, c.offsets = append(c.changes, Microseconds(t)), append(c.offsets, int64(offset))
		end := model.NextChange(t)
		if end.IsZero() || !end.Before(to) {
			return &c
		}
		t = end
	}
}

// Local returns the local time as seconds since 1970-01-01 0:00, as if there were no zones.
func (c *Clock) Local(us int64) int64 {
	i := len(c.changes) - 1
	if i > 0 {
		i, _ = slices.BinarySearch(c.changes, us+1)
		i = max(i-1, 0)
	}
	return floorDiv(us, 1e6) + epoch.Unix() + c.offsets[i]
}

// keepsTo reports whether the zone is ahead of UTC by multiples of a grain of so many microseconds, and changes at multiples of it.
func (c *Clock) keepsTo(grain int64) bool {
	for i, change := range c.changes {
		if i > 0 && change%grain != 0 || c.offsets[i]*1_000_000%grain != 0 {
			return false
		}
	}
	return true
}

// spans finds which spans hold a moment. The starts and the ends of the spans only grow.
type spans struct {
	// buckets are the stretches of time between two starts or ends; first and last have the spans that hold them, none where first is greater.
	buckets     buckets
	first, last []int
}

func newSpans(over []model.Range) spans {
	var bounds []int64
	for _, r := range over {
		bounds = append(bounds, Microseconds(r.From), Microseconds(r.To))
	}
	slices.Sort(bounds)
	bounds = slices.Compact(bounds)
	if len(bounds) < 2 { // nothing can lie in an empty span
		return spans{buckets: newBuckets([]int64{0, 1}), first: []int{1, 1, 1}, last: []int{0, 0, 0}}
	}
	s := spans{buckets: newBuckets(bounds), first: make([]int, len(bounds)+1), last: make([]int, len(bounds)+1)}
	for i := range s.first {
		s.first[i], s.last[i] = len(over), -1
		if i == 0 || i == len(bounds) {
			continue
		}
		for span, r := range over {
			if Microseconds(r.From) <= bounds[i-1] && bounds[i] <= Microseconds(r.To) {
				s.first[i], s.last[i] = min(s.first[i], span), span
			}
		}
	}
	return s
}

// of returns the first and the last span that hold a moment, none if first is greater, and until when it is the same.
func (s *spans) of(us int64) (first, last int, end int64) {
	bucket := s.buckets.of(us)
	return s.first[bucket], s.last[bucket], s.buckets.end(bucket)
}
