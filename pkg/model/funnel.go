package model

import (
	"strconv"
	"time"
)

// FunnelOutput is the frame that a funnel query returns.
type FunnelOutput string

// The outputs of a funnel.
const (
	// FunnelSteps is a table with one row a step (and breakdown value): users, shares, dropped, in progress, median time.
	FunnelSteps FunnelOutput = "steps"
	// FunnelConversion is one number a breakdown value, the share of first-step users who reached the last step: what an
	// alert rule or a stat panel takes.
	FunnelConversion FunnelOutput = "conversion"
)

// Funnel asks how many users did a list of steps in order, each after the one before, all within the window.
//
// A conversion to step k is a chain of k events of one user, one per step, with strictly increasing times, whose last
// event is at most Window after its first. Any first-step event in the panel's range may start a chain; later steps may
// lie after the range. A user counts at every step up to the deepest that any of the user's chains reaches.
type Funnel struct {
	// Steps, 2 to 64.
	Steps []FunnelStep `json:"steps"`
	// Window is the longest time from the first step to the last, inclusive, in elapsed time: a number and a unit out of
	// s, m, h, d (24 h) and w. Default 24h.
	Window string `json:"window,omitempty"`
	// Breakdown splits the funnel by a property of the event that fills the first step.
	Breakdown *Breakdown `json:"breakdown,omitempty"`
	// Output is steps (default) or conversion.
	Output FunnelOutput `json:"output,omitempty"`
}

// FunnelStep is one step of a funnel.
type FunnelStep struct {
	EventSelector
	// Label is shown instead of the event's name.
	Label string `json:"label,omitempty"`
}

// Title is what a step is called on screen.
func (s *FunnelStep) Title() string {
	switch {
	case s.Label != "":
		return s.Label
	case s.Event == AnyEvent:
		return "any event"
	}
	return s.Event
}

// Breakdown splits a result by the values of a property: the Limit values with the most users each get a row of their
// own, the others are added up under "Other", and events without the property are under "(none)".
type Breakdown struct {
	Property string `json:"property"`
	// Limit is how many values get a row, 1 to 50. Default 5.
	Limit int `json:"limit,omitempty"`
}

// MaxBreakdownLimit is the largest number of breakdown values.
const MaxBreakdownLimit = 50

// MaxWindow is the longest funnel window.
const MaxWindow = 366 * 24 * time.Hour

func (f *Funnel) setDefaults() {
	if f.Window == "" {
		f.Window = "24h"
	}
	if f.Output == "" {
		f.Output = FunnelSteps
	}
	if f.Breakdown != nil && f.Breakdown.Limit == 0 {
		f.Breakdown.Limit = 5
	}
}

func (f *Funnel) validate() error {
	if len(f.Steps) < 2 || len(f.Steps) > MaxSteps {
		return invalid("funnel.steps", "has %d steps; a funnel has 2 to %d", len(f.Steps), MaxSteps)
	}
	for i := range f.Steps {
		at := indexed("funnel.steps", i)
		if err := f.Steps[i].validate(at); err != nil {
			return err
		}
		if err := ValidateText(at+".label", f.Steps[i].Label); err != nil {
			return err
		}
	}
	if _, err := f.window(); err != nil {
		return err
	}
	if f.Output != FunnelSteps && f.Output != FunnelConversion {
		return invalid("funnel.output", "is %q; use steps or conversion", f.Output)
	}
	return f.Breakdown.validate("funnel.breakdown")
}

func (b *Breakdown) validate(field string) error {
	if b == nil {
		return nil
	}
	if b.Limit < 1 || b.Limit > MaxBreakdownLimit {
		return invalid(field+".limit", "is %d; use 1 to %d", b.Limit, MaxBreakdownLimit)
	}
	_, err := ParseProperty(field+".property", b.Property)
	return err
}

func (f *Funnel) window() (time.Duration, error) {
	const field = "funnel.window"
	units := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}
	if len(f.Window) < 2 {
		return 0, invalid(field, "is %q; write a number and a unit, such as 30m, 24h or 14d", f.Window)
	}
	unit, ok := units[f.Window[len(f.Window)-1]]
	n, err := strconv.ParseInt(f.Window[:len(f.Window)-1], 10, 32)
	if !ok || err != nil || n < 1 {
		return 0, invalid(field, "is %q; write a number and a unit, such as 30m, 24h or 14d", f.Window)
	}
	if time.Duration(n) > MaxWindow/unit {
		return 0, invalid(field, "is %s; the longest window is 366d", f.Window)
	}
	return time.Duration(n) * unit, nil
}

// WindowDuration is the parsed window of a validated funnel.
func (f *Funnel) WindowDuration() time.Duration {
	d, err := f.window()
	if err != nil {
		panic("model: WindowDuration of a funnel that was not validated: " + err.Error())
	}
	return d
}
