package analysis

import "iter"

// MaxGroups is how many groups of values a count by value keeps apart, no value and other values among them.
const MaxGroups = 64

// Grouping says in which group, below [MaxGroups], a count by value counts the value with a number. Number 0 is no value.
type Grouping func(value uint32) int

// Ungrouped has one group.
func Ungrouped(uint32) int { return 0 }

const (
	noneGroup   = 0
	othersGroup = MaxGroups - 1
)

// FirstValues has a group for each of the first values, so that one count is enough where there are few.
func FirstValues(value uint32) int { return int(min(value, othersGroup)) }

// Grouping has a group for each group of the ranking.
func (r *Ranking) Grouping() Grouping {
	return func(value uint32) int {
		switch place := r.Group(value).Place; place {
		case NonePlace:
			return noneGroup
		case OtherPlace:
			return othersGroup
		default:
			return place + 1
		}
	}
}

// ByValue is what counts by a property's values have in common: in which group each value is counted, and how many actors have it, or how
// many events where these are counted.
type ByValue struct {
	grouping Grouping
	totals   []int64
	// last is, by value, the last actor that has it.
	last  []int64
	actor int64
}

// addActor counts an actor with each of its values once.
func (b *ByValue) addActor(events []Event) {
	b.actor++
	for i := range events {
		value := events[i].Value
		if b.reserve(value); b.last[value] != b.actor {
			b.last[value] = b.actor
			b.totals[value]++
		}
	}
}

// addEvents counts events.
func (b *ByValue) addEvents(events []Event) {
	for i := range events {
		b.reserve(events[i].Value)
		b.totals[events[i].Value]++
	}
}

func (b *ByValue) reserve(value uint32) {
	if more := int(value) + 1 - len(b.totals); more > 0 {
		b.totals = append(b.totals, make([]int64, more)...)
		b.last = append(b.last, make([]int64, more)...)
	}
}

func (b *ByValue) merge(o *ByValue) {
	if len(o.totals) > 0 {
		b.reserve(uint32(len(o.totals) - 1))
	}
	for value, n := range o.totals {
		b.totals[value] += n
	}
}

// Totals gives the values that were met, with how many actors or events have each.
func (b *ByValue) Totals() iter.Seq2[uint32, int64] {
	return func(yield func(uint32, int64) bool) {
		for value, n := range b.totals {
			if n > 0 && !yield(uint32(value), n) {
				return
			}
		}
	}
}

// IsExact reports whether the groups in which values were counted are those of a ranking.
func (b *ByValue) IsExact(r *Ranking) bool {
	places, groups := map[int]int{}, map[int]int{}
	for value := range b.Totals() {
		group, place := b.grouping(value), r.Group(value).Place
		if p, met := places[group]; met && p != place {
			return false
		}
		if g, met := groups[place]; met && g != group {
			return false
		}
		places[group], groups[place] = place, group
	}
	return true
}

// groups returns what each group that was met is in a ranking.
func (b *ByValue) groups(r *Ranking) map[int]Group {
	groups := map[int]Group{}
	for value := range b.Totals() {
		groups[b.grouping(value)] = r.Group(value)
	}
	return groups
}
