package model

// Anomalies finds unusual actors, or buckets that leave their usual range.
type Anomalies struct {
	// EventSelector picks the events that count; any event by default.
	EventSelector
}

func (p *Anomalies) setDefaults() { setDefault(&p.Event, AnyEvent) }

func (p *Anomalies) validate() error { return p.EventSelector.validate("anomalies") }
