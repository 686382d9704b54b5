package model

import (
	"regexp"
	"slices"
	"strings"

	"github.com/footfall-analytics/footfall/pkg/say"
)

// Operator compares a property with the values of a filter. A property that is not set equals nothing: it fails every
// operator but !=, notIn and isNotSet.
type Operator string

// The operators. =, !=, contains, matches, <, <=, > and >= take one value, in and notIn one or more, isSet and isNotSet none. Text is
// compared byte by byte, with case. For =, !=, in and notIn, a property that is a JSON number equals every way to write it (12, 12.0,
// 1.2e1), and a text equals only itself; contains and matches see the shortest form. matches takes a regular expression, see [Pattern]; <,
// <=, > and >= compare numbers, and a property that is not a number fails them.
const (
	Equal          Operator = "="
	NotEqual       Operator = "!="
	In             Operator = "in"
	NotIn          Operator = "notIn"
	Contains       Operator = "contains"
	Matches        Operator = "matches"
	Less           Operator = "<"
	LessOrEqual    Operator = "<="
	Greater        Operator = ">"
	GreaterOrEqual Operator = ">="
	IsSet          Operator = "isSet"
	IsNotSet       Operator = "isNotSet"
)

// Filter keeps the events whose property compares with the values.
type Filter struct {
	// Property is a column (device_type, page_url, session_id, user_id, event_type), a path into the event's metadata (metadata.channel,
	// metadata.cart.total; a dot inside a name is written \.), or a present value of the user's profile (profile.segment, profile.tags,
	// profile.total_clicks, profile.consent, profile.traits.plan, profile.scores.churn). Tags and categories are one text each, separated
	// by commas. Or it is [SegmentProperty].
	Property string   `json:"property"`
	Operator Operator `json:"operator"`
	// Values are what to compare with, as text, also for numbers.
	Values []string `json:"values,omitempty"`
}

// NumberPattern is the text that counts as a number, in the syntax that Go and PostgreSQL share.
const NumberPattern = `^[+-]?([0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?$`

var number = regexp.MustCompile(NumberPattern)

func validateFilters(c *checker, field string, filters []Filter) {
	if len(filters) > MaxFilters {
		c.invalid(field, say.New("problem.many-filters", "has {{number}} filters; at most {{most}} are allowed", len(filters), MaxFilters))
	}
	for i := range filters {
		filters[i].validate(c, indexPath(field, i))
	}
}

func (f *Filter) validate(c *checker, field string) {
	p, problem := parseProperty(field+".property", f.Property)
	c.add(problem)
	if p.Segment {
		oneOf(c, field+".operator", f.Operator, Equal, NotEqual, In, NotIn)
	}
	f.validateCount(c, field)
	for i, v := range f.Values {
		f.validateValue(c, indexPath(field+".values", i), v)
	}
}

func (f *Filter) validateValue(c *checker, field, value string) {
	if !c.text(field, value) {
		return
	}
	if f.Operator == Matches {
		if _, reason := Pattern(value); reason.ID != "" {
			c.invalid(field, say.New("problem.pattern", "is {{value}}, in which {{reason}}", quote(value), reason))
		}
	}
	if f.Operator.numeric() && !number.MatchString(value) {
		c.invalid(field, say.New("problem.no-number", "is {{value}}; the operator {{operator}} needs a number such as 12.5", quote(value), f.Operator))
	}
}

func (f *Filter) validateCount(c *checker, field string) {
	count := len(f.Values)
	wrong := c.invalid
	if count == 0 {
		wrong = c.missing
	}
	switch f.Operator {
	case Equal, NotEqual, Contains, Matches, Less, LessOrEqual, Greater, GreaterOrEqual:
		if count != 1 {
			wrong(field+".values", say.New("problem.values-one", "has {{number}} values; the operator {{operator}} takes one", count, f.Operator))
		}
	case In, NotIn:
		if count == 0 || count > MaxFilterValues {
			wrong(field+".values", say.New("problem.values-some", "has {{number}} values; the operator {{operator}} takes 1 to {{most}}", count, f.Operator, MaxFilterValues))
		}
	case IsSet, IsNotSet:
		if count != 0 {
			wrong(field+".values", say.New("problem.values-none", "has {{number}} values; the operator {{operator}} takes none", count, f.Operator))
		}
	default:
		oneOf(c, field+".operator", f.Operator, Equal, NotEqual, In, NotIn, Contains, Matches, Less, LessOrEqual, Greater, GreaterOrEqual, IsSet, IsNotSet)
	}
}

