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
	text, set := PropertyOf(e, f.Property)
	switch f.Operator {
	case model.IsSet:
		return set
	case model.IsNotSet:
		return !set
	case model.Equal, model.In:
		return set && slices.Contains(f.Values, text)
	case model.NotEqual, model.NotIn:
		return !set || !slices.Contains(f.Values, text)
	case model.Contains:
		return set && strings.Contains(text, f.Values[0])
	case model.Matches:
		return set && regexp.MustCompile(f.Values[0]).MatchString(text)
	}
	return set && compares(f.Operator, text, f.Values[0])
}

var number = regexp.MustCompile(`^[+-]?([0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?$`)

// compares is exact: 0.1 is a tenth, and 40 digits count.
func compares(operator model.Operator, text, value string) bool {
	if !number.MatchString(text) {
		return false
	}
	sign := rational(text).Cmp(rational(value))
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

// PropertyOf is the text of an event's property, and whether it is set.
func PropertyOf(e Event, name string) (string, bool) {
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
		return text, text != ""
	}
	var value any = e.Metadata
	for _, part := range p.Path {
		value = member(value, part)
	}
	return jsonText(value)
}

// member is what PostgreSQL's #>> finds under one name of a path; null where there is nothing.
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

// jsonText is the text that PostgreSQL gives a JSON value; null is not set. Whole objects and arrays do not occur.
func jsonText(value any) (string, bool) {
	switch v := value.(type) {
	case nil:
		return "", false
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case json.Number:
		return numericText(v.String()), true
	case float64, int:
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return numericText(string(text)), true
	}
	panic(fmt.Sprintf("twin: a property that is %T has no text here", value))
}

// numericText writes a JSON number as PostgreSQL's numeric does: without an exponent, trailing zeros kept.
func numericText(text string) string {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	_, fraction, _ := strings.Cut(mantissa, ".")
	shift, _ := strconv.Atoi(exponent)
	return rational(text).FloatString(max(0, len(fraction)-shift))
}
