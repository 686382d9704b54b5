package model

import (
	"bytes"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/footfall-analytics/footfall/pkg/say"
)

// Segment is a named group of users, as it is written in files and sent to the analyzer.
type Segment struct {
	// Name is how filters call the segment: a small letter, then small letters, digits, "-" and "_", at most 63 in all.
	Name string `json:"name"`
	// Title, Description and Owner are for people.
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Owner       string `json:"owner,omitempty"`
	// TimeZone is the IANA name of the zone in which relative times are cut; UTC by default.
	TimeZone string `json:"timeZone,omitempty"`
	// EveryMinutes is how many minutes members may be out of date, 1 to 10080; 60 by default.
	EveryMinutes int `json:"everyMinutes,omitempty"`
	// Definition says who is in it. Without one, it is a list of users that is uploaded.
	Definition *Condition `json:"definition,omitempty"`
}

// Condition says of which users something holds: one of All, Any, Did, First, Last, Profile, Segment and Behind.
type Condition struct {
	// Not turns the condition around. Then, and where a condition also holds for who did nothing, everybody is meant who has a profile.
	Not bool `json:"not,omitempty"`
	// All must hold, or Any one of these.
	All []Condition `json:"all,omitempty"`
	Any []Condition `json:"any,omitempty"`
	// Did compares what a user did with a number.
	Did *Did `json:"did,omitempty"`
	// First and Last say when the user's first or last event of a kind, of all time up to now, was.
	First *Occurrence `json:"first,omitempty"`
	Last  *Occurrence `json:"last,omitempty"`
	// Profile has filters by properties of profiles, which must all hold.
	Profile []Filter `json:"profile,omitempty"`
	// Segment is the name of a segment that the user is in.
	Segment string `json:"segment,omitempty"`
	// Behind is the list behind a number.
	Behind *Behind `json:"behind,omitempty"`
}

// Measure is what is counted or computed of a user's events.
type Measure string

// The measures. Count counts events, and Days the days, in the segment's zone, on which there is one. The others are of the numbers that a property has; events
// where it is no number are left out. DistinctValues counts the different values of a property, whatever they are.
const (
	Count          Measure = "count"
	Days           Measure = "days"
	Sum            Measure = "sum"
	Mean           Measure = "mean"
	Minimum        Measure = "min"
	Maximum        Measure = "max"
	DistinctValues Measure = "distinct"
)

// Did compares a measure of the events that a user did in a time with a number. A sum, a count, days and distinct values are 0 where there is no event; a mean,
// minimum or maximum of nothing compares with no number.
type Did struct {
	EventSelector
	Span
	// Measure is Count by default.
	Measure Measure `json:"measure,omitempty"`
	// Property is what sum, mean, min, max and distinct are of.
	Property string `json:"property,omitempty"`
	// Operator is one of >=, <=, =, !=, < and >; >= by default.
	Operator Operator `json:"operator,omitempty"`
	// Value is what the measure is compared with, a number; 1 by default.
	Value string `json:"value,omitempty"`
}

// Occurrence picks the events of a kind, and says when one of them was.
type Occurrence struct {
	EventSelector
	Span
}

// Span is a time: the last days, or from a date to another, or, if nothing is set, ever. Events after now are in none. Dates and days are cut in the segment's
// zone.
type Span struct {
	// LastDays is today and so many days before it, 1 to 3660.
	LastDays int `json:"lastDays,omitempty"`
	// Since is the first day, and Until the last one, as 2026-03-01.
	Since string `json:"since,omitempty"`
	Until string `json:"until,omitempty"`
}

// Behind is a query whose answer lists users, asked over a relative range.
type Behind struct {
	// Query is a saved query, as a panel has it.
	Query json.RawMessage `json:"query"`
	// LastDays is the range: today and so many days before it, 1 to 3660, up to now.
	LastDays int `json:"lastDays"`
}

// Limits of a definition.
const (
	MaxConditions     = 50
	MaxConditionDepth = 3
	MaxLastDays       = 3660
	MaxEveryMinutes   = 7 * 24 * 60
)

