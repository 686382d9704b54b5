package analysis

import "math/bits"

// Stickiness is the answer to a question about stickiness.
type Stickiness struct {
	// Users has, at n-1, how many users were active in n buckets. It is as long as the number of buckets that have begun.
	Users []int64
	// Open says that the last of these buckets is not over.
	Open bool
}

// AtLeast returns, at n-1, how many users were active in n buckets or more. The first number is all active users.
func (s *Stickiness) AtLeast() []int64 {
	sums := make([]int64, len(s.Users))
	sum := int64(0)
	for i := len(sums) - 1; i >= 0; i-- {
		sum += s.Users[i]
		sums[i] = sum
	}
	return sums
}

// NewStickiness asks in how many of the buckets between the bounds actors were active.
func NewStickiness(bounds []int64) *Activity {
	return &Activity{bounds: bounds, counts: len(bounds), add: func(counts []int64, set []uint64, by int64) {
		n := 0
		for _, word := range set {
			n += bits.OnesCount64(word)
		}
		counts[n] += by
	}}
}

// Stickiness returns the answer to [NewStickiness]. Buckets that begin after now do not count.
func (t *ActivityTally) Stickiness(now int64) *Stickiness {
	s, bounds := &Stickiness{}, t.activity.bounds
	for i, begin := range bounds[:len(bounds)-1] {
		if begin < now {
			s.Users, s.Open = t.counts[1:i+2], bounds[i+1] > now
		}
	}
	return s
}
