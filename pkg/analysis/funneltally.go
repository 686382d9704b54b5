package analysis

import (
	"math"
	"slices"
	"time"
)

// FunnelGroup is the funnel of one breakdown value, or of everybody.
type FunnelGroup struct {
	Group
	// Reached counts the actors who reached each main step, and InProgress those among them who came no further yet but whose window is
	// open at the end of the data.
	Reached, InProgress []int64
	// Optional counts the actors of each optional step.
	Optional []int64
	// FromPrevious is the time from the previous step; empty for the first step.
	FromPrevious []Spread
	// Converted has the microseconds from first step to last for each actor who did all steps, in no particular order.
	Converted []int64
	// between collects the microseconds from the previous step.
	between [][]int64
}

// FunnelActor is one actor of a funnel's list.
type FunnelActor struct {
	ActorID
	// Steps is how many main steps the actor did, and Started and Ended are the times of the first and the last of them.
	Steps          int
	Started, Ended time.Time
	// Group is the actor's breakdown value, always with rank 0, or none.
	Group
}

// Spread summarizes times, in seconds; nil without any.
type Spread struct{ Median, P90, Mean *float64 }

// FunnelTally adds up the outcomes of a funnel's actors.
type FunnelTally struct {
	funnel  *Funnel
	dataEnd int64
	groups  map[uint32]*FunnelGroup
}

// NewFunnelTally starts a tally. dataEnd is the end of the data, in microseconds.
func NewFunnelTally(f *Funnel, dataEnd int64) *FunnelTally {
	return &FunnelTally{f, dataEnd, map[uint32]*FunnelGroup{}}
}

// Add counts an actor, unless it is not in the funnel.
func (t *FunnelTally) Add(o Outcome) {
	if o.Times == nil {
		return
	}
	g := t.groups[o.Value]
	if g == nil {
		g = t.newGroup()
		t.groups[o.Value] = g
	}
	for k := range o.Times {
		g.Reached[k]++
		if k > 0 {
			g.between[k] = append(g.between[k], o.Times[k]-o.Times[k-1])
		}
	}
	for i := range g.Optional {
		g.Optional[i] += int64(o.Optional >> i & 1)
	}
	switch {
	case o.Level == t.funnel.Steps:
		g.Converted = append(g.Converted, o.Times[o.Level-1]-o.Times[0])
	case t.Open(o):
		g.InProgress[o.Level-1]++
	}
}

// Open reports whether an actor who has not done all steps still can, as far as is known: the window of its latest start
// closes at or after the end of the data.
func (t *FunnelTally) Open(o Outcome) bool { return o.LatestStart+t.funnel.Window >= t.dataEnd }

func (t *FunnelTally) newGroup() *FunnelGroup {
	n := t.funnel.Steps
	return &FunnelGroup{
		Reached: make([]int64, n), InProgress: make([]int64, n), Optional: make([]int64, len(t.funnel.Optional)),
		FromPrevious: make([]Spread, n), between: make([][]int64, n),
	}
}

// Groups returns the groups that have actors, in the panel's order. Limit 0 means no breakdown, and one group of everybody.
func (t *FunnelTally) Groups(limit int) []FunnelGroup {
	all := newGroups(t.Ranking(limit), func(group Group) *FunnelGroup {
		g := t.newGroup()
		g.Group = group
		return g
	})
	for value, g := range t.groups {
		all.of(value).add(g)
	}
	list := all.list()
	for i := range list {
		list[i].finish()
	}
	return list
}

// Ranking ranks breakdown values by the actors who started with them; at most limit values have a group of their own.
func (t *FunnelTally) Ranking(limit int) *Ranking {
	return NewRanking(t.funnel.Values, limit, func(yield func(uint32, int64) bool) {
		for value, g := range t.groups {
			if !yield(value, g.Reached[0]) {
				return
			}
		}
	})
}

func (g *FunnelGroup) add(o *FunnelGroup) {
	for k := range g.Reached {
		g.Reached[k] += o.Reached[k]
		g.InProgress[k] += o.InProgress[k]
		g.between[k] = append(g.between[k], o.between[k]...)
	}
	for i := range g.Optional {
		g.Optional[i] += o.Optional[i]
	}
	g.Converted = append(g.Converted, o.Converted...)
}

// finish summarizes the collected times.
func (g *FunnelGroup) finish() {
	for k := 1; k < len(g.between); k++ {
		g.FromPrevious[k] = spread(g.between[k])
	}
	g.between = nil
}

// spread summarizes microseconds, and changes their order.
func spread(us []int64) Spread {
	if len(us) == 0 {
		return Spread{}
	}
	sum := 0.0
	for _, t := range us {
		sum += float64(t)
	}
	mean := sum / float64(len(us)) / 1e6
	return Spread{Percentile(us, 0.5), Percentile(us, 0.9), &mean}
}

// Percentile returns the value below which the share p of the times lies, interpolated between its two neighbours like PostgreSQL's
// percentile_cont; in seconds, nil if there are none. It changes the order of the times.
func Percentile(us []int64, p float64) *float64 {
	if len(us) == 0 {
		return nil
	}
	at := p * float64(len(us)-1)
	low := int(math.Floor(at))
	lower := nth(us, low)
	value := float64(lower)
	if low+1 < len(us) {
		value += (at - float64(low)) * float64(slices.Min(us[low+1:])-lower)
	}
	value /= 1e6
	return &value
}

// nth returns the nth smallest value (Hoare's quickselect) and puts it where sorting would, smaller values before it and larger ones after
// it. Sorting all would cost ten times as much.
func nth(list []int64, n int) int64 {
	low, high := 0, len(list)-1
	for low < high {
		pivot := list[(low+high)/2]
		i, j := low, high
		for i <= j {
			for list[i] < pivot {
				i++
			}
			for list[j] > pivot {
				j--
			}
			if i <= j {
				list[i], list[j] = list[j], list[i]
				i++
				j--
			}
		}
		switch {
		case n <= j:
			high = j
		case n >= i:
			low = i
		default:
			return list[n]
		}
	}
	return list[n]
}
