package plan

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// Settings are what a statement depends on apart from query and range.
type Settings struct {
	// Zone cuts hours, days, weeks and months.
	Zone *time.Location
	// WeekStart is the first day of a week.
	WeekStart time.Weekday
	// Now is the present: later events do not count in cohorts.
	Now time.Time
}

// Statement is one SQL statement with its arguments and the source that it reads.
type Statement struct {
	SQL  string
	Args []any
	// Source is what the statement reads: [rawEvents], [closedDays], or a table.
	Source string
	// Reason says why that source was chosen.
	Reason say.Text
}

// Comment says what the statement reads, and why.
func (s Statement) Comment() say.Text {
	return say.New("plan.source", "source: {{source}}; {{reason}}", s.SourceText(), s.Reason)
}

// SourceText returns the source as people read it.
func (s Statement) SourceText() say.Text {
	switch s.Source {
	case rawEvents:
		return say.New("plan.raw-events", "raw events")
	case closedDays:
		return say.New("plan.closed-days", "closed days")
	}
	return say.New("plan.table", "table {{name}}", s.Source)
}

// String shows the statement with the values of its arguments, for people to read.
func (s Statement) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "-- %s\n%s", s.Comment(), s.SQL)
	for i, arg := range s.Args {
		fmt.Fprintf(&b, "\n-- $%d = %s", i+1, literal(arg))
	}
	return b.String()
}

func literal(arg any) string {
	switch v := arg.(type) {
	case time.Time:
		return v.Format(time.RFC3339Nano)
	case []time.Time:
		texts := make([]string, len(v))
		for i, t := range v {
			texts[i] = literal(t)
		}
		return "{" + strings.Join(texts, ", ") + "}"
	case time.Duration:
		return v.String()
	case string:
		return strconv.Quote(v)
	}
	if list, ok := arg.([]string); ok {
		return fmt.Sprintf("%q", list)
	}
	return fmt.Sprint(arg)
}

// MaxBuckets is how many days, weeks or months a query may cut time into.
const MaxBuckets = 1000

const rawEvents = "raw events"

// arguments collects the values bound to $1, $2, ... of one statement.
type arguments []any

// bind adds a value and returns its placeholder, cast to the SQL type.
func (a *arguments) bind(value any, sqlType string) string {
	*a = append(*a, value)
	return fmt.Sprintf("$%d::%s", len(*a), sqlType)
}

// timestamp binds a time to the microsecond, which is what the server keeps.
func (a *arguments) timestamp(t time.Time) string { return a.bind(t.UTC(), "timestamptz") }

// value is the SQL for a property; null where it is not set. Events are "e" and profiles "p".
type value struct {
	// text is the expression for the text as it is stored.
	text string
	// json is the expression for the property as JSON; empty for a property that is always text.
	json string
}

func (a *arguments) value(name string) value {
	p := parseProperty(name)
	column := "e." + p.Column // one of model.Columns
	if p.Profile {
		column = "p." + p.Column
	}
	switch {
	case p.Path != nil:
		path := a.bind(p.Path, "text[]")
		return value{text: "(" + column + " #>> " + path + ")", json: "(" + column + " #> " + path + ")"}
	case p.Column == "tags" || p.Column == "favorite_categories":
		return value{text: "nullif(array_to_string(" + column + ", ','), '')"}
	case p.Column == "total_clicks":
		return value{text: column + "::text", json: "to_jsonb(" + column + ")"}
	case p.Column == "consent":
		return value{text: column + "::text"}
	}
	return value{text: column}
}

// property returns the SQL for a property's text, null if it is not set. A number has one text, however it is stored: 12 for 12.0.
func (a *arguments) property(name string) string { return a.value(name).oneText() }

// oneText returns the SQL for the text, in which a number has one form. It looks at the text first, which is cheaper; numbers in it have no
// exponent.
func (v value) oneText() string {
	if v.json == "" {
		return v.text
	}
	return "CASE WHEN " + v.text + " LIKE '%.%0' AND jsonb_typeof(" + v.json + ") = 'number' THEN trim_scale(" + v.text + "::numeric)::text ELSE " + v.text + " END"
}

func parseProperty(name string) model.Property {
	p, err := model.ParseProperty("property", name)
	if err != nil {
		panic("plan: a query that was not validated: " + err.Error())
	}
	return p
}

// properties lists the properties that selectors and filters use.
func properties(filters []model.Filter, selectors ...*model.EventSelector) []string {
	var names []string
	for _, f := range filters {
		names = append(names, f.Property)
	}
	for _, s := range selectors {
		names = append(names, properties(s.Filters)...)
	}
	return names
}

