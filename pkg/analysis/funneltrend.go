package analysis

import (
	"context"
	"time"
)

// FunnelTrendTally is a visitor that counts a funnel for each bucket alone: the actors who started in it, and how many of them converted.
type FunnelTrendTally struct {
	walker *Walker
	edges  []int64
	// Counts has, for each breakdown value, an element per bucket.
	Counts map[uint32][]EntryCounts
}

// EntryCounts counts the actors who started in a bucket, and those among them who did all steps.
type EntryCounts struct{ Entered, Converted int64 }

// NewFunnelTrendTally takes the buckets' edges, one more than there are buckets.
func NewFunnelTrendTally(f *Funnel, edges []int64) *FunnelTrendTally {
	return &FunnelTrendTally{f.NewWalker(), edges, map[uint32][]EntryCounts{}}
}

// Visit counts an actor in every bucket in which it started.
func (t *FunnelTrendTally) Visit(ctx context.Context, events []Event) {
	spans := t.walker.findSpans(events, t.edges)
	if len(spans) == 0 {
		return
	}
	events = t.walker.cutTo(events, spans)
	t.walker.walkSpans(ctx, events, spans)
	for i := range spans {
		s := &spans[i]
		if s.tainted || s.level == 0 {
			continue
		}
		value := t.walker.value(events, s.level, s.start, s.end)
		if t.Counts[value] == nil {
			t.Counts[value] = make([]EntryCounts, len(t.edges)-1)
		}
		count := &t.Counts[value][s.number]
		count.Entered++
		if s.level == t.walker.funnel.Steps {
			count.Converted++
		}
	}
}

// FunnelTrend is the answer to a funnel's trend.
type FunnelTrend struct {
	// Buckets are the starts of the buckets, in order, and the end of the last one.
	Buckets []time.Time
	Groups  []FunnelTrendGroup
	// CutFront says that the range begins within the first bucket.
	CutFront bool
	// Of the buckets from index Open up to Begun the conversion can still change: the range ends within them, or the window of their last
	// moment is open. Buckets from Begun on have not begun; Open is at most Begun.
	Open, Begun int
}

// FunnelTrendGroup is the trend of one breakdown value, or of everybody.
type FunnelTrendGroup struct {
	Group
	// Counts has one element per bucket.
	Counts []EntryCounts
}

// GroupFunnelTrend groups counts as [FunnelTally.Groups] does; values are ranked by the sum of the actors who entered with them.
func GroupFunnelTrend(counts map[uint32][]EntryCounts, values *Values, buckets, limit int) []FunnelTrendGroup {
	ranking := NewRanking(values, limit, func(yield func(uint32, int64) bool) {
		for value, list := range counts {
			var entered int64
			for _, c := range list {
				entered += c.Entered
			}
			if !yield(value, entered) {
				return
			}
		}
	})
	all := newGroups(ranking, func(group Group) *FunnelTrendGroup {
		return &FunnelTrendGroup{group, make([]EntryCounts, buckets)}
	})
	for value, list := range counts {
		g := all.of(value)
		for i, c := range list {
			g.Counts[i].Entered += c.Entered
			g.Counts[i].Converted += c.Converted
		}
	}
	return all.list()
}
