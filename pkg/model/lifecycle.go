package model

// Lifecycle splits the actors of each bucket into new, returning, resurrecting and dormant.
type Lifecycle struct {
	// EventSelector picks the events that count; any event by default.
	EventSelector
}

func (p *Lifecycle) setDefaults() { setDefault(&p.Event, AnyEvent) }

func (p *Lifecycle) validate() error { return p.EventSelector.validate("lifecycle") }
