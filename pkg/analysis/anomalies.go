package analysis

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// BusyActors finds actors with many events at once.
type BusyActors struct {
	window, from, moreThan int64
	// Found has an actor with its largest number of events in a window, and the end of the first window that has as many.
	Found []BusyActor
}

// BusyActor is an actor with more events at once than it may have.
type BusyActor struct {
	Key    int64
	Events int64
	// At is in microseconds since 2000.
	At int64
	// ActorID is its id, once it is known.
	ActorID
}

// BusyList is the busiest actors, as many as the query lists, of All that are busy.
type BusyList struct {
	Busiest []BusyActor
	All     int
}

// NewBusyActors looks for more than that many events in a window that ends at from or later; events before it are those of windows
// that reach back.
func NewBusyActors(a *model.Anomalies, from time.Time) *BusyActors {
	return &BusyActors{window: a.WindowDuration().Microseconds(), from: Microseconds(from), moreThan: int64(a.MoreThan)}
}

// Visit looks at an actor. The largest number is in a window that ends with an event.
func (b *BusyActors) Visit(events []Event) {
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

// Busiest returns the first n actors in order of their number of events, the earlier one first where it is equal, and those that share
// the last one's place, of whom the ids decide.
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

// ByID orders what [Busiest] returned, with its ids, and cuts it to n.
func ByID(found []BusyActor, n int) []BusyActor {
	slices.SortFunc(found, func(a, b BusyActor) int { return cmp.Or(compareBusy(a, b), CompareIDs(a.ActorID, b.ActorID)) })
	return found[:min(n, len(found))]
}

// ActiveQuarters are the quarter hours (UTC) in which anybody did anything, as numbers from 1970 on.
type ActiveQuarters []int64

const quarterSeconds = 900

// Add adds the quarter hour of a time.
func (a *ActiveQuarters) Add(t time.Time) { *a = append(*a, floorDiv(t.Unix(), quarterSeconds)) }

// Sort returns the same in order, each once.
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

// AtWork reports whether enough happened in the week before an earlier time to make it history for a later one, see
// [model.MinActivity].
func (a ActiveQuarters) AtWork(earlier, later time.Time) bool {
	n := a.weekBefore(earlier)
	return n > 0 && n*model.MinActivity >= a.weekBefore(later)
}

// UnusualBucket is a bucket and what was to be expected of it. What is not known is nil.
type UnusualBucket struct {
	Start time.Time
	// Over says that the bucket is.
	Over bool
	// Count is nil where the bucket has not begun.
	Count *int64
	// Expected, Low and High are the middle and the ends of the usual range.
	Expected, Low, High *float64
	// Score is how many deviations Count is above Expected; nil where the bucket is not over. Anomaly says whether that is too far.
	Score   *float64
	Anomaly *bool
}

// BucketCounts has counts by the start of their bucket, in microseconds since 1970; none for 0.
type BucketCounts map[int64]int64

// CompareWeeks compares buckets with the earlier ones that are known whole. history has, for each bucket, the same bucket of earlier weeks.
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

// Expect sets the usual range by the counts of the same bucket in earlier weeks, see [model.Anomalies]. Of too few nothing is said.
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
