package analysis

import (
	"context"
	"math"
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
	// groupsOf has bit g set for each group g that an event is in.
	groupsOf func(*Event) uint64
	// upTo is, for each group, the first span in which the present actor is not counted yet.
	upTo []int
}

// NewDistinctOverTime makes an empty count whose groups are the selectors of the scan.
func NewDistinctOverTime(over []model.Range, selectors int) *DistinctOverTime {
	return newDistinctOverTime(over, selectors, func(e *Event) uint64 { return e.Picks })
}

func newDistinctOverTime(over []model.Range, groups int, of func(*Event) uint64) *DistinctOverTime {
	d := &DistinctOverTime{spans: newSpans(over), Counts: make([][]int64, groups), groupsOf: of, upTo: make([]int, groups)}
	for i := range d.Counts {
		d.Counts[i] = make([]int64, len(over))
	}
	return d
}

// Visit counts an actor.
func (d *DistinctOverTime) Visit(_ context.Context, events []Event) {
	clear(d.upTo)
	first, last, end := 0, 0, int64(math.MinInt64)
	for i := range events {
		if events[i].Time >= end {
			first, last, end = d.spans.of(events[i].Time)
		}
		for groups := d.groupsOf(&events[i]); groups != 0; groups &= groups - 1 {
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

// DistinctByValue counts different actors over spans of time by a property's values.
type DistinctByValue struct {
	DistinctOverTime
	ByValue
}

// NewDistinctByValue makes an empty count.
func NewDistinctByValue(over []model.Range, grouping Grouping) *DistinctByValue {
	return &DistinctByValue{
		*newDistinctOverTime(over, MaxGroups, func(e *Event) uint64 { return 1 << grouping(e.Value) }),
		ByValue{grouping: grouping},
	}
}

// Visit counts an actor.
func (d *DistinctByValue) Visit(ctx context.Context, events []Event) {
	d.DistinctOverTime.Visit(ctx, events)
	d.addActor(events)
}

// Merge adds another count, of other actors.
func (d *DistinctByValue) Merge(o *DistinctByValue) {
	d.DistinctOverTime.Merge(&o.DistinctOverTime)
	d.merge(&o.ByValue)
}

// Lines returns the groups that have actors, as lines of a series in the order on screen.
func (d *DistinctByValue) Lines(series int, ranking *Ranking) []TrendLine {
	return linesOf(series, d.groups(ranking), d.Counts)
}

// linesOf returns the groups' counts that are not all zero, as lines of a series in the order on screen.
func linesOf(series int, groups map[int]Group, counts [][]int64) []TrendLine {
	lines := map[int]TrendLine{}
	for i, group := range groups {
		if slices.Max(counts[i]) > 0 {
			lines[group.Place] = TrendLine{Series: series, Group: group, Counts: counts[i]}
		}
	}
	var list []TrendLine
	for _, place := range InOrder(lines) {
		list = append(list, lines[place])
	}
	return list
}

// EventsByValue counts events over buckets of time by a property's values.
type EventsByValue struct {
	ByValue
	buckets buckets
	// Counts has, for each group, a number for each bucket; nil without events.
	Counts [][]int64
}

// NewEventsByValue makes an empty count for the buckets between starts, which end with the end of the last one.
func NewEventsByValue(starts []time.Time, grouping Grouping) *EventsByValue {
	return &EventsByValue{ByValue{grouping: grouping}, newBuckets(AllMicroseconds(starts)), make([][]int64, MaxGroups)}
}

// Visit counts events, whoever they are of.
func (c *EventsByValue) Visit(_ context.Context, events []Event) {
	c.addEvents(events)
	for i := range events {
		c.Of(c.grouping(events[i].Value))[c.buckets.of(events[i].Time)-1]++
	}
}

// Of returns a group's numbers.
func (c *EventsByValue) Of(group int) []int64 {
	if c.Counts[group] == nil {
		c.Counts[group] = make([]int64, len(c.buckets.bounds)-1)
	}
	return c.Counts[group]
}

// Merge adds another count, of other events.
func (c *EventsByValue) Merge(o *EventsByValue) {
	c.merge(&o.ByValue)
	for group, counts := range o.Counts {
		for bucket, n := range counts {
			c.Of(group)[bucket] += n
		}
	}
}

// Lines returns the groups that have events, as lines of a series in the order on screen.
func (c *EventsByValue) Lines(series int, ranking *Ranking) []TrendLine {
	return linesOf(series, c.groups(ranking), c.Counts)
}
