package twin

import (
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Picks reports whether an event is one of a selector's, under the query's own filters.
func Picks(q *model.Query, s model.EventSelector, e Event) bool {
	return (s.Event == model.AnyEvent || s.Event == e.Type) && allHold(q.Filters, e) && allHold(s.Filters, e)
}

func allHold(filters []model.Filter, e Event) bool {
	return !slices.ContainsFunc(filters, func(f model.Filter) bool { return !holds(f, e) })
}

func holds(f model.Filter, e Event) bool {
	if f.Property == model.SegmentProperty {
		in := slices.ContainsFunc(e.Segments, func(name string) bool { return slices.Contains(f.Values, name) })
		return in == (f.Operator == model.Equal || f.Operator == model.In)
	}
	value := valueOf(e, f.Property)
	text, set := textOf(value)
	among := slices.ContainsFunc(f.Values, func(v string) bool { return equals(value, v) })
	switch f.Operator {
	case model.IsSet:
		return set
	case model.IsNotSet:
		return !set
	case model.Equal, model.In:
		return set && among
	case model.NotEqual, model.NotIn:
		return !set || !among
	case model.Contains:
		return set && strings.Contains(text, f.Values[0])
	case model.Matches:
		return set && regexp.MustCompile(f.Values[0]).MatchString(text)
	}
	return compares(f.Operator, value, f.Values[0])
}

// equals compares a value as a number if it is one, and as text if not.
func equals(value any, text string) bool {
	if n, ok := jsonNumber(value); ok {
		return written.MatchString(text) && rational(text).Cmp(n) == 0
	}
	own, set := textOf(value)
	return set && own == text
}

// number is text that counts as a number, and written is how a number, of any length, may be written.
var (
	number  = regexp.MustCompile(`^[+-]?([0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?$`)
	written = regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$`)
)

// compares compares exactly: 0.1 is a tenth, and all digits count.
func compares(operator model.Operator, of any, value string) bool {
	n, ok := numberOf(of)
	if !ok {
		return false
	}
	sign := n.Cmp(rational(value))
	switch operator {
	case model.Less:
		return sign < 0
	case model.LessOrEqual:
		return sign <= 0
	case model.Greater:
		return sign > 0
	case model.GreaterOrEqual:
		return sign >= 0
	}
	panic("twin: unknown operator " + string(operator))
}

func rational(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		panic("twin: not a number: " + text)
	}
	return r
}

// numberOf returns a number, or the number that a text is.
func numberOf(value any) (*big.Rat, bool) {
	if n, ok := jsonNumber(value); ok {
		return n, true
	}
	text, isText := value.(string)
	if !isText || !number.MatchString(text) {
		return nil, false
	}
	return rational(text), true
}

func jsonNumber(value any) (*big.Rat, bool) {
	switch value.(type) {
	case json.Number, float64, int, int64:
		return rational(fmt.Sprint(value)), true
	}
	return nil, false
}

// PropertyOf returns the text of an event's property, and whether it is set.
func PropertyOf(e Event, name string) (string, bool) { return textOf(valueOf(e, name)) }

// valueOf returns an event's property; nil where it is not set.
func valueOf(e Event, name string) any {
	p, err := model.ParseProperty("property", name)
	if err != nil {
		panic(err)
	}
	if p.Profile {
		return e.Profile.property(p.Column, p.Path)
	}
	columns := map[string]string{
		"event_type": e.Type, "page_url": e.PageURL, "device_type": e.DeviceType, "session_id": e.SessionID, "user_id": e.User,
	}
	if text, ok := columns[p.Column]; ok {
		return orNil(text)
	}
	var value any = e.Metadata
	for _, part := range p.Path {
		value = member(value, part)
	}
	return value
}

// orNil returns a text; no text is not set.
func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// member returns what PostgreSQL's #>> finds under one name of a path; null where there is nothing.
func member(value any, name string) any {
	switch v := value.(type) {
	case map[string]any:
		return v[name]
	case []any:
		i, err := strconv.Atoi(name)
		if i < 0 {
			i += len(v)
		}
		if err == nil && i >= 0 && i < len(v) {
			return v[i]
		}
	}
	return nil
}

// textOf returns the text that stands for a value: of a number, its shortest writing without an exponent. Null is not set. Whole objects
// and arrays do not occur.
func textOf(value any) (string, bool) {
	switch v := value.(type) {
	case nil:
		return "", false
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case json.Number, float64, int, int64:
		return numericText(fmt.Sprint(v)), true
	}
	panic(fmt.Sprintf("twin: a property that is %T has no text here", value))
}

// numericText writes a number without an exponent and without zeros at its end.
func numericText(text string) string {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	_, fraction, _ := strings.Cut(mantissa, ".")
	shift, _ := strconv.Atoi(exponent)
	long := rational(text).FloatString(max(0, len(fraction)-shift))
	if strings.Contains(long, ".") {
		long = strings.TrimRight(strings.TrimRight(long, "0"), ".")
	}
	return long
}
