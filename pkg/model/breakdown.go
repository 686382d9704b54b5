package model

import "github.com/footfall-analytics/footfall/pkg/say"

// Breakdown splits a result by the values of a property: the Limit values with the most users each get a row of their
// own, the others are added up under "Other", and events without the property are under "(none)".
type Breakdown struct {
	Property string `json:"property"`
	// Limit is how many values get a row, 1 to 50. Default 5.
	Limit int `json:"limit,omitempty"`
}

// Groups returns how many values have a group of their own; 0 without a breakdown.
func (b *Breakdown) Groups() int {
	if b == nil {
		return 0
	}
	return b.Limit
}

// MaxBreakdownLimit is the largest number of breakdown values.
const MaxBreakdownLimit = 50

func (b *Breakdown) setDefaults() {
	if b != nil {
		setDefault(&b.Limit, 5)
	}
}

// validateValue refuses a breakdown value where there is no breakdown.
func (b *Breakdown) validateValue(c *checker, field string, value *string) {
	switch {
	case value == nil:
	case b == nil:
		c.invalid(field, say.New("problem.row-without-breakdown", "is given, but there is no breakdown; remove it, or choose a breakdown"))
	default:
		c.text(field, *value)
	}
}

func (b *Breakdown) validate(c *checker, field string) {
	if b != nil {
		c.count(field+".limit", b.Limit, 1, MaxBreakdownLimit)
		c.property(field+".property", b.Property)
	}
}