func (o Operator) numeric() bool {
	return slices.Contains([]Operator{Less, LessOrEqual, Greater, GreaterOrEqual}, o)
}

// SegmentProperty is the property whose values are the names of the segments that the actor's user is in now. It may be compared by =, !=, in
// and notIn: in keeps who is in one of the segments, notIn who is in none, those of whom no user is known among them.
const SegmentProperty = "segment"

// Property is a parsed property name: a column of user_events or of user_profiles, a path into one of their JSON columns, or the segments.
type Property struct {
	// Segment says that it is [SegmentProperty]; then the other fields are empty.
	Segment bool
	// Profile reports whether the column belongs to user_profiles.
	Profile bool
	// Column is the column's name.
	Column string
	// Path leads into the column's JSON, outermost name first; nil for other columns.
	Path []string
}

// Columns are the columns of events that a filter or a breakdown may name, and ProfileColumns the columns of profiles.
var (
	Columns        = []string{"event_type", "page_url", "device_type", "session_id", "user_id"}
	ProfileColumns = []string{"segment", "tags", "favorite_categories", "total_clicks", "consent"}
)

// pathPrefixes are the prefixes of property names that lead into JSON.
var pathPrefixes = []struct {
	name     string
	property Property
}{
	{"metadata.", Property{Column: "metadata"}},
	{"profile.traits.", Property{Profile: true, Column: "traits"}},
	{"profile.scores.", Property{Profile: true, Column: "scores"}},
}

// ParseProperty reads a property name as written in a query. The field names the place for the error.
func ParseProperty(field, name string) (Property, error) {
	p, problem := parseProperty(field, name)
	return p, orNil(problem)
}

func parseProperty(field, name string) (Property, *Error) {
	if name == "" {
		return Property{}, &Error{Field: field, Reason: say.New("problem.no-property", "is empty; choose a property"), Missing: true}
	}
	if problem := validText(field, name); problem != nil {
		return Property{}, problem
	}
	if name == SegmentProperty {
		return Property{Segment: true}, nil
	}
	if slices.Contains(Columns, name) {
		return Property{Column: name}, nil
	}
	if column, ok := strings.CutPrefix(name, "profile."); ok && slices.Contains(ProfileColumns, column) {
		return Property{Profile: true, Column: column}, nil
	}
	for _, prefix := range pathPrefixes {
		path, ok := strings.CutPrefix(name, prefix.name)
		if !ok {
			continue
		}
		p := prefix.property
		p.Path = splitPath(path)
		if len(p.Path) > MaxPropertyParts || slices.Contains(p.Path, "") {
			return Property{}, invalid(field, say.New("problem.no-path", "is {{name}}; a path has 1 to {{most}} names, none of them empty", quote(name), MaxPropertyParts))
		}
		return p, nil
	}
	return Property{}, invalid(field, say.New("problem.unknown-property",
		"is {{name}}; use {{columns}}, segment, metadata.NAME, profile.NAME, profile.traits.NAME or profile.scores.NAME", quote(name), Columns))
}

// splitPath cuts at every dot without a backslash before it; \. stands for a dot and \\ for a backslash.
func splitPath(path string) []string {
	var parts []string
	var part strings.Builder
	for i := 0; i < len(path); i++ {
		switch {
		case path[i] == '\\' && i+1 < len(path):
			i++
			part.WriteByte(path[i])
		case path[i] == '.':
			parts = append(parts, part.String())
			part.Reset()
		default:
			part.WriteByte(path[i])
		}
	}
	return append(parts, part.String())
}
