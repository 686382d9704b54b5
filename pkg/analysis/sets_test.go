package analysis

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Whatever the bounds, a time's bucket is the one that it lies in.
func TestBuckets(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		bounds := []int64{random.Int64N(1000) - 500}
		for range random.IntN(30) {
			bounds = append(bounds, bounds[len(bounds)-1]+random.Int64N(1<<random.IntN(20))) // empty ones too
		}
		b := newBuckets(bounds)
		for range 300 {
			at := bounds[0] - 10 + random.Int64N(bounds[len(bounds)-1]-bounds[0]+20)
			if random.IntN(3) == 0 {
				at = bounds[random.IntN(len(bounds))] - random.Int64N(2)
			}
			want := 0
			for want < len(bounds) && bounds[want] <= at {
				want++
			}
			if got := b.of(at); got != want {
				t.Fatalf("%d is in bucket %d of %v; want %d", at, got, bounds, want)
			}
			if end := b.end(want); end <= at {
				t.Fatalf("bucket %d of %v ends at %d", want, bounds, end)
			}
		}
	}
}

func TestSets(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for range 1000 {
		set := make([]uint64, 1+random.IntN(3))
		var members []int
		for range random.IntN(10) {
			bucket := random.IntN(64 * len(set))
			set[bucket>>6] |= 1 << (bucket & 63)
			members = append(members, bucket)
		}
		slices.Sort(members)
		members = slices.Compact(members)
		var got []int
		for b := nextIn(set, 0); b < 1<<20; b = nextIn(set, b+1) {
			got = append(got, b)
		}
		if !slices.Equal(got, members) {
			t.Fatalf("set of %v has %v", members, got)
		}
		last := -1
		if members != nil {
			last = members[len(members)-1]
		}
		if got := lastIn(set); got != last {
			t.Fatalf("the last of %v is %d", members, got)
		}
	}
}

// 445 thousand users with 1.8 million starts and 4 million returns in 90 days; 31 periods.
func BenchmarkRetention(b *testing.B) {
	const day = 86_400_000_000
	r := &Retention{Cohorts: 90, FirstTime: true, MinOccurrences: 1, Now: 90 * day}
	for d := range int64(90 + 31) {
		r.Bounds = append(r.Bounds, d*day)
	}
	for p := range 31 {
		r.Columns = append(r.Columns, model.Bracket{From: p, To: p})
	}
	random := rand.New(rand.NewPCG(1, 1))
	var actors [][]Event
	for actor := range int64(445_000) {
		events := make([]Event, 13)
		for i := range events {
			events[i] = Event{Actor: actor, Time: random.Int64N(90 * day), Picks: 2}
			if i < 4 {
				events[i].Picks = 1
			}
		}
		slices.SortFunc(events, byTime)
		actors = append(actors, events)
	}
	b.Run("first time", func(b *testing.B) { benchmarkTally(b, r, actors) })
	recurring := *r
	recurring.FirstTime = false
	b.Run("recurring", func(b *testing.B) { benchmarkTally(b, &recurring, actors) })
	several := *r
	several.MinOccurrences = 2
	b.Run("two returns", func(b *testing.B) { benchmarkTally(b, &several, actors) })
	b.Run("state", func(b *testing.B) {
		for b.Loop() {
			s := NewRetentionState(r)
			for _, events := range actors {
				s.Visit(b.Context(), events)
			}
			b.ReportMetric(float64(s.Bytes())/float64(len(actors)), "bytes/actor")
		}
	})
	b.Run("tally of a state merged with a small one", func(b *testing.B) {
		closed, open := NewRetentionState(r), NewRetentionState(r)
		for i, events := range actors {
			closed.Visit(b.Context(), events)
			if i%10 == 0 {
				open.Visit(b.Context(), []Event{{Actor: int64(i), Time: 90*day - 1, Picks: 2}})
			}
		}
		for b.Loop() {
			closed.Merge(open).Tally()
		}
	})
}

func byTime(a, b Event) int { return cmp.Compare(a.Time, b.Time) }

func benchmarkTally(b *testing.B, r *Retention, actors [][]Event) {
	for b.Loop() {
		t := NewRetentionTally(r)
		for _, events := range actors {
			t.Visit(b.Context(), events)
		}
	}
}
