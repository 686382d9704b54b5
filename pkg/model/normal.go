package model

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// normalize writes a valid query in its normal form, so that the same question in other words becomes the same query: lists are sorted
// where order means nothing, duplicates are removed, and properties and numbers are written in one way.
func (q *Query) normalize() {
	q.Filters = normalFilters(q.Filters)
	p, _ := q.part()
	for _, s := range p.selectors() {
		s.Filters = slices.DeleteFunc(normalFilters(s.Filters), func(f Filter) bool {
			_, everywhere := slices.BinarySearchFunc(q.Filters, f, compareFilters)
			return everywhere
		})
	}
	if f := q.Funnel; q.QueryType == FunnelType {
		slices.SortFunc(f.Exclusions, compareExclusions)
		f.Exclusions = slices.CompactFunc(f.Exclusions, func(a, b Exclusion) bool { return compareExclusions(a, b) == 0 })
	}
}

func normalFilters(filters []Filter) []Filter {
	for i := range filters {
		filters[i].normalize()
	}
	slices.SortFunc(filters, compareFilters)
	return slices.CompactFunc(filters, func(a, b Filter) bool { return compareFilters(a, b) == 0 })
}

func (f *Filter) normalize() {
	f.Property = normalProperty(f.Property)
	switch {
	case f.Operator == In || f.Operator == NotIn:
		slices.Sort(f.Values)
		if f.Values = slices.Compact(f.Values); len(f.Values) == 1 {
			f.Operator = map[Operator]Operator{In: Equal, NotIn: NotEqual}[f.Operator]
		}
	case f.Operator.numeric():
		f.Values[0], _ = Numeral(f.Values[0])
	}
}

// normalProperty escapes in a path what must be escaped, and nothing else.
func normalProperty(name string) string {
	for _, prefix := range pathPrefixes {
		if path, ok := strings.CutPrefix(name, prefix.name); ok {
			parts := splitPath(path)
			for i := range parts {
				parts[i] = strings.NewReplacer(`\`, `\\`, ".", `\.`).Replace(parts[i])
			}
			return prefix.name + strings.Join(parts, ".")
		}
	}
	return name
}

func compareFilters(a, b Filter) int {
	return cmp.Or(cmp.Compare(a.Property, b.Property), cmp.Compare(a.Operator, b.Operator), slices.Compare(a.Values, b.Values))
}

func compareSelectors(a, b *EventSelector) int {
	return cmp.Or(cmp.Compare(a.Event, b.Event), slices.CompareFunc(a.Filters, b.Filters, compareFilters))
}

func compareExclusions(a, b Exclusion) int {
	return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), compareSelectors(&a.EventSelector, &b.EventSelector))
}

// numeral is a number of any length: sign, digits before and after the point, and exponent.
var numeral = regexp.MustCompile(`^([+-]?)([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]{1,3}))?$`)

// mostZeros is how many zeros a numeral has before it is written with an exponent.
const mostZeros = 40

// Numeral returns the one JSON form of a number that stands for all others: 12 for 12.0, +012 and 1.2e1. It returns false for a text that
// is not a number.
func Numeral(text string) (string, bool) {
	parts := numeral.FindStringSubmatch(text)
	if parts == nil || parts[2]+parts[3] == "" {
		return "", false
	}
	exponent, _ := strconv.Atoi(parts[4]) // 0 where there is none
	exponent -= len(parts[3])
	digits := strings.TrimLeft(parts[2]+parts[3], "0")
	if digits == "" {
		return "0", true
	}
	significant := strings.TrimRight(digits, "0")
	exponent += len(digits) - len(significant)
	sign := strings.TrimPrefix(parts[1], "+")
	switch point := len(significant) + exponent; {
	case exponent >= 0 && exponent <= mostZeros:
		return sign + significant + strings.Repeat("0", exponent), true
	case exponent < 0 && point > 0:
		return sign + significant[:point] + "." + significant[point:], true
	case exponent < 0 && -point <= mostZeros:
		return sign + "0." + strings.Repeat("0", -point) + significant, true
	}
	return sign + significant + "e" + strconv.Itoa(exponent), true
}
