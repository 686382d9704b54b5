package model

// Timeline lists one actor's events.
type Timeline struct {
	// EventSelector picks the events that count; any event by default.
	EventSelector
}

func (p *Timeline) setDefaults() { setDefault(&p.Event, AnyEvent) }

func (p *Timeline) validate() error { return p.EventSelector.validate("timeline") }