// selects returns the conditions under which a selector picks an event.
func (a *arguments) selects(s *model.EventSelector) []string {
	var conditions []string
	if s.Event != model.AnyEvent {
		conditions = append(conditions, "e.event_type = "+a.bind(s.Event, "text"))
	}
	return append(conditions, a.filters(s.Filters)...)
}

func (a *arguments) filters(filters []model.Filter) []string {
	conditions := make([]string, 0, len(filters))
	for i := range filters {
		conditions = append(conditions, a.filter(&filters[i]))
	}
	return conditions
}

// filter returns a condition that is never null: a property that is not set fails every operator but the negated ones.
func (a *arguments) filter(f *model.Filter) string {
	if parseProperty(f.Property).Segment {
		return a.inSegments(f)
	}
	return a.filterOn(f, a.value(f.Property))
}

// filterOn is filter for a property that is found elsewhere.
func (a *arguments) filterOn(f *model.Filter, v value) string {
	switch f.Operator {
	case model.Equal, model.In:
		return "coalesce(" + a.among(v, f.Values) + ", false)"
	case model.NotEqual, model.NotIn:
		return "(" + a.among(v, f.Values) + ") IS NOT TRUE"
	case model.Contains:
		return "coalesce(position(" + a.bind(f.Values[0], "text") + " IN " + v.oneText() + ") > 0, false)"
	case model.Matches:
		pattern, _ := model.Pattern(f.Values[0])
		return "coalesce(" + v.oneText() + " ~ " + a.bind(pattern, "text") + ", false)"
	case model.IsSet:
		return v.text + " IS NOT NULL"
	case model.IsNotSet:
		return v.text + " IS NULL"
	}
	// <, <=, > and >= were checked against the list of operators, so the text is one of these four.
	return "coalesce(" + a.number(v) + " " + string(f.Operator) + " " + a.bind(f.Values[0], "text") + "::numeric, false)"
}

// among returns the condition that a property is one of some texts, or a JSON number that equals one of them, however both are written. It
// is null if the property is not set.
func (a *arguments) among(v value, texts []string) string {
	var numbers []string
	for _, text := range texts {
		if number, ok := model.Numeral(text); ok {
			numbers = append(numbers, number)
		}
	}
	switch {
	case v.json != "" && numbers != nil && len(texts) == 1:
		return a.looksLike(v, texts[0], numbers[0]) + " AND " + a.amongJSON(v, texts, numbers)
	case v.json != "" && numbers != nil:
		return a.amongJSON(v, texts, numbers)
	case len(texts) == 1:
		return v.text + " = " + a.bind(texts[0], "text")
	}
	return v.text + " = ANY(" + a.bind(texts, "text[]") + ")"
}

func (a *arguments) amongJSON(v value, texts, values []string) string {
	for _, text := range texts {
		quoted, err := json.Marshal(text)
		if err != nil {
			panic(err) // a string always has a JSON form
		}
		values = append(values, string(quoted))
	}
	return v.json + " = ANY(" + a.bind(values, "text[]") + "::jsonb[])"
}

// looksLike returns a condition to check before the exact one, at half the cost: that a property's text is the given one, or begins with
// the number, however many zeros the database keeps at its end.
func (a *arguments) looksLike(v value, text, number string) string {
	start, exponent, _ := strings.Cut(number, "e") // the database writes no exponents
	switch {
	case strings.HasPrefix(exponent, "-") && number[0] == '-':
		start = "-0."
	case strings.HasPrefix(exponent, "-"):
		start = "0."
	}
	condition := "starts_with(" + v.text + ", " + a.bind(start, "text") + ")"
	if strings.HasPrefix(text, start) {
		return condition
	}
	return "(" + condition + " OR " + v.text + " = " + a.bind(text, "text") + ")"
}

// number returns the SQL for a property as a number, also if it is a number written as text; null if it is neither.
func (a *arguments) number(v value) string {
	written := "CASE WHEN " + v.text + " ~ " + a.bind(model.NumberPattern, "text") + " THEN " + v.text + "::numeric END"
	if v.json == "" {
		return written
	}
	return "CASE jsonb_typeof(" + v.json + ") WHEN 'number' THEN " + v.json + "::numeric WHEN 'string' THEN " + written + " END"
}

// all joins lists of conditions.
func all(lists ...[]string) string {
	conditions := slices.Concat(lists...)
	if len(conditions) == 0 {
		return "true"
	}
	return strings.Join(conditions, " AND ")
}

// lines joins the parts of a statement, one a line.
func lines(parts ...string) string { return strings.Join(parts, "\n") }

func indent(s string) string { return "    " + strings.ReplaceAll(s, "\n", "\n    ") }
