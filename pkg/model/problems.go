package model

import (
	"encoding/json"
	"errors"
	"slices"

	"github.com/footfall-analytics/footfall/pkg/say"
)

// Error is a problem of a query: the field as a path into the JSON, and a reason that says what to do.
type Error struct {
	Field  string
	Reason say.Text
	// Missing says that the value is not there yet, as in a query that is being written.
	Missing bool
}

func (e *Error) Error() string { return e.Field + " " + e.Reason.String() }

// MarshalJSON writes what the editor shows at a field.
func (e *Error) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Field     string   `json:"field"`
		Reason    say.Text `json:"reason"`
		IsMissing bool     `json:"isMissing,omitempty"`
	}{e.Field, e.Reason, e.Missing})
}

// Problems returns everything that keeps a query from running, given the error of [Parse]. The first is the one that the error's text
// names. For any other error, and for nil, the list is empty.
func Problems(err error) []*Error {
	var all problems
	if errors.As(err, &all) {
		return all
	}
	var one *Error
	if errors.As(err, &one) {
		return []*Error{one}
	}
	return []*Error{} // in JSON a list, not null
}

// problems is the error of a query and holds at least one problem. Its text is the first one's, for places that can show only one sentence.
type problems []*Error

func (p problems) Error() string { return p[0].Error() }

func (p problems) Unwrap() []error {
	all := make([]error, len(p))
	for i := range p {
		all[i] = p[i]
	}
	return all
}

// maxProblems is how many problems of one query are reported. Nobody reads more, and a query of 1 MiB could have a hundred thousand.
const maxProblems = 100

// checker gathers the problems of a query, in the order in which they are found.
type checker struct{ found problems }

// err returns the problems found; nil for none.
func (c *checker) err() error {
	if len(c.found) == 0 {
		return nil
	}
	return c.found
}

// add adds a problem unless it is nil, and reports whether it is nil.
func (c *checker) add(found *Error) bool {
	if found != nil && len(c.found) < maxProblems {
		c.found = append(c.found, found)
	}
	return found == nil
}

func (c *checker) invalid(field string, reason say.Text) { c.add(invalid(field, reason)) }

// missing adds a problem for something that a query needs and does not have yet.
func (c *checker) missing(field string, reason say.Text) {
	c.add(&Error{Field: field, Reason: reason, Missing: true})
}

// text refuses what cannot be text in a query, see [ValidateText].
func (c *checker) text(field, s string) bool { return c.add(validText(field, s)) }

// count refuses numbers outside least to most.
func (c *checker) count(field string, value, least, most int) {
	if value < least || value > most {
		c.invalid(field, outOfRange(value, least, most))
	}
}

// property refuses what is no property with one value.
func (c *checker) property(field, name string) {
	_, problem := parseProperty(field, name)
	c.add(problem)
	if problem == nil {
		c.noSegment(field, name)
	}
}

func (c *checker) noSegment(field, name string) {
	if name == SegmentProperty {
		c.invalid(field, say.New("problem.segment-property", "is segment, of which a user may have several; choose a property with one value, or filter by segment"))
	}
}

// oneOf refuses a word that is not in the list, and names the list.
func oneOf[T ~string](c *checker, field string, value T, words ...T) {
	if slices.Contains(words, value) {
		return
	}
	names := make([]string, len(words))
	for i, w := range words {
		names[i] = string(w)
	}
	last := len(names) - 1
	list := say.New("problem.list-or", "{{before}} or {{last}}", names[:last], names[last])
	c.invalid(field, say.New("problem.not-one-of", "is {{value}}; use {{words}}", quote(value), list))
}

func invalid(field string, reason say.Text) *Error {
	return &Error{Field: shorten(field), Reason: reason}
}

// orNil returns an untyped nil where there is no problem.
func orNil(problem *Error) error {
	if problem == nil {
		return nil
	}
	return problem
}

func outOfRange(value, least, most any) say.Text {
	return say.New("problem.out-of-range", "is {{value}}; use {{least}} to {{most}}", value, least, most)
}
