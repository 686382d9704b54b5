package analysis

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strconv"
)

// Group is a group of a breakdown. The zero value is everybody, for a question without a breakdown.
type Group struct {
	// Place is the rank of the group's value from 0, or [OtherPlace] or [NonePlace].
	Place int `db:"place"`
	// Value is the property's text if the group has a rank, else empty.
	Value string `db:"text"`
}

// The places that are not ranks.
const (
	// OtherPlace is for the values beyond the breakdown's limit.
	OtherPlace = -1
	// NonePlace is for events without the property.
	NonePlace = -2
)

// The titles of groups that are not a value of the property.
const (
	OtherTitle = "Other"
	NoneTitle  = "(none)"
)

// Title returns the group's title on screen. A value equal to one of our own titles is quoted.
func (g Group) Title() string {
	switch {
	case g.Place == OtherPlace:
		return OtherTitle
	case g.Place == NonePlace:
		return NoneTitle
	case g.Value == OtherTitle || g.Value == NoneTitle:
		return strconv.Quote(g.Value)
	}
	return g.Value
}

// InOrder returns the places in the order on screen: the ranks, [OtherPlace], [NonePlace].
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

// Ranking says which group of a breakdown a value belongs to.
type Ranking struct {
	values *Values
	ranks  map[uint32]int // of the values that have a group of their own; nil without a breakdown
}

// NewRanking gives the values with the largest counts a group of their own, at most limit of them: the largest first, equals by text. Limit
// 0 means no breakdown. Number 0, which means no value, has no rank.
func NewRanking(values *Values, limit int, counts iter.Seq2[uint32, int64]) *Ranking {
	r := &Ranking{values: values}
	if limit == 0 {
		return r
	}
	type valueCount struct {
		value uint32
		count int64
		text  string
	}
	var all []valueCount
	for value, count := range counts {
		if text, set := values.Text(value); set {
			all = append(all, valueCount{value, count, text})
		}
	}
	slices.SortFunc(all, func(a, b valueCount) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.text, b.text))
	})
	r.ranks = map[uint32]int{}
	for rank, c := range all[:min(limit, len(all))] {
		r.ranks[c.value] = rank
	}
	return r
}

// Group returns the group that a value belongs to.
func (r *Ranking) Group(value uint32) Group {
	if r.ranks == nil {
		return Group{}
	}
	if value == 0 {
		return Group{Place: NonePlace}
	}
	rank, has := r.ranks[value]
	if !has {
		return Group{Place: OtherPlace}
	}
	text, _ := r.values.Text(value)
	return Group{rank, text}
}

// groups collects the groups of a breakdown.
type groups[G any] struct {
	ranking  *Ranking
	newGroup func(Group) *G
	found    map[int]*G
}

// newGroups starts without groups or, without a breakdown, with one group of everybody.
func newGroups[G any](r *Ranking, newGroup func(Group) *G) *groups[G] {
	all := &groups[G]{r, newGroup, map[int]*G{}}
	if r.ranks == nil {
		all.of(0)
	}
	return all
}

// of returns the group that a value belongs to.
func (all *groups[G]) of(value uint32) *G {
	group := all.ranking.Group(value)
	if all.found[group.Place] == nil {
		all.found[group.Place] = all.newGroup(group)
	}
	return all.found[group.Place]
}

// list returns the groups that anything belongs to, in the order on screen.
func (all *groups[G]) list() []G {
	var list []G
	for _, place := range InOrder(all.found) {
		list = append(list, *all.found[place])
	}
	return list
}
