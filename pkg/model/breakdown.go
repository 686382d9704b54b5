package model

import (
	"slices"

	"github.com/footfall-analytics/footfall/pkg/say"
)

// Breakdown splits a result by the values of a property: the Limit values with the most users each get a row of their
// own, the others are added up under "Other", and events without the property are under "(none)". A breakdown by [SegmentProperty] has a row for each
// of the Limit largest segments, in order of their size at the last refresh, and "(none)" for who is in none of these; an actor counts in each of its
// user's segments, so that rows overlap.
type Breakdown struct {
	// Property is a property as in filters; heatmaps do not take segments.
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
	if b == nil {
		return
	}
	c.count(field+".limit", b.Limit, 1, MaxBreakdownLimit)
	_, problem := parseProperty(field+".property", b.Property)
	c.add(problem)
}

// BySegment reports whether a query is broken down by segments.
func (q *Query) BySegment() bool {
	b := q.Breakdown()
	return b != nil && b.Property == SegmentProperty
}

// Breakdown returns the breakdown of a funnel, retention or trend; nil for none, and for others.
func (q *Query) Breakdown() *Breakdown {
	switch q.QueryType {
	case FunnelType:
		return q.Funnel.Breakdown
	case RetentionType:
		return q.Retention.Breakdown
	case TrendType:
		return q.Trend.Breakdown
	}
	return nil
}

// OfSegments returns a query that is broken down by segments as it asks about those whom the filter keeps, without the breakdown.
func (q *Query) OfSegments(keep Filter) *Query {
	asked := *q
	asked.Filters = append(slices.Clone(q.Filters), keep)
	switch q.QueryType {
	case FunnelType:
		part := *q.Funnel
		part.Breakdown, asked.Funnel = nil, &part
		if part.Actors != nil {
			actors := *part.Actors
			actors.Value, part.Actors = nil, &actors
		}
	case RetentionType:
		part := *q.Retention
		part.Breakdown, asked.Retention = nil, &part
		if part.Actors != nil {
			actors := *part.Actors
			actors.Value, part.Actors = nil, &actors
		}
	case TrendType:
		part := *q.Trend
		part.Breakdown, asked.Trend = nil, &part
	}
	return &asked
}
