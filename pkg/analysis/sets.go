package analysis

import (
	"math/bits"
	"slices"
)

// buckets finds the bucket of a time. Bucket 0 is the time before the first one, 1 is the first one, and the last number is the time after
// the last one. A table of equal stretches of time, none much longer than the shortest bucket, says where to look.
type buckets struct {
	bounds []int64
	table  []int16
	shift  int
}

func newBuckets(bounds []int64) buckets {
	b := buckets{bounds: bounds}
	span := bounds[len(bounds)-1] - bounds[0]
	shortest := span
	for i := 1; i < len(bounds); i++ {
		shortest = min(shortest, bounds[i]-bounds[i-1])
	}
	for 2<<b.shift <= shortest || span>>b.shift >= longestTable {
		b.shift++
	}
	bucket := 0
	for t := bounds[0]; t < bounds[len(bounds)-1]; t += 1 << b.shift {
		for t >= bounds[bucket+1] {
			bucket++
		}
		b.table = append(b.table, int16(bucket))
	}
	return b
}

func (b *buckets) of(t int64) int {
	if t < b.bounds[0] {
		return 0
	}
	if t >= b.bounds[len(b.bounds)-1] {
		return len(b.bounds)
	}
	i := int(b.table[(t-b.bounds[0])>>b.shift])
	for t >= b.bounds[i+1] {
		i++
	}
	return i + 1
}

// end returns the end of a bucket.
func (b *buckets) end(bucket int) int64 {
	if bucket == len(b.bounds) {
		return 1<<63 - 1
	}
	return b.bounds[bucket]
}

const noBucket = -1

func has(set []uint64, bucket int) bool { return set[bucket>>6]>>(bucket&63)&1 == 1 }

// nextIn returns the first bucket of a set from the given one on; a large number if there is none.
func nextIn(set []uint64, bucket int) int {
	at := bucket >> 6
	if at >= len(set) {
		return 1 << 30
	}
	for word := set[at] >> (bucket & 63) << (bucket & 63); ; word = set[at] {
		if word != 0 {
			return at<<6 + bits.TrailingZeros64(word)
		}
		if at++; at == len(set) {
			return 1 << 30
		}
	}
}

// lastIn returns the last bucket of a set; -1 if the set is empty.
func lastIn(set []uint64) int {
	for at := len(set) - 1; at >= 0; at-- {
		if set[at] != 0 {
			return at<<6 + 63 - bits.LeadingZeros64(set[at])
		}
	}
	return -1
}

// makeRoom doubles the list's room when less than one actor's is left: append by itself would copy large lists four times as often.
func makeRoom[T any](list []T) []T {
	if len(list)+maxSetWords > cap(list) {
		return slices.Grow(list, len(list)+maxSetWords)
	}
	return list
}

// longestTable is how many stretches the table may have.
const longestTable = 4096

// setWords returns how many words a set of the buckets between bounds has, with the times before and after them.
func setWords(bounds []int64) int { return (len(bounds) + 1 + 63) / 64 }

// mark adds to a set the buckets of the events that have one of the picks.
func (b *buckets) mark(set []uint64, events []Event, picks uint64) {
	end := int64(-1 << 63)
	for i := range events {
		if events[i].Picks&picks == 0 || events[i].Time < end {
			continue
		}
		bucket := b.of(events[i].Time)
		end = b.end(bucket)
		set[bucket>>6] |= 1 << (bucket & 63)
	}
}
