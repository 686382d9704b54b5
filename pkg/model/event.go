package model

import (
	"github.com/footfall-analytics/footfall/pkg/say"
)

// AnyEvent is the name by which a selector picks every event. The collector accepts no event with that name.
const AnyEvent = "*"

// EventSelector picks events by name and properties.
type EventSelector struct {
	// Event is the event's name (event_type), or "*" for any event.
	Event string `json:"event"`
	// Filters must all hold for an event to be picked.
	Filters []Filter `json:"filters,omitempty"`
}

func (s *EventSelector) validate(c *checker, field string) {
	if s.Event == "" {
		c.missing(field+".event", say.New("problem.no-event", "is empty; choose an event, or * for any"))
	} else {
		c.text(field+".event", s.Event)
	}
	validateFilters(c, field+".filters", s.Filters)
}

// selectors returns the selector itself: most analyses have only this one.
func (s *EventSelector) selectors() []*EventSelector { return []*EventSelector{s} }

// Equal reports whether both selectors of a parsed query ask for the same events.
func (s *EventSelector) Equal(o *EventSelector) bool { return compareSelectors(s, o) == 0 }
