package analysis

import (
	"context"
	"math/bits"
	"slices"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

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

// TrendLine is one line of a trend.
type TrendLine struct {
	// Series is the index of the line's series in the query.
	Series int
	Group
	// Counts has a number for each bucket.
	Counts []int64
}

// DistinctOverTime counts different actors over spans of time, separately for several groups of events: by the scan's selectors, or by a
// property's values. An actor counts in every span in which it has an event. Spans may overlap, but their starts and ends only grow.
type DistinctOverTime struct {
	spans spans
	// Counts has, for each group, a number for each span.
	Counts [][]int64
	// groups has bit g set for each group g that an event is in.
	groups func(*Event) uint64
	// upTo is, for each group, the first span in which the present actor is not counted yet.
	upTo []int
}

// NewDistinctOverTime makes an empty count whose groups are the selectors of the scan.
func NewDistinctOverTime(over []model.Range, selectors int) *DistinctOverTime {
	return newDistinctOverTime(over, selectors, func(e *Event) uint64 { return e.Picks })
}

// NewDistinctOverTimeByValue makes an empty count whose groups are the values with the numbers from 1 to ranks, at most 62, then the
// other values, then no value.
func NewDistinctOverTimeByValue(over []model.Range, ranks int) *DistinctOverTime {
	return newDistinctOverTime(over, ranks+2, func(e *Event) uint64 {
		switch {
		case e.Value == 0:
			return 1 << (ranks + 1)
		case int(e.Value) > ranks:
			return 1 << ranks
		}
		return 1 << (e.Value - 1)
	})
}

func newDistinctOverTime(over []model.Range, groups int, of func(*Event) uint64) *DistinctOverTime {
	d := &DistinctOverTime{Counts: make([][]int64, groups), groups: of, upTo: make([]int, groups)}
	for _, s := range over {
		d.spans.starts, d.spans.ends = append(d.spans.starts, Microseconds(s.From)), append(d.spans.ends, Microseconds(s.To))
	}
	for i := range d.Counts {
		d.Counts[i] = make([]int64, len(over))
	}
	return d
}

// Visit counts an actor.
func (d *DistinctOverTime) Visit(_ context.Context, events []Event) {
	clear(d.upTo)
	for i := range events {
		first, last := d.spans.of(events[i].Time)
		for groups := d.groups(&events[i]); groups != 0; groups &= groups - 1 {
			g := bits.TrailingZeros64(groups)
			for span := max(first, d.upTo[g]); span <= last; span++ {
				d.Counts[g][span]++
			}
			d.upTo[g] = max(d.upTo[g], last+1)
		}
	}
}

// Merge adds another count, of other actors.
func (d *DistinctOverTime) Merge(o *DistinctOverTime) {
	for g := range d.Counts {
		for span := range d.Counts[g] {
			d.Counts[g][span] += o.Counts[g][span]
		}
	}
}

// Lines returns the groups that have actors, as lines of a series. values are the values with ranks, in their order.
func (d *DistinctOverTime) Lines(series int, values []string) []TrendLine {
	var list []TrendLine
	for g, counts := range d.Counts {
		line := TrendLine{Series: series, Counts: counts}
		switch g {
		case len(values):
			line.Place = OtherPlace
		case len(values) + 1:
			line.Place = NonePlace
		default:
			line.Group = Group{g, values[g]}
		}
		if slices.Max(counts) > 0 {
			list = append(list, line)
		}
	}
	return list
}
