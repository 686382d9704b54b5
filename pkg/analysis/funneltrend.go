package analysis

import "slices"

// FunnelTrend is a visitor that asks a funnel of each bucket alone: who started in it, and how many of those converted.
type FunnelTrend struct {
	walker *Walker
	edges  []int64
	// Counts has, by breakdown value, two numbers a bucket.
	Counts map[uint32][]EnteredConverted
}

// EnteredConverted is the actors who started in a bucket, and those of them who did all steps.
type EnteredConverted struct{ Entered, Converted int64 }

// NewFunnelTrend takes the buckets' edges, one more than there are buckets.
func NewFunnelTrend(f *Funnel, edges []int64) *FunnelTrend {
	return &FunnelTrend{f.NewWalker(), edges, map[uint32][]EnteredConverted{}}
}

// Visit counts an actor in every bucket in which it started.
func (t *FunnelTrend) Visit(events []Event) {
	asked := -1
	for i := range events {
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
		o := t.walker.Walk(events, Starts{t.edges[bucket], t.edges[bucket+1]})
		if o.Times == nil {
			continue
		}
		if t.Counts[o.Value] == nil {
			t.Counts[o.Value] = make([]EnteredConverted, len(t.edges)-1)
		}
		count := &t.Counts[o.Value][bucket]
		count.Entered++
		if o.Level == t.walker.funnel.Steps {
			count.Converted++
		}
	}
}

// TrendGroup is the trend of one breakdown value, or of everybody.
type TrendGroup struct {
	Kind  Kind
	Value string
	// Counts has one element a bucket.
	Counts []EnteredConverted
}

// GroupTrend sorts counts into groups as [FunnelTally.Groups] does; values are ranked by how often they were entered with.
func GroupTrend(counts map[uint32][]EnteredConverted, values *Values, buckets, limit int) []TrendGroup {
	entered := map[uint32]int64{}
	for value, list := range counts {
		for _, c := range list {
			entered[value] += c.Entered
		}
	}
	sum := func(kind Kind, text string, in func(value uint32) bool) TrendGroup {
		g := TrendGroup{kind, text, make([]EnteredConverted, buckets)}
		for value, list := range counts {
			for i := range list {
				if in(value) {
					g.Counts[i].Entered += list[i].Entered
					g.Counts[i].Converted += list[i].Converted
				}
			}
		}
		return g
	}
	if limit == 0 {
		return []TrendGroup{sum(OwnValue, "", func(uint32) bool { return true })}
	}
	top := TopValues(values, limit, func(yield func(uint32, int64) bool) {
		for value, n := range entered {
			if !yield(value, n) {
				return
			}
		}
	})
	var groups []TrendGroup
	for _, value := range top {
		text, _ := values.Text(value)
		groups = append(groups, sum(OwnValue, text, func(v uint32) bool { return v == value }))
	}
	others := func(value uint32) bool { return value != 0 && !slices.Contains(top, value) }
	for value := range counts {
		if others(value) {
			groups = append(groups, sum(OtherValues, "", others))
			break
		}
	}
	if counts[0] != nil {
		groups = append(groups, sum(NoValue, "", func(value uint32) bool { return value == 0 }))
	}
	return groups
}
