package model

// Trend counts events or actors over time.
type Trend struct {
	// EventSelector picks the events that count; any event by default.
	EventSelector
}

func (p *Trend) setDefaults() { setDefault(&p.Event, AnyEvent) }

func (p *Trend) validate() error { return p.EventSelector.validate("trend") }
