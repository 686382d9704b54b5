package model

// Paths follows actors from a chosen event, or to it.
type Paths struct {
	// EventSelector picks the events that count; any event by default.
	EventSelector
}

func (p *Paths) setDefaults() { setDefault(&p.Event, AnyEvent) }

func (p *Paths) validate() error { return p.EventSelector.validate("paths") }
