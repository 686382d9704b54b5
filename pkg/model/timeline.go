package model

import "github.com/footfall-analytics/footfall/pkg/say"

// TimelineOrder is the order of a timeline's events.
type TimelineOrder string

// The orders.
const (
	NewestFirst TimelineOrder = "newest"
	OldestFirst TimelineOrder = "oldest"
)

// MaxTimelineEvents is the largest number of events that a timeline lists.
const MaxTimelineEvents = 1000

// Timeline lists the events of one user, or of one session.
type Timeline struct {
	// EventSelector picks the events to list; any event by default.
	EventSelector
	// User is the user_id, Session the session_id. At least one is given; with both, the user's events in that session are
	// listed. A user is found quickly; for a session without its user, the whole range is searched.
	User    string `json:"user,omitempty"`
	Session string `json:"session,omitempty"`
	// Order is newest (default) or oldest: which events come first. Events beyond Limit are left out at the end.
	Order TimelineOrder `json:"order,omitempty"`
	// Limit is how many events to list, 1 to 1000. Default 100.
	Limit int `json:"limit,omitempty"`
}

func (t *Timeline) setDefaults() {
	setDefault(&t.Event, AnyEvent)
	setDefault(&t.Order, NewestFirst)
	setDefault(&t.Limit, 100)
}

func (t *Timeline) validate(c *checker) {
	t.EventSelector.validate(c, "timeline")
	if t.User == "" && t.Session == "" {
		c.missing("timeline.user", say.New("problem.no-user", "is empty; enter a user_id, or a session_id as session"))
	}
	c.text("timeline.user", t.User)
	c.text("timeline.session", t.Session)
	oneOf(c, "timeline.order", t.Order, NewestFirst, OldestFirst)
	c.count("timeline.limit", t.Limit, 1, MaxTimelineEvents)
}
