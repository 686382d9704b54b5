package queue

import (
	"sort"
	"time"
)

// arrivals tell about when records were appended. Times are on this process's monotonic clock.
type arrivals []arrival

type arrival struct {
	first uint64
	at    time.Time
}

const (
	arrivalStep = 100 * time.Millisecond
	// arrivalSteps keeps the list short in a long outage: a time is exact to this fraction of its age.
	arrivalSteps = 10_000
)

// add notes that the records from first on were appended now, unless the last note is near enough.
func (a *arrivals) add(first uint64, now time.Time) {
	if n := len(*a); n > 0 && now.Sub((*a)[n-1].at) < max(arrivalStep, now.Sub((*a)[0].at)/arrivalSteps) {
		return
	}
	*a = append(*a, arrival{first, now})
}

// of returns when a record was appended, or a little before; zero if that is not known.
func (a arrivals) of(number uint64) time.Time {
	n := sort.Search(len(a), func(i int) bool { return a[i].first > number })
	if n == 0 {
		return time.Time{}
	}
	return a[n-1].at
}

// forgetBefore forgets the records before a number.
func (a *arrivals) forgetBefore(number uint64) {
	n := sort.Search(len(*a), func(i int) bool { return (*a)[i].first > number })
	*a = (*a)[max(n-1, 0):]
}
