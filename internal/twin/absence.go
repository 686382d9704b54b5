package twin

import (
	"slices"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Absence says why a question finds nothing, or nothing of some event.
type Absence struct {
	NoEvents bool
	// Unknown are names that no event has, in order.
	Unknown []string
	// Missing says that nothing with which the question begins lies in the range.
	Missing bool
	// Latest is the time of the latest such event up to now, and Event its name as the question has it.
	Latest time.Time
	Event  string
}

// FindAbsence looks at all events.
func FindAbsence(q *model.Query, w World, r Range, now time.Time) Absence {
	a := Absence{NoEvents: len(w.Events) == 0}
	all, first := asked(q)
	slices.Sort(all)
	for _, name := range slices.Compact(all) {
		if !slices.ContainsFunc(w.Events, func(e Event) bool { return isCalled(e, name) }) {
			a.Unknown = append(a.Unknown, name)
		}
	}
	if q.QueryType == model.TimelineType {
		one, newest := *q, *q.Timeline
		newest.Order, newest.Limit = model.NewestFirst, 1
		one.Timeline, a.Missing = &newest, true
		for _, e := range Timeline(&one, w, Range{To: now.Add(time.Microsecond)}).Events {
			a.Latest = e.Time
		}
		return a
	}
	a.Missing = true
	slices.Sort(first)
	for _, name := range first {
		for _, e := range w.Events {
			if isCalled(e, name) && r.contains(e.Time) {
				a.Missing = false
			}
			if isCalled(e, name) && !e.Time.After(now) && e.Time.After(a.Latest) {
				a.Latest, a.Event = e.Time, name
			}
		}
	}
	return a
}

func isCalled(e Event, name string) bool { return name == model.AnyEvent || e.Type == name }

// asked returns the names of all events that a query names, and of those of which one must happen before anything is counted.
func asked(q *model.Query) (all, first []string) {
	switch {
	case q.Funnel != nil:
		for _, s := range q.Funnel.Steps {
			all = append(all, s.Event)
			if len(first) == 0 && !s.Optional || q.Funnel.Order == model.Unordered {
				first = append(first, s.Event)
			}
		}
		for _, e := range q.Funnel.Exclusions {
			all = append(all, e.Event)
		}
		return all, first
	case q.Retention != nil:
		return []string{q.Retention.Start.Event, q.Retention.Return.Event}, []string{q.Retention.Start.Event}
	case q.Trend != nil:
		for _, s := range q.Trend.Series {
			all = append(all, s.Event)
		}
		return all, slices.Clone(all)
	case q.Heatmap != nil && q.Heatmap.Scroll != nil:
		all = []string{q.Heatmap.Event, q.Heatmap.Scroll.Event}
		return all, slices.Clone(all)
	}
	for _, one := range []*string{
		nameIn(q.Heatmap, func(p *model.Heatmap) *string { return &p.Event }),
		nameIn(q.Lifecycle, func(p *model.Lifecycle) *string { return &p.Event }),
		nameIn(q.Stickiness, func(p *model.Stickiness) *string { return &p.Event }),
		nameIn(q.Paths, func(p *model.Paths) *string { return &p.Event }),
		nameIn(q.Timeline, func(p *model.Timeline) *string { return &p.Event }),
		nameIn(q.Anomalies, func(p *model.Anomalies) *string { return &p.Event }),
		nameIn(q.Annotations, func(p *model.Annotations) *string { return &p.Event }),
	} {
		if one != nil {
			return []string{*one}, []string{*one}
		}
	}
	return nil, nil
}

func nameIn[P any](part *P, name func(*P) *string) *string {
	if part == nil {
		return nil
	}
	return name(part)
}
