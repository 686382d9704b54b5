package model

// Lifecycle splits the users of each bucket into new (never active before, in all data), returning (also active in the bucket before),
// resurrecting (active earlier, but not in the bucket before) and dormant (active in the bucket before and not in this one). The buckets
// are all that touch the range, each counted whole.
type Lifecycle struct {
	// EventSelector picks the events that make a user active; any event by default.
	EventSelector
	// Interval is the bucket: hour, day (default), week, month or auto.
	Interval Interval `json:"interval,omitempty"`
}

func (l *Lifecycle) setDefaults() {
	setDefault(&l.Event, AnyEvent)
	setDefault(&l.Interval, Daily)
}

func (l *Lifecycle) validate(c *checker) {
	l.EventSelector.validate(c, "lifecycle")
	oneOf(c, "lifecycle.interval", l.Interval, Hourly, Daily, Weekly, Monthly, Auto)
}