var segmentName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}$`)

// ParseSegment decodes, completes and validates a segment. Unknown fields are errors: a word that is written wrong must not make a segment of everybody. An
// error wraps an [Error], and [Problems] lists all of them.
func ParseSegment(raw []byte) (*Segment, error) {
	var s Segment
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		return nil, &Error{Field: "segment", Reason: say.New("problem.segment-json", "cannot be read: {{reason}}", err.Error())}
	}
	if decoder.More() {
		return nil, &Error{Field: "segment", Reason: say.New("problem.segment-more", "has more after its end; send one at a time")}
	}
	setDefault(&s.TimeZone, "UTC")
	setDefault(&s.EveryMinutes, 60)
	var c checker
	if !segmentName.MatchString(s.Name) {
		c.invalid("name", say.New("problem.segment-name", `is {{name}}; use a small letter, then small letters, digits, "-" and "_", at most 63`, quote(s.Name)))
	}
	for field, text := range map[string]string{"title": s.Title, "description": s.Description, "owner": s.Owner} {
		c.text(field, text)
	}
	c.add(validTimeZone("timeZone", s.TimeZone))
	c.count("everyMinutes", s.EveryMinutes, 1, MaxEveryMinutes)
	if s.Definition != nil {
		total := 0
		s.Definition.check(&c, "definition", 0, &total)
		if total > MaxConditions {
			c.invalid("definition", say.New("problem.many-conditions", "has {{number}} conditions; at most {{most}} are allowed", total, MaxConditions))
		}
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	return &s, nil
}

// check sets defaults and notes what is wrong. The total counts conditions.
func (d *Condition) check(c *checker, field string, depth int, total *int) {
	*total++
	if *total > MaxConditions {
		return
	}
	if depth > MaxConditionDepth {
		c.invalid(field, say.New("problem.deep-condition", "is nested more than {{most}} deep", MaxConditionDepth))
		return
	}
	set := 0
	for _, is := range []bool{d.All != nil, d.Any != nil, d.Did != nil, d.First != nil, d.Last != nil, d.Profile != nil, d.Segment != "", d.Behind != nil} {
		if is {
			set++
		}
	}
	if set != 1 {
		c.invalid(field, say.New("problem.one-condition", "has {{number}} of all, any, did, first, last, profile, segment and behind; use exactly one", set))
		return
	}
	for name, list := range map[string][]Condition{"all": d.All, "any": d.Any} {
		if list != nil && len(list) == 0 {
			c.missing(field+"."+name, say.New("problem.no-conditions", "has no conditions"))
		}
		for i := range list {
			list[i].check(c, indexPath(field+"."+name, i), depth+1, total)
		}
	}
	switch {
	case d.Did != nil:
		d.Did.check(c, field+".did")
	case d.First != nil:
		d.First.check(c, field+".first")
	case d.Last != nil:
		d.Last.check(c, field+".last")
	case d.Profile != nil:
		checkProfile(c, field+".profile", d.Profile)
	case d.Segment != "":
		c.text(field+".segment", d.Segment)
	case d.Behind != nil:
		d.Behind.check(c, field+".behind")
	}
}

func checkProfile(c *checker, field string, filters []Filter) {
	if len(filters) == 0 {
		c.missing(field, say.New("problem.no-conditions", "has no conditions"))
	}
	validateFilters(c, field, filters)
	for i, f := range filters {
		if p, problem := parseProperty("", f.Property); problem == nil && !p.Profile {
			c.invalid(indexPath(field, i)+".property", say.New("problem.no-profile-property", "is {{name}}, which is no property of profiles", quote(f.Property)))
		}
	}
}

func (d *Did) check(c *checker, field string) {
	setDefault(&d.Measure, Count)
	setDefault(&d.Operator, GreaterOrEqual)
	setDefault(&d.Value, "1")
	d.validate(c, field)
	d.Span.check(c, field)
	oneOf(c, field+".measure", d.Measure, Count, Days, Sum, Mean, Minimum, Maximum, DistinctValues)
	switch d.Measure {
	case Count, Days:
		if d.Property != "" {
			c.invalid(field+".property", say.New("problem.measure-property", "is {{name}}, but {{measure}} is of events and takes no property", quote(d.Property), d.Measure))
		}
	default:
		c.property(field+".property", d.Property)
		if p, problem := parseProperty("", d.Property); problem == nil && p.Profile {
			c.invalid(field+".property", say.New("problem.no-event-property", "is {{name}}, which is no property of events", quote(d.Property)))
		}
	}
	oneOf(c, field+".operator", d.Operator, GreaterOrEqual, LessOrEqual, Equal, NotEqual, Less, Greater)
	if !number.MatchString(d.Value) {
		c.invalid(field+".value", say.New("problem.no-number", "is {{value}}; the operator {{operator}} needs a number such as 12.5", quote(d.Value), d.Operator))
	}
}

func (o *Occurrence) check(c *checker, field string) {
	o.validate(c, field)
	o.Span.check(c, field)
}

func (s *Span) check(c *checker, field string) {
	if s.LastDays != 0 {
		c.count(field+".lastDays", s.LastDays, 1, MaxLastDays)
		if s.Since != "" || s.Until != "" {
			c.invalid(field+".lastDays", say.New("problem.two-spans", "stands beside since or until; use one or the other"))
		}
	}
	first, ok := s.date(c, field+".since", s.Since)
	last, too := s.date(c, field+".until", s.Until)
	if ok && too && s.Since != "" && s.Until != "" && last.Before(first) {
		c.invalid(field+".until", say.New("problem.until-before", "is {{until}}, before since, {{since}}", s.Until, s.Since))
	}
}

func (s *Span) date(c *checker, field, text string) (time.Time, bool) {
	if text == "" {
		return time.Time{}, true
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil || day.Year() < 1 {
		c.invalid(field, say.New("problem.no-date", "is {{value}}; write a date as 2026-03-01", quote(text)))
	}
	return day, err == nil
}

func (b *Behind) check(c *checker, field string) {
	c.count(field+".lastDays", b.LastDays, 1, MaxLastDays)
	q, err := Parse(b.Query)
	if err != nil {
		for _, p := range Problems(err) {
			c.add(&Error{Field: field + ".query." + p.Field, Reason: p.Reason, Missing: p.Missing})
		}
		return
	}
	if q.BySegment() {
		c.invalid(field+".query", say.New("problem.list-by-segment", "is broken down by segment; filter by the segment instead"))
	}
	if !q.ListsUsers() {
		c.invalid(field+".query", say.New("problem.no-list", "lists no users; use a funnel or retention that lists users"))
	}
}

// ListsUsers reports whether the answer to a parsed query is a list of users.
func (q *Query) ListsUsers() bool {
	switch q.QueryType {
	case FunnelType:
		return q.Funnel.Output == FunnelActors && q.Funnel.Actor == UserActor
	case RetentionType:
		return q.Retention.Output == RetentionActors && q.Retention.Actor == UserActor
	}
	return false
}

// Needs returns the names of the segments that a definition refers to, each once and in order.
func (d *Condition) Needs() []string {
	var names []string
	if d.Segment != "" {
		names = append(names, d.Segment)
	}
	for _, list := range [][]Condition{d.All, d.Any} {
		for i := range list {
			names = append(names, list[i].Needs()...)
		}
	}
	if d.Behind != nil {
		if q, err := Parse(d.Behind.Query); err == nil {
			names = append(names, q.SegmentNames()...)
		}
	}
	for _, filters := range d.filters() {
		for _, f := range filters {
			if f.Property == SegmentProperty {
				names = append(names, f.Values...)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (d *Condition) filters() [][]Filter {
	switch {
	case d.Did != nil:
		return [][]Filter{d.Did.Filters}
	case d.First != nil:
		return [][]Filter{d.First.Filters}
	case d.Last != nil:
		return [][]Filter{d.Last.Filters}
	}
	return nil
}

// CheckCycles returns an error if a segment needs itself, by way of others; needs has, by name, which segments each needs.
func CheckCycles(needs map[string][]string) error {
	state := map[string]int{} // 1 while its needs are followed, 2 afterwards
	var path []string
	var follow func(name string) error
	follow = func(name string) error {
		path = append(path, name)
		defer func() { path = path[:len(path)-1] }()
		switch state[name] {
		case 1:
			cycle := slices.Clone(path[slices.Index(path, name):])
			for i := range cycle {
				cycle[i] = strconv.Quote(cycle[i])
			}
			return &Error{Field: "definition", Reason: say.New("problem.segment-cycle", "needs itself: {{path}}", strings.Join(cycle, " → "))}
		case 2:
			return nil
		}
		state[name] = 1
		for _, next := range needs[name] {
			if err := follow(next); err != nil {
				return err
			}
		}
		state[name] = 2
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(needs)) {
		if err := follow(name); err != nil {
			return err
		}
	}
	return nil
}
