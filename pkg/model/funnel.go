package model

import (
	"time"

	"github.com/footfall-analytics/footfall/pkg/say"
)

// FunnelOutput is the frame that a funnel query returns.
type FunnelOutput string

// The outputs of a funnel.
const (
	// FunnelSteps is a table with one row per step (and breakdown value): users, shares, dropped, in progress, median time.
	FunnelSteps FunnelOutput = "steps"
	// FunnelChart is for a bar chart: one row per step, with the users who reached it in one column per breakdown value.
	FunnelChart FunnelOutput = "chart"
	// FunnelConversion is one number per breakdown value, the share of first-step users who reached the last step: what an alert rule or a
	// stat panel takes.
	FunnelConversion FunnelOutput = "conversion"
	// FunnelTrend is one series per breakdown value: for each bucket, the share of the users who entered in it that converted. Each bucket
	// is a funnel by itself.
	FunnelTrend FunnelOutput = "trend"
	// FunnelTimeToConvert is a histogram of the time from first step to last, over the users who converted.
	FunnelTimeToConvert FunnelOutput = "time_to_convert"
	// FunnelActors lists the actors behind one number of the steps table.
	FunnelActors FunnelOutput = "actors"
)

// FunnelOrder says in which order the steps must be done.
type FunnelOrder string

// The orders.
const (
	// Ordered lets other events happen between the steps.
	Ordered FunnelOrder = "ordered"
	// Strict lets no other event of the funnel happen between two steps.
	Strict FunnelOrder = "strict"
	// Unordered takes the steps in any order.
	Unordered FunnelOrder = "unordered"
)

// FunnelEntry says which first-step events may start a chain.
type FunnelEntry string

// The entries.
const (
	// AnyStart tries every first-step event in the range.
	AnyStart FunnelEntry = "any_start"
	// FirstStart tries only the actor's earliest in the range.
	FirstStart FunnelEntry = "first_start"
)

// Funnel asks how many actors did a list of steps, all within the window.
//
// Ordered: a conversion to step k is a chain of k events of one actor, one per step, with strictly increasing times, whose last event is at
// most Window after its first. Strict: in addition, the actor did none of the funnel's step events between two of the chain's steps.
// Unordered: k different steps in any order, each filled by its own event, all within the window of the chain's first event. The chain's
// first event lies in the panel's range; later ones may lie after it. An actor counts at every step up to the deepest that any of its
// chains reaches.
type Funnel struct {
	// Steps are the steps, 2 to 64, including the optional ones.
	Steps []FunnelStep `json:"steps"`
	// Window is the longest time from the first step to the last, inclusive, in elapsed time: a number and a unit out of
	// s, m, h, d (24 h) and w. Default 24h.
	Window string `json:"window,omitempty"`
	// Actor is user (default) or session.
	Actor Actor `json:"actor,omitempty"`
	// Order is ordered (default), strict or unordered.
	Order FunnelOrder `json:"order,omitempty"`
	// Entry is any_start (default) or first_start.
	Entry FunnelEntry `json:"entry,omitempty"`
	// EqualTimes accepts two steps at the very same time as being in order.
	EqualTimes bool `json:"equalTimes,omitempty"`
	// Exclusions are events that must not happen between two steps. Not for unordered funnels.
	Exclusions []Exclusion `json:"exclusions,omitempty"`
	// Breakdown splits the funnel by a property of the event that fills the first step (or the last reached one), or of the
	// user's profile.
	Breakdown *Breakdown `json:"breakdown,omitempty"`
	// BreakdownBy is first (default) or last: the chain's event whose property the breakdown takes.
	BreakdownBy BreakdownBy `json:"breakdownBy,omitempty"`
	// Output is steps (default), chart, conversion, trend, time_to_convert or actors.
	Output FunnelOutput `json:"output,omitempty"`
	// Interval is the bucket of the trend: hour, day (default), week, month or auto.
	Interval Interval `json:"interval,omitempty"`
	// Bins is the number of the histogram's bins, 1 to 100. Default 20.
	Bins int `json:"bins,omitempty"`
	// Actors says which number of the steps table to list.
	Actors *FunnelActorList `json:"actors,omitempty"`
}

// BreakdownBy says which event of a chain gives the breakdown value.
type BreakdownBy string

// The events.
const (
	ByFirstStep BreakdownBy = "first"
	ByLastStep  BreakdownBy = "last"
)

// Exclusion is an event that taints a chain when it comes after the chain's step From and before its step To or, if the chain stops short
// of To, before the chain's window closes. The actor counts if one of its deepest chains is clean; otherwise it leaves the funnel, first
// step included.
type Exclusion struct {
	EventSelector
	// From and To are steps, counted from 1 without the optional ones. Default: first and last.
	From int `json:"from,omitempty"`
	To   int `json:"to,omitempty"`
}

// ActorStatus says which actors of a step are listed.
type ActorStatus string

// The statuses.
const (
	// Reached is everybody who reached the step.
	Reached ActorStatus = "reached"
	// Dropped is everybody who came no further and cannot any more.
	Dropped ActorStatus = "dropped"
	// InProgress is everybody who came no further yet, but whose window is still open at the end of the data.
	InProgress ActorStatus = "in_progress"
)

// FunnelActorList picks a number of the steps table.
type FunnelActorList struct {
	// Step counts from 1, as the table does. Default 1.
	Step int `json:"step,omitempty"`
	// Status is reached (default), dropped or in_progress.
	Status ActorStatus `json:"status,omitempty"`
	// Value is the row of the breakdown, as the table names it: a value, Other or (none). Without it, all rows.
	Value *string `json:"value,omitempty"`
}

