package analysis

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// BusyActors finds actors with many events at once.
type BusyActors struct {
	window, from, moreThan int64
	// Found has the actors, each with its largest number of events in a window, and the end of the first such window.
	Found []BusyActor
}

// BusyActor is an actor with more events at once than allowed.
type BusyActor struct {
	Key    int64
	Events int64
	// At is in microseconds since 2000.
	At int64
	// ActorID is the actor's id, set later.
	ActorID
}

// BusyList has the busiest actors, as many as the query lists; All is how many are busy.
type BusyList struct {
	Busiest []BusyActor
	All     int
}

// NewBusyActors looks for actors with more than the query's MoreThan events in a window that ends at from or later; such windows may begin
// before from.
func NewBusyActors(a *model.Anomalies, from time.Time) *BusyActors {
	return &BusyActors{window: a.WindowDuration().Microseconds(), from: Microseconds(from), moreThan: int64(a.MoreThan)}
}

// Visit looks at an actor, at all windows that end with an event: one of them has the largest number.
func (b *BusyActors) Visit(_ context.Context, events []Event) {
	actor := BusyActor{Key: events[0].Actor}
	first := 0
	for i := range events {
		for events[first].Time <= events[i].Time-b.window {
			first++
		}
		if n := int64(i - first + 1); events[i].Time >= b.from && n > actor.Events {
			actor.Events, actor.At = n, events[i].Time
		}
	}
	if actor.Events > b.moreThan {
		b.Found = append(b.Found, actor)
	}
}

// Busiest returns the n actors with the most events, the earlier one first among equals, and all that tie with the last one: their ids, not
// yet known, decide which of these to keep.
func Busiest(found []BusyActor, n int) []BusyActor {
	slices.SortFunc(found, compareBusy)
	for ; n < len(found); n++ {
		if compareBusy(found[n-1], found[n]) != 0 {
			return found[:n]
		}
	}
	return found
}

func compareBusy(a, b BusyActor) int {
	return cmp.Or(cmp.Compare(b.Events, a.Events), cmp.Compare(a.At, b.At))
}

// ByID sorts what [Busiest] returned, once the ids are set, and cuts it to n.
func ByID(found []BusyActor, n int) []BusyActor {
	slices.SortFunc(found, func(a, b BusyActor) int { return cmp.Or(compareBusy(a, b), CompareIDs(a.ActorID, b.ActorID)) })
	return found[:min(n, len(found))]
}

// ActiveQuarters are the quarter hours (UTC) that have any event, numbered from 1970 on.
type ActiveQuarters []int64

const quarterSeconds = 900

// Add adds the quarter hour of a time.
func (a *ActiveQuarters) Add(t time.Time) { *a = append(*a, floorDiv(t.Unix(), quarterSeconds)) }

// Sort returns the quarters in order, without duplicates.
func (a ActiveQuarters) Sort() ActiveQuarters {
	slices.Sort(a)
	return slices.Compact(a)
}

// weekBefore returns how many of the sorted quarters began in the seven days before a time.
func (a ActiveQuarters) weekBefore(t time.Time) int {
	begun := func(t time.Time) int {
		n, _ := slices.BinarySearchFunc(a, t, func(quarter int64, t time.Time) int {
			return time.Unix(quarter*quarterSeconds, 0).Compare(t)
		})
		return n
	}
	return begun(t) - begun(t.Add(-7*24*time.Hour))
}

// AtWork reports whether the week before the earlier time was active enough to count as history for the later time, see
// [model.MinActivity].
func (a ActiveQuarters) AtWork(earlier, later time.Time) bool {
	n := a.weekBefore(earlier)
	return n > 0 && n*model.MinActivity >= a.weekBefore(later)
}

// UnusualBucket is a bucket with its count and its usual range. Unknown numbers are nil.
type UnusualBucket struct {
	Start time.Time
	// Over says that the bucket is over.
	Over bool
	// Count is nil where the bucket has not begun.
	Count *int64
	// Expected, Low and High are the middle and the ends of the usual range.
	Expected, Low, High *float64
	// Score is how many deviations Count is above Expected; nil if the bucket is not over. Anomaly says whether the score is beyond the
	// limit.
	Score   *float64
	Anomaly *bool
}

// BucketCounts has counts by the start of their bucket, in microseconds since 1970; counts of 0 are absent.
type BucketCounts map[int64]int64

// CompareWeeks compares each bucket with the same bucket of the earlier weeks that are known, which history has.
func CompareWeeks(buckets []model.Range, history [][]model.Range, active ActiveQuarters, counts BucketCounts, now time.Time, deviations float64) []UnusualBucket {
	list := make([]UnusualBucket, len(buckets))
	for i, bucket := range buckets {
		list[i].Start, list[i].Over = bucket.From, !bucket.To.After(now)
		if bucket.From.Before(now) {
			n := counts[bucket.From.UnixMicro()]
			list[i].Count = &n
		}
		var known []int64
		for _, before := range history[i] {
			if !before.To.After(now) && active.AtWork(before.From, bucket.From) {
				known = append(known, counts[before.From.UnixMicro()])
			}
		}
		list[i].Expect(known, deviations)
	}
	return list
}

// Expect sets the usual range from the counts of the same bucket in earlier weeks, see [model.Anomalies]. With too few of them it sets
// nothing.
func (b *UnusualBucket) Expect(history []int64, deviations float64) {
	if len(history) < model.MinHistory {
		return
	}
	counts := make([]float64, len(history))
	for i, n := range history {
		counts[i] = float64(n)
	}
	expected := median(counts)
	distances := make([]float64, len(counts))
	for i, n := range counts {
		distances[i] = math.Abs(n - expected)
	}
	const normal = 1.4826 // the standard deviation of normal numbers, in median distances
	deviation := max(normal*median(distances), math.Sqrt(expected), 1)
	low, high := max(expected-deviations*deviation, 0), expected+deviations*deviation
	b.Expected, b.Low, b.High = &expected, &low, &high
	if b.Over {
		score := (float64(*b.Count) - expected) / deviation
		anomaly := math.Abs(score) > deviations
		b.Score, b.Anomaly = &score, &anomaly
	}
}

// median sorts the numbers.
func median(numbers []float64) float64 {
	slices.Sort(numbers)
	middle := len(numbers) / 2
	if len(numbers)%2 == 1 {
		return numbers[middle]
	}
	return (numbers[middle-1] + numbers[middle]) / 2
}
