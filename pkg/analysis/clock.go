package analysis

import (
	"slices"
	"sort"
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

// spans finds which spans hold a moment: from first to last, none if first is greater. The starts and the ends of the spans only grow.
type spans struct{ starts, ends []int64 }

func (s spans) of(us int64) (first, last int) {
	first = sort.Search(len(s.ends), func(i int) bool { return s.ends[i] > us })
	last = sort.Search(len(s.starts), func(i int) bool { return s.starts[i] > us }) - 1
	return first, last
}