// FunnelStep is one step of a funnel.
type FunnelStep struct {
	EventSelector
	// Label is shown instead of the event's name.
	Label string `json:"label,omitempty"`
	// Optional steps are counted beside the main chain: an actor counts at one if it was done after the previous main step of the chain and
	// before the next one (or, if the chain stops short of that, before its window closes). The first and the last step cannot be optional,
	// nor any step of an unordered funnel.
	Optional bool `json:"optional,omitempty"`
}

// Title returns what a step is called on screen.
func (s *FunnelStep) Title() string {
	switch {
	case s.Label != "":
		return s.Label
	case s.Event == AnyEvent:
		return "any event"
	}
	return s.Event
}

func (f *Funnel) setDefaults() {
	setDefault(&f.Window, "24h")
	setDefault(&f.Actor, UserActor)
	setDefault(&f.Order, Ordered)
	setDefault(&f.Entry, AnyStart)
	setDefault(&f.BreakdownBy, ByFirstStep)
	setDefault(&f.Output, FunnelSteps)
	setDefault(&f.Interval, Daily)
	setDefault(&f.Bins, 20)
	for i := range f.Exclusions {
		setDefault(&f.Exclusions[i].From, 1)
		setDefault(&f.Exclusions[i].To, len(f.MainSteps()))
	}
	if f.Output == FunnelActors && f.Actors == nil {
		f.Actors = &FunnelActorList{}
	}
	if f.Actors != nil {
		setDefault(&f.Actors.Step, 1)
		setDefault(&f.Actors.Status, Reached)
	}
	f.Breakdown.setDefaults()
}

// MainSteps returns the indexes in Steps of the steps that are not optional.
func (f *Funnel) MainSteps() []int {
	var main []int
	for i := range f.Steps {
		if !f.Steps[i].Optional {
			main = append(main, i)
		}
	}
	return main
}

func (f *Funnel) selectors() []*EventSelector {
	var all []*EventSelector
	for i := range f.Steps {
		all = append(all, &f.Steps[i].EventSelector)
	}
	for i := range f.Exclusions {
		all = append(all, &f.Exclusions[i].EventSelector)
	}
	return all
}

func (f *Funnel) validate(c *checker) {
	if len(f.Steps) < 2 || len(f.Steps) > MaxSteps {
		c.invalid("funnel.steps", say.New("problem.step-count", "has {{number}} steps; a funnel has 2 to {{most}}", len(f.Steps), MaxSteps))
	}
	for i := range f.Steps {
		f.validateStep(c, i)
	}
	c.window("funnel.window", f.window())
	f.Actor.validate(c, "funnel.actor")
	oneOf(c, "funnel.order", f.Order, Ordered, Strict, Unordered)
	oneOf(c, "funnel.entry", f.Entry, AnyStart, FirstStart)
	f.validateExclusions(c)
	oneOf(c, "funnel.breakdownBy", f.BreakdownBy, ByFirstStep, ByLastStep)
	f.Breakdown.validate(c, "funnel.breakdown")
	f.validateOutput(c)
}

func (f *Funnel) validateStep(c *checker, i int) {
	at := indexPath("funnel.steps", i)
	f.Steps[i].validate(c, at)
	switch {
	case f.Steps[i].Optional && (i == 0 || i == len(f.Steps)-1):
		c.invalid(at+".optional", say.New("problem.optional-end", "is set on the first or last step; only a step between others can be optional"))
	case f.Steps[i].Optional && f.Order == Unordered:
		c.invalid(at+".optional", say.New("problem.optional-unordered",
			"is set in an unordered funnel, where no step comes between others; make the order ordered or strict"))
	}
	c.text(at+".label", f.Steps[i].Label)
}

func (f *Funnel) validateExclusions(c *checker) {
	if most := MaxSteps - len(f.Steps); len(f.Exclusions) > most {
		c.invalid("funnel.exclusions", say.New("problem.many-exclusions",
			"has {{number}} entries; steps and exclusions together are at most {{most}}", len(f.Exclusions), MaxSteps))
	}
	for i := range f.Exclusions {
		e, at := &f.Exclusions[i], indexPath("funnel.exclusions", i)
		if f.Order == Unordered {
			c.invalid(at, say.New("problem.exclusion-unordered",
				"is not possible in an unordered funnel, where no step comes between others; make the order ordered or strict"))
			continue
		}
		e.validate(c, at)
		if last := len(f.MainSteps()); e.From < 1 || e.To > last || e.From >= e.To {
			c.invalid(at, say.New("problem.exclusion-between",
				"lies between steps {{from}} and {{to}}; use two different steps out of 1 to {{last}}, in order", e.From, e.To, last))
		}
	}
}

func (f *Funnel) validateOutput(c *checker) {
	oneOf(c, "funnel.output", f.Output, FunnelSteps, FunnelChart, FunnelConversion, FunnelTrend, FunnelTimeToConvert, FunnelActors)
	oneOf(c, "funnel.interval", f.Interval, Hourly, Daily, Weekly, Monthly, Auto)
	c.count("funnel.bins", f.Bins, 1, MaxBins)
	if f.Actors == nil {
		return
	}
	if f.Actors.Step < 1 || f.Actors.Step > len(f.Steps) {
		c.invalid("funnel.actors.step", say.New("problem.no-step", "is {{step}}; the funnel has steps 1 to {{last}}", f.Actors.Step, len(f.Steps)))
	}
	oneOf(c, "funnel.actors.status", f.Actors.Status, Reached, Dropped, InProgress)
	f.Breakdown.validateValue(c, "funnel.actors.value", f.Actors.Value)
}

// MaxBins is the largest number of a histogram's bins.
const MaxBins = 100

func (f *Funnel) window() window { return window{f.Window, MaxWindow, "366d"} }

// WindowDuration returns the window of a validated funnel.
func (f *Funnel) WindowDuration() time.Duration { return f.window().duration() }
