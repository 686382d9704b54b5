package analysis

import (
	"context"
	"math/big"
	"regexp"
	"slices"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Deed is a condition on the events that selector i of a scan picks, for the i-th deed.
type Deed struct {
	// From and To are the time of the events that count, as [Event] counts, To exclusive.
	From, To int64
	// Which says which event must be in that time; with AnyOf, all that are in it are measured.
	Which Which
	// Measure of the events is compared with the number; both only with AnyOf.
	Measure model.Measure
	Comparison
}

// Which is an event of an actor.
type Which int

// The events: any, or the first or last one of all.
const (
	AnyOf Which = iota
	FirstOf
	LastOf
)

// Comparison compares with a number, exactly.
type Comparison struct {
	operator model.Operator
	value    *big.Rat
	// small has the results for the first whole numbers.
	small [64]bool
}

// NewComparison makes a comparison by >=, <=, =, !=, < or > with a number in text.
func NewComparison(operator model.Operator, value string) Comparison {
	n, ok := new(big.Rat).SetString(value)
	if !ok {
		panic("analysis: a condition that was not validated: " + value)
	}
	c := Comparison{operator: operator, value: n}
	for i := range c.small {
		c.small[i] = c.holds(new(big.Rat).SetInt64(int64(i)))
	}
	return c
}

func (c *Comparison) holds(n *big.Rat) bool {
	sign := n.Cmp(c.value)
	switch c.operator {
	case model.GreaterOrEqual:
		return sign >= 0
	case model.LessOrEqual:
		return sign <= 0
	case model.Equal:
		return sign == 0
	case model.NotEqual:
		return sign != 0
	case model.Less:
		return sign < 0
	}
	return sign > 0
}

func (c *Comparison) holdsOf(n int) bool {
	if n < len(c.small) {
		return c.small[n]
	}
	return c.holds(new(big.Rat).SetInt64(int64(n)))
}

// Deeds finds out, actor by actor, which of up to 64 deeds hold.
type Deeds struct {
	deeds  []Deed
	values *Values
	// nextDay returns when the day after a time's begins: Measure Days counts days.
	nextDay func(us int64) int64
	// numbers are those of values that are numbers, by their number in values, as far as they were looked up.
	numbers []lookedUp
	seen    map[uint32]struct{}
	// Nothing has the bits of the deeds that hold for an actor without events.
	Nothing uint64
	// Keys are the actors for whom other deeds hold than for those, and Bits which.
	Keys []int64
	Bits []uint64
}

type lookedUp struct {
	known  bool
	number *big.Rat
}

// NewDeeds makes an empty visitor.
func NewDeeds(deeds []Deed, values *Values, nextDay func(us int64) int64) *Deeds {
	d := &Deeds{deeds: deeds, values: values, nextDay: nextDay, seen: map[uint32]struct{}{}}
	d.Nothing = d.bits(context.Background(), nil)
	return d
}

// Visit looks at an actor.
func (d *Deeds) Visit(ctx context.Context, events []Event) {
	if bits := d.bits(ctx, events); bits != d.Nothing {
		d.Keys, d.Bits = append(d.Keys, events[0].Actor), append(d.Bits, bits)
	}
}

func (d *Deeds) bits(ctx context.Context, events []Event) (bits uint64) {
	for i := range d.deeds {
		if d.holds(ctx, &d.deeds[i], 1<<i, events) {
			bits |= 1 << i
		}
	}
	return bits
}

func (d *Deeds) holds(ctx context.Context, deed *Deed, pick uint64, events []Event) bool {
	switch deed.Which {
	case FirstOf:
		i := slices.IndexFunc(events, func(e Event) bool { return e.Picks&pick != 0 })
		return i >= 0 && deed.within(&events[i])
	case LastOf:
		for i := len(events) - 1; i >= 0; i-- {
			if events[i].Picks&pick != 0 {
				return deed.within(&events[i])
			}
		}
		return false
	}
	switch deed.Measure {
	case model.Count, model.Days, model.DistinctValues:
		return deed.holdsOf(d.count(deed, pick, events))
	}
	n, found := d.measure(ctx, deed, pick, events)
	return found && deed.Comparison.holds(n)
}

func (deed *Deed) within(e *Event) bool { return e.Time >= deed.From && e.Time < deed.To }

// count counts events, days or different values.
func (d *Deeds) count(deed *Deed, pick uint64, events []Event) (n int) {
	clear(d.seen)
	end := int64(-1 << 63) // of the day that was counted last
	for i := range events {
		e := &events[i]
		if e.Picks&pick == 0 || !deed.within(e) {
			continue
		}
		switch {
		case deed.Measure == model.Days && e.Time >= end:
			end = d.nextDay(e.Time)
			n++
		case deed.Measure == model.DistinctValues && e.Value != 0:
			d.seen[e.Value] = struct{}{}
		case deed.Measure == model.Count:
			n++
		}
	}
	return n + len(d.seen)
}

// measure returns the sum, mean, minimum or maximum of the events' numbers; false where it is of nothing. The sum of nothing is 0.
func (d *Deeds) measure(ctx context.Context, deed *Deed, pick uint64, events []Event) (*big.Rat, bool) {
	n, result := int64(0), new(big.Rat)
	for i := range events {
		if ended(ctx, i) {
			break
		}
		e := &events[i]
		if e.Picks&pick == 0 || !deed.within(e) {
			continue
		}
		number := d.number(e.Value)
		if number == nil {
			continue
		}
		switch n++; {
		case deed.Measure == model.Sum || deed.Measure == model.Mean:
			result.Add(result, number)
		case n == 1 || deed.Measure == model.Minimum && number.Cmp(result) < 0 || deed.Measure == model.Maximum && number.Cmp(result) > 0:
			result = number
		}
	}
	if deed.Measure == model.Mean && n > 0 {
		result.Quo(result, new(big.Rat).SetInt64(n))
	}
	return result, n > 0 || deed.Measure == model.Sum
}

// longestNumeral is how many characters a number may have: what filters take has fewer, but JSON numbers come with all their digits. Longer ones
// are none, or who sends them could hold up everybody.
const longestNumeral = 2000

// numeral is a text that is a number: as in filters, and with more digits, since JSON numbers may have more.
var numeral = regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$`)

// number returns the number that a value is; nil for none.
func (d *Deeds) number(value uint32) *big.Rat {
	if more := int(value) + 1 - len(d.numbers); more > 0 {
		d.numbers = append(d.numbers, make([]lookedUp, more)...)
	}
	known := &d.numbers[value]
	if !known.known {
		known.known = true
		if text, set := d.values.Text(value); set && len(text) <= longestNumeral && numeral.MatchString(text) {
			known.number, _ = new(big.Rat).SetString(text)
		}
	}
	return known.number
}
