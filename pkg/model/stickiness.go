package model

// StickinessOutput is the frame that a stickiness query returns.
type StickinessOutput string

// The outputs of stickiness.
const (
	// StickinessTable has a row for each number of buckets: how many users were active in exactly that many, and in at least that many.
	StickinessTable StickinessOutput = "table"
	// StickinessRate is one number, the share of the active users who were active in at least AtLeast buckets: what an alert rule
	// or a stat panel takes.
	StickinessRate StickinessOutput = "rate"
)

// MaxAtLeast is the largest number of buckets that a rate may ask for: as many as a range can have.
const MaxAtLeast = 1000

// Stickiness asks in how many buckets each user was active. The buckets are all that touch the range, each counted whole.
type Stickiness struct {
	// EventSelector picks the events that make a user active; any event by default.
	EventSelector
	// Interval is the bucket: hour, day (default), week or month.
	Interval Period `json:"interval,omitempty"`
	// Output is table (default) or rate.
	Output StickinessOutput `json:"output,omitempty"`
	// AtLeast is the number of buckets that the rate is about, 1 to 1000. Default 2.
	AtLeast int `json:"atLeast,omitempty"`
}

func (s *Stickiness) setDefaults() {
	setDefault(&s.Event, AnyEvent)
	setDefault(&s.Interval, Day)
	setDefault(&s.Output, StickinessTable)
	setDefault(&s.AtLeast, 2)
}

func (s *Stickiness) validate(c *checker) {
	s.EventSelector.validate(c, "stickiness")
	oneOf(c, "stickiness.interval", s.Interval, Hour, Day, Week, Month)
	oneOf(c, "stickiness.output", s.Output, StickinessTable, StickinessRate)
	c.count("stickiness.atLeast", s.AtLeast, 1, MaxAtLeast)
}
