package analysis

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"
)

// Kind says what a group of a breakdown is.
type Kind int

// The kinds, in the order in which groups are shown.
const (
	// OwnValue is a value with a group of its own, or everybody where there is no breakdown.
	OwnValue Kind = iota
	// OtherValues is what lies past the breakdown's limit.
	OtherValues
	// NoValue is the actors for whom the property is not set.
	NoValue
)

// What groups are called that no value of a breakdown has.
const (
	OtherTitle   = "Other"
	NoValueTitle = "(none)"
)

// Title is what a group of a breakdown is called on screen. A value that is called as one of ours stands in quotes.
func (k Kind) Title(value string) string {
	switch {
	case k == OtherValues:
		return OtherTitle
	case k == NoValue:
		return NoValueTitle
	case value == OtherTitle || value == NoValueTitle:
		return strconv.Quote(value)
	}
	return value
}

// FunnelGroup is the funnel of one breakdown value, or of everybody.
type FunnelGroup struct {
	Kind  Kind
	Value string
	// Reached, InProgress: the actors who reached each main step, and those of them who came no further yet and whose window is
	// open at the end of the data.
	Reached, InProgress []int64
	// Optional is the actors of each optional step.
	Optional []int64
	// FromPrevious is the time from the step before; of the first step there is none.
	FromPrevious []Spread
	// Converted is the microseconds from first step to last, of each actor who did all, in no particular order.
	Converted []int64
	// between collects the microseconds from the step before.
	between [][]int64
}

// FunnelActor is one actor of a funnel's list.
type FunnelActor struct {
	ActorID
	// Steps is how many main steps the actor did, and Started and Ended are the times of the first and the last of them.
	Steps          int
	Started, Ended time.Time
	// Kind is OwnValue or NoValue, and Value the breakdown value.
	Kind  Kind
	Value string
}

// Spread sums up times: in seconds, nil without any.
type Spread struct{ Median, P90, Mean *float64 }

// FunnelTally adds up the outcomes of a funnel's actors.
type FunnelTally struct {
	funnel  *Funnel
	dataEnd int64
	groups  map[uint32]*FunnelGroup
}

// NewFunnelTally starts a tally. dataEnd is the time of the latest event of anybody, in microseconds.
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

// Groups are the groups in the order of the panel: with limit 0 there is no breakdown and one group of all; else the values with
// the most actors, at most limit of them, most first and of equals the smaller text, then the others and those without.
func (t *FunnelTally) Groups(limit int) []FunnelGroup {
	if limit == 0 {
		all := t.newGroup()
		for _, g := range t.groups {
			all.add(g)
		}
		return finished(all)
	}
	top := t.top(limit)
	var groups []*FunnelGroup
	for _, value := range top {
		g := t.groups[value]
		g.Value, _ = t.funnel.Values.Text(value)
		groups = append(groups, g)
	}
	other := t.newGroup()
	other.Kind = OtherValues
	for value, g := range t.groups {
		if value != 0 && !slices.Contains(top, value) {
			other.add(g)
		}
	}
	if other.Reached[0] > 0 {
		groups = append(groups, other)
	}
	if none := t.groups[0]; none != nil {
		none.Kind = NoValue
		groups = append(groups, none)
	}
	return finished(groups...)
}

// top are the values that have a group of their own, at most limit of them.
func (t *FunnelTally) top(limit int) []uint32 {
	return TopValues(t.funnel.Values, limit, func(yield func(uint32, int64) bool) {
		for value, g := range t.groups {
			if !yield(value, g.Reached[0]) {
				return
			}
		}
	})
}

// Titles names the group that counts an outcome of a value, where at most limit values have their own.
func (t *FunnelTally) Titles(limit int) func(value uint32) string {
	top := t.top(limit)
	return func(value uint32) string {
		text, set := t.funnel.Values.Text(value)
		switch {
		case !set:
			return NoValue.Title("")
		case !slices.Contains(top, value):
			return OtherValues.Title("")
		}
		return OwnValue.Title(text)
	}
}

// TopValues picks the values with the largest counts, at most limit of them, largest first and of equals the smaller text. Number
// 0, which stands for no value, is not one of them.
func TopValues(values *Values, limit int, counts func(yield func(value uint32, count int64) bool)) []uint32 {
	type counted struct {
		value uint32
		count int64
		text  string
	}
	var all []counted
	for value, count := range counts {
		if text, set := values.Text(value); set {
			all = append(all, counted{value, count, text})
		}
	}
	slices.SortFunc(all, func(a, b counted) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.text, b.text))
	})
	var top []uint32
	for _, c := range all[:min(limit, len(all))] {
		top = append(top, c.value)
	}
	return top
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

func finished(groups ...*FunnelGroup) []FunnelGroup {
	var list []FunnelGroup
	for _, g := range groups {
		for k := 1; k < len(g.between); k++ {
			g.FromPrevious[k] = spread(g.between[k])
		}
		g.between = nil
		list = append(list, *g)
	}
	return list
}

// spread sums up microseconds, and changes their order.
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

// Percentile is the value below which the share p of the times lies, between its two neighbours in proportion, as PostgreSQL's
// percentile_cont; in seconds, nil of none. It changes the order of the times.
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

// nth puts the nth smallest value where sorting would, smaller ones before it and larger ones after it (Hoare's quickselect),
// and returns it: sorting all would cost ten times as much.
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
