// Package twin answers funnel, retention and heatmap queries by brute force, in memory, straight from the definitions:
// what the planner's SQL must give, to the last digit. It is for tests. It shares no code with the planner, prefers the
// obvious to the fast, and is meant for worlds of some dozens of events.
package twin

import (
	"cmp"
	"slices"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Event is one event. Empty text means that the property is not set; an event without a user has no actor.
type Event struct {
	// Time has microseconds, as the database stores it.
	Time       time.Time      `json:"time"`
	User       string         `json:"user,omitempty"`
	Type       string         `json:"type"`
	PageURL    string         `json:"page_url,omitempty"`
	DeviceType string         `json:"device_type,omitempty"`
	SessionID  string         `json:"session_id,omitempty"`
	Metadata   map[string]any `json:"metadata,omitempty"`
	// ID is a UUID.
	ID string `json:"id,omitempty"`
	// Profile is what the profile of the event's user says now; all events of a user have the same. Nil where there is none.
	Profile *Profile `json:"profile,omitempty"`
	// Segments are those that the event's user is in now; all events of a user have the same.
	Segments []string `json:"segments,omitempty"`
}

// World is everything that ever happened.
type World struct {
	Events []Event `json:"events"`
	// Aliases has the user that an id means, for each id that means another one; no user is itself an alias. [World.ResolveAliases] heeds
	// them.
	Aliases map[string]string `json:"aliases,omitempty"`
}

// ResolveAliases returns the world in which every event is of the user that it counts for.
func (w World) ResolveAliases() World {
	profiles, segments := map[string]*Profile{}, map[string][]string{}
	for _, e := range w.Events {
		profiles[e.User], segments[e.User] = e.Profile, e.Segments
	}
	events := slices.Clone(w.Events)
	for i := range events {
		if user, isAlias := w.Aliases[events[i].User]; isAlias {
			events[i].User, events[i].Profile, events[i].Segments = user, profiles[user], segments[user]
		}
	}
	return World{Events: events, Aliases: w.Aliases}
}

// Range is the panel's time range, From inclusive and To exclusive.
type Range struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

func (r Range) contains(t time.Time) bool { return !t.Before(r.From) && t.Before(r.To) }

// Settings are what an answer depends on besides query, events and range.
type Settings struct {
	// Zone is where hours, days, weeks and months are cut.
	Zone *time.Location
	// WeekStart is the first day of a week.
	WeekStart time.Weekday
	// Now is when the question is asked. What lies ahead of it says nothing about what is over.
	Now time.Time
}

// Answer is the answer to a query: the part that its type names.
type Answer struct {
	Funnel      []FunnelRow
	Retention   []Matrix
	Heatmap     Grid
	Trend       Trend
	Lifecycle   []LifecycleRow
	Stickiness  Sticky
	Paths       PathsAnswer
	Timeline    EventList
	Anomalies   AnomalyList
	Annotations MarkList
}

// Ask answers a query.
func Ask(q *model.Query, w World, r Range, s Settings) Answer {
	switch q.QueryType {
	case model.FunnelType:
		return Answer{Funnel: Funnel(q, w, r, s)}
	case model.RetentionType:
		return Answer{Retention: Retention(q, w, r, s)}
	case model.HeatmapType:
		return Answer{Heatmap: Heatmap(q, w, r, s)}
	case model.TrendType:
		return Answer{Trend: Trending(q, w, r, s)}
	case model.LifecycleType:
		return Answer{Lifecycle: Lifecycle(q, w, r, s)}
	case model.StickinessType:
		return Answer{Stickiness: Stickiness(q, w, r, s)}
	case model.PathsType:
		return Answer{Paths: FindPaths(q, w, r)}
	case model.TimelineType:
		return Answer{Timeline: Timeline(q, w, r)}
	case model.AnomaliesType:
		return Answer{Anomalies: Anomalies(q, w, r, s)}
	case model.AnnotationsType:
		return Answer{Annotations: Annotate(q, w, r)}
	}
	panic("twin: unknown query type " + string(q.QueryType))
}

// Actor is a user or a session. A session is its id within its user, or alone where the user is not known.
type Actor struct {
	ID string
	// User is whose session it is; empty for users.
	User string
}

// CompareActors orders actors by their ids, then by their users.
func CompareActors(a, b Actor) int {
	return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.User, b.User))
}

// Actor returns whose event it is; false where nobody is known.
func (e Event) Actor(a model.Actor) (Actor, bool) {
	if a == model.SessionActor {
		return Actor{e.SessionID, e.User}, e.SessionID != ""
	}
	return Actor{ID: e.User}, e.User != ""
}

// byActor gives each user's or session's events in order of time. Events without one belong to nobody.
func (w World) byActor(a model.Actor) map[Actor][]Event {
	actors := map[Actor][]Event{}
	for _, e := range w.Events {
		if actor, known := e.Actor(a); known {
			actors[actor] = append(actors[actor], e)
		}
	}
	for _, events := range actors {
		slices.SortStableFunc(events, func(a, b Event) int { return a.Time.Compare(b.Time) })
	}
	return actors
}

// end returns the end of the data: the latest event of anybody or now, whichever is earlier. An empty world ended long ago.
func (w World) end(now time.Time) time.Time {
	if last := w.last(); last.Before(now) {
		return last
	}
	return now
}

// last returns the time of the latest event of anybody, and the zero time in an empty world.
func (w World) last() time.Time {
	var last time.Time
	for _, e := range w.Events {
		if e.Time.After(last) {
			last = e.Time
		}
	}
	return last
}
