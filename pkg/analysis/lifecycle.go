package analysis

import (
	"math/bits"
	"time"
)

// LifecycleBucket counts the users of one bucket; nil means not known yet.
type LifecycleBucket struct {
	Start time.Time
	// New, Returning and Resurrecting were active in the bucket; nil if it has not begun.
	New, Returning, Resurrecting *int64
	// Dormant were active in the previous bucket and not in this one; nil if this one is not over.
	Dormant *int64
	// Over says that the bucket is over.
	Over bool
}

// The numbers of a bucket.
const (
	newActors = iota
	returningActors
	resurrectingActors
	dormantActors
	lifecycleNumbers
)

// NewLifecycle asks for the lifecycle in the buckets between the bounds. The first bucket is there only for the second to be compared with.
func NewLifecycle(bounds []int64) *Activity {
	return &Activity{bounds: bounds, counts: lifecycleNumbers * (len(bounds) + 1), add: addLifecycle}
}

// addLifecycle adds an actor to the buckets' numbers. The numbers of one bucket are next to each other.
func addLifecycle(counts []int64, set []uint64, by int64) {
	last := len(counts)/lifecycleNumbers - 1 // the time after the last bucket, when nobody is active
	first, before := nextIn(set, 0), noBucket
	for w, word := range set {
		for ; word != 0; word &= word - 1 {
			bucket := w<<6 + bits.TrailingZeros64(word)
			number := resurrectingActors
			switch bucket {
			case first:
				number = newActors
			case before + 1:
				number = returningActors
			}
			counts[lifecycleNumbers*bucket+number] += by
			if before = bucket; bucket < last && !has(set, bucket+1) {
				counts[lifecycleNumbers*(bucket+1)+dormantActors] += by
			}
		}
	}
}

// Lifecycle returns the answer to [NewLifecycle]: all buckets between the bounds but the first. Buckets that begin after now are in the
// future.
func (t *ActivityTally) Lifecycle(now int64) []LifecycleBucket {
	bounds := t.activity.bounds
	list := make([]LifecycleBucket, len(bounds)-2)
	for i := range list {
		b := &list[i]
		begin, end := bounds[i+1], bounds[i+2]
		numbers := t.counts[lifecycleNumbers*(i+2):]
		b.Start, b.Over = TimeOf(begin), end <= now
		if begin < now {
			b.New, b.Returning, b.Resurrecting = &numbers[newActors], &numbers[returningActors], &numbers[resurrectingActors]
		}
		if b.Over {
			b.Dormant = &numbers[dormantActors]
		}
	}
	return list
}
