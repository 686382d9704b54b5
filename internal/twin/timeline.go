package twin

import (
	"cmp"
	"slices"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// EventList is the events of a timeline in the order in which they are shown, and whether there are more.
type EventList struct {
	Events []Event
	More   bool
}

// Timeline answers a timeline query.
func Timeline(q *model.Query, w World, r Range) EventList {
	t := q.Timeline
	user := t.User
	if known, isAlias := w.Aliases[user]; isAlias {
		user = known
	}
	var all []Event
	for _, e := range w.Events {
		ofUser := user == "" || e.User == user
		ofSession := t.Session == "" || e.SessionID == t.Session
		if ofUser && ofSession && r.contains(e.Time) && Picks(q, t.EventSelector, e) {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b Event) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.ID, b.ID)) })
	if t.Order == model.NewestFirst {
		slices.Reverse(all)
	}
	return EventList{all[:min(t.Limit, len(all))], len(all) > t.Limit}
}
