package analysis

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Span is a stretch of time, From inclusive, To exclusive.
type Span struct{ From, To time.Time }

// Trend is the answer to a trend: a line for each series and breakdown value, in their order.
type Trend struct {
	// Starts are the buckets' starts.
	Starts []time.Time
	// Begun is how many of the buckets have begun; the others lie in the future.
	Begun int
	// CutFront says that the range begins within the first bucket; CutBack, that the last bucket that has begun is not over, or
	// that the range ends within it.
	CutFront, CutBack bool
	Lines             []TrendLine
}

// TrendLine is one line.
type TrendLine struct {
	// Series is its place in the query.
	Series int
	// Place is the rank of the breakdown's value from 0, or [OtherPlace] or [NonePlace]; 0 without a breakdown.
	Place int
	// Text is the breakdown's value.
	Text string
	// Counts has a number for each bucket.
	Counts []int64
}

// InOrder are the places of a property's values in the order in which they are shown: the ranks, [OtherPlace], [NonePlace].
func InOrder[V any](places map[int]V) []int {
	order := slices.Collect(maps.Keys(places))
	slices.SortFunc(order, func(a, b int) int {
		if a >= 0 && b >= 0 {
			return cmp.Compare(a, b)
		}
		return cmp.Compare(b, a)
	})
	return order
}

// DistinctOverTime counts different actors over spans of time, for each selector by itself. An actor counts in every span in
// which it has an event. The spans' starts and ends both only grow; they may overlap.
type DistinctOverTime struct {
	spans spans
	// Counts has, for each selector, a number for each span.
	Counts [][]int64
	// upTo is, for each selector, the first span in which the present actor was not counted yet.
	upTo []int
}

// NewDistinctOverTime makes an empty count.
func NewDistinctOverTime(over []Span, selectors int) *DistinctOverTime {
	d := &DistinctOverTime{Counts: make([][]int64, selectors), upTo: make([]int, selectors)}
	for _, s := range over {
		d.spans.starts, d.spans.ends = append(d.spans.starts, Microseconds(s.From)), append(d.spans.ends, Microseconds(s.To))
	}
	for i := range d.Counts {
		d.Counts[i] = make([]int64, len(over))
	}
	return d
}

// Visit counts an actor.
func (d *DistinctOverTime) Visit(events []Event) {
	clear(d.upTo)
	for i := range events {
		first, last := d.spans.of(events[i].Time)
		for s := range d.Counts {
			if events[i].Picks&(1<<s) == 0 {
				continue
			}
			for span := max(first, d.upTo[s]); span <= last; span++ {
				d.Counts[s][span]++
			}
			d.upTo[s] = max(d.upTo[s], last+1)
		}
	}
}

// Merge adds what another count saw of other actors.
func (d *DistinctOverTime) Merge(o *DistinctOverTime) {
	for s := range d.Counts {
		for span := range d.Counts[s] {
			d.Counts[s][span] += o.Counts[s][span]
		}
	}
}
