package engine

import (
	"cmp"
	"slices"

	"github.com/footfall-analytics/footfall/pkg/analysis"
)

// bucketSize is about how many events a bucket of the sort holds: those of an actor or two.
const bucketSize = 8

// sort puts the events in order of actors and times, and returns them. Keys are hashes, spread evenly over their range, so dealing them into
// buckets leaves little to compare; and days are read in order, so an actor's events are nearly sorted.
func (b *buffer) sort() []analysis.Event {
	if len(b.events) == 0 {
		return nil
	}
	low, high := b.events[0].Actor, b.events[0].Actor
	for i := range b.events {
		low, high = min(low, b.events[i].Actor), max(high, b.events[i].Actor)
	}
	shift := 0
	for span := uint64(high) - uint64(low); span>>shift > uint64(len(b.events)/bucketSize); {
		shift++
	}
	ends := make([]int32, (uint64(high)-uint64(low))>>shift+1)
	for i := range b.events {
		ends[(uint64(b.events[i].Actor)-uint64(low))>>shift]++
	}
	sum := int32(0)
	for i, n := range ends {
		ends[i] = sum // the start, until the bucket is filled
		sum += n
	}
	if cap(b.scratch) < len(b.events) {
		b.scratch = make([]analysis.Event, cap(b.events))
	}
	b.scratch = b.scratch[:len(b.events)]
	for i := range b.events {
		at := &ends[(uint64(b.events[i].Actor)-uint64(low))>>shift]
		b.scratch[*at] = b.events[i]
		*at++
	}
	start := int32(0)
	for _, end := range ends {
		sortBucket(b.scratch[start:end])
		start = end
	}
	b.events, b.scratch = b.scratch, b.events
	return b.events
}

// insertable is how many nearly sorted events insertion sorts faster than anything else.
const insertable = 512

func sortBucket(events []analysis.Event) {
	if len(events) > insertable {
		slices.SortFunc(events, func(a, b analysis.Event) int {
			return cmp.Or(cmp.Compare(a.Actor, b.Actor), cmp.Compare(a.Time, b.Time))
		})
		return
	}
	for i := 1; i < len(events); i++ {
		e, j := events[i], i
		for j > 0 && (events[j-1].Actor > e.Actor || events[j-1].Actor == e.Actor && events[j-1].Time > e.Time) {
			events[j] = events[j-1]
			j--
		}
		events[j] = e
	}
}
