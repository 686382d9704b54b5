package model

import (
	"time"

	"github.com/footfall-analytics/footfall/pkg/say"
)

// PathsDirection says which way paths lead.
type PathsDirection string

// The directions.
const (
	// PathsAfter follows what came after the chosen event, PathsBefore what led to it.
	PathsAfter  PathsDirection = "after"
	PathsBefore PathsDirection = "before"
)

// PathsOutput is the frame that a query for paths returns.
type PathsOutput string

// The outputs of paths.
const (
	// PathsGraph is two frames, nodes and edges, for the node graph panel: a column of nodes for each step.
	PathsGraph PathsOutput = "graph"
	// PathsTable lists the most frequent whole paths.
	PathsTable PathsOutput = "table"
)

// Limits of a query for paths.
const (
	// MaxPathSteps is the largest number of steps after or before the chosen event.
	MaxPathSteps = 10
	// MaxPathNodes is the largest number of labels with a node of their own at each step.
	MaxPathNodes = 50
	// MaxListedPaths is the largest number of paths that the table lists.
	MaxListedPaths = 1000
)

// Paths follows users or sessions from a chosen event on, or back from it, over the events of the range. A user's events are cut into
// visits wherever nothing happened for longer than Gap; a session is one visit. A path begins each time the chosen event happens: it is the
// chosen event and the next Steps events after (or before) it, or fewer where the visit ends (or starts) earlier.
type Paths struct {
	// EventSelector picks the chosen event; any event by default.
	EventSelector
	// Direction is after (default) or before.
	Direction PathsDirection `json:"direction,omitempty"`
	// Steps is how many events follow the chosen one, 1 to 10. Default 4.
	Steps int `json:"steps,omitempty"`
	// Actor is user (default) or session.
	Actor Actor `json:"actor,omitempty"`
	// Gap is the longest pause within a visit of a user, inclusive: a number and a unit out of s, m, h, d (24 h) and w. Default 30m.
	// Not for sessions.
	Gap string `json:"gap,omitempty"`
	// Property is the property whose value names a step. Default event_type. Events without it are "(none)".
	Property string `json:"property,omitempty"`
	// KeepRepeats keeps consecutive events with the same label apart. Otherwise they are one step, which is the chosen event if one of them
	// is.
	KeepRepeats bool `json:"keepRepeats,omitempty"`
	// Output is graph (default) or table.
	Output PathsOutput `json:"output,omitempty"`
	// Nodes is how many labels have their own node at each step, 1 to 50: the most frequent ones. Default 5. The others are together in
	// "Other".
	Nodes int `json:"nodes,omitempty"`
	// Limit is how many paths the table lists, 1 to 1000. Default 20.
	Limit int `json:"limit,omitempty"`
}

func (p *Paths) setDefaults() {
	setDefault(&p.Event, AnyEvent)
	setDefault(&p.Direction, PathsAfter)
	setDefault(&p.Steps, 4)
	setDefault(&p.Actor, UserActor)
	if p.Actor == UserActor {
		setDefault(&p.Gap, "30m")
	}
	setDefault(&p.Property, "event_type")
	setDefault(&p.Output, PathsGraph)
	setDefault(&p.Nodes, 5)
	setDefault(&p.Limit, 20)
}

func (p *Paths) validate(c *checker) {
	p.EventSelector.validate(c, "paths")
	oneOf(c, "paths.direction", p.Direction, PathsAfter, PathsBefore)
	c.count("paths.steps", p.Steps, 1, MaxPathSteps)
	p.Actor.validate(c, "paths.actor")
	switch {
	case p.Actor == UserActor:
		c.window("paths.gap", p.gap())
	case p.Gap != "":
		c.invalid("paths.gap", say.New("problem.gap-of-session",
			"is {{gap}}, and a session is a visit of its own; leave it out, or follow users", shorten(p.Gap)))
	}
	c.property("paths.property", p.Property)
	oneOf(c, "paths.output", p.Output, PathsGraph, PathsTable)
	c.count("paths.nodes", p.Nodes, 1, MaxPathNodes)
	c.count("paths.limit", p.Limit, 1, MaxListedPaths)
}

func (p *Paths) gap() window { return window{p.Gap, MaxWindow, "366d"} }

// GapDuration returns the gap of validated paths, and false where visits are not cut.
func (p *Paths) GapDuration() (gap time.Duration, cut bool) {
	if p.Actor != UserActor {
		return 0, false
	}
	return p.gap().duration(), true
}
