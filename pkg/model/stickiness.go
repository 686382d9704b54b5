package model

// Stickiness asks in how many buckets of the range each actor was active.
type Stickiness struct {
	// EventSelector picks the events that count; any event by default.
	EventSelector
}

func (p *Stickiness) setDefaults() { setDefault(&p.Event, AnyEvent) }

func (p *Stickiness) validate() error { return p.EventSelector.validate("stickiness") }
