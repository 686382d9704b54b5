package twin

import (
	"cmp"
	"slices"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Mark is a moment that is marked. For the first event of a value, Event is empty; Value is nil if the property is not set.
type Mark struct {
	Time  time.Time
	Event string
	Value *string
	id    string
}

// MarkList is the moments to mark, newest first, and whether there are more.
type MarkList struct {
	Marks []Mark
	More  bool
}

// Annotate answers a query for annotations.
func Annotate(q *model.Query, w World, r Range) MarkList {
	a := q.Annotations
	var all []Mark
	if a.Mode == model.FirstOf {
		all = firsts(q, w, r)
	} else {
		for _, e := range w.Events {
			if r.contains(e.Time) && Picks(q, a.EventSelector, e) {
				all = append(all, Mark{Time: e.Time, Event: e.Type, Value: valueToMark(a, e), id: e.ID})
			}
		}
	}
	slices.SortFunc(all, func(x, y Mark) int { return cmp.Or(y.Time.Compare(x.Time), order(a.Mode, x, y)) })
	return MarkList{all[:min(a.Limit, len(all))], len(all) > a.Limit}
}

// order compares moments of the same time: later ids first, or values by their bytes.
func order(mode model.AnnotationsMode, x, y Mark) int {
	if mode == model.FirstOf {
		return cmp.Compare(*x.Value, *y.Value)
	}
	return cmp.Compare(y.id, x.id)
}

// firsts is, for each value, the time of the first of all events that have it, where that lies in the range.
func firsts(q *model.Query, w World, r Range) []Mark {
	first := map[string]time.Time{}
	for _, e := range w.Events {
		value := valueToMark(q.Annotations, e)
		if value == nil || !Picks(q, q.Annotations.EventSelector, e) {
			continue
		}
		if known, seen := first[*value]; !seen || e.Time.Before(known) {
			first[*value] = e.Time
		}
	}
	var all []Mark
	for value, at := range first {
		if r.contains(at) {
			all = append(all, Mark{Time: at, Value: &value})
		}
	}
	return all
}

// valueToMark returns the value of the property; nil where it is not set, or none is asked for.
func valueToMark(a *model.Annotations, e Event) *string {
	if a.Property == "" {
		return nil
	}
	value, set := PropertyOf(e, a.Property)
	if !set {
		return nil
	}
	return &value
}
