package analysis

import (
	"context"
	"slices"
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
	asked := -1
	for i := 0; i < len(events) && !ended(ctx, i); i++ {
		e := &events[i]
		if e.Picks&t.walker.starting() == 0 || e.Time < t.edges[0] || e.Time >= t.edges[len(t.edges)-1] {
			continue
		}
		bucket, exact := slices.BinarySearch(t.edges, e.Time)
		if !exact {
			bucket--
		}
		if bucket == asked {
			continue
		}
		asked = bucket
		o := t.walker.Walk(ctx, events, Starts{t.edges[bucket], t.edges[bucket+1]})
		if o.Times == nil {
			continue
		}
		if t.Counts[o.Value] == nil {
			t.Counts[o.Value] = make([]EntryCounts, len(t.edges)-1)
		}
		count := &t.Counts[o.Value][bucket]
		count.Entered++
		if o.Level == t.walker.funnel.Steps {
			count.Converted++
		}
	}
}

// FunnelTrend is the answer to a funnel's trend.
type FunnelTrend struct {
	// Buckets are the starts of the buckets, in order, and the end of the last one.
	Buckets []time.Time
	Groups  []FunnelTrendGroup
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
