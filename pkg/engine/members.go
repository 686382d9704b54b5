package engine

import (
	"context"
	"encoding/binary"
	"slices"
	"time"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

// SegmentQuestion asks who is in a segment at the settings' moment; relative times are cut in their zone.
type SegmentQuestion struct {
	// Definition is a validated one.
	Definition *model.Condition
	plan.Settings
}

// Members returns the keys of the users of whom a definition holds, each once and in order. What happens after now counts for nothing.
// Memberships in other segments are those of now in the database. A segment that does not exist is an error.
func (e *Engine) Members(ctx context.Context, q SegmentQuestion, trace *Trace) ([]int64, error) {
	return read(ctx, e, q.Definition.Needs(), trace, func(ctx context.Context, r *reading) ([]int64, error) {
		m := memberSearch{reading: r, question: q, facts: map[int64]uint64{}}
		m.number(q.Definition)
		for _, find := range []func(context.Context) error{m.findDeeds, m.findUserFacts, m.findBehind} {
			if err := find(ctx); err != nil {
				return nil, err
			}
		}
		return m.members(ctx)
	})
}

// memberSearch finds a segment's members. Its conditions, apart from those that join others, have a bit each.
type memberSearch struct {
	*reading
	question SegmentQuestion
	// conditions are those with a bit, and bits are theirs.
	conditions []*model.Condition
	bits       map[*model.Condition]uint64
	// facts are the conditions that hold, by user; others those that hold for users of whom nothing is known.
	facts  map[int64]uint64
	others uint64
}

// number gives the conditions that do not join others a bit each.
func (m *memberSearch) number(c *model.Condition) {
	if m.bits == nil {
		m.bits = map[*model.Condition]uint64{}
	}
	for _, list := range [][]model.Condition{c.All, c.Any} {
		for i := range list {
			m.number(&list[i])
		}
	}
	if c.All == nil && c.Any == nil {
		m.bits[c] = 1 << len(m.conditions)
		m.conditions = append(m.conditions, c)
	}
}

// note says which of some conditions hold for a user, and that the others of them do not.
func (m *memberSearch) note(user int64, of, hold uint64) {
	known, found := m.facts[user]
	if !found {
		known = m.others
	}
	m.facts[user] = known&^of | hold
}

// noteOthers says the same of everybody of whom nothing else is noted. It comes before any note of the same conditions.
func (m *memberSearch) noteOthers(of, hold uint64) {
	for user, known := range m.facts {
		m.facts[user] = known&^of | hold
	}
	m.others = m.others&^of | hold
}

// deed is a condition on events.
type deed struct {
	bit      uint64
	selector *model.EventSelector
	property string
	analysis.Deed
}

// findDeeds finds for whom the conditions on events hold. A scan tells the values of one property, so there is one for each that is measured.
func (m *memberSearch) findDeeds(ctx context.Context) error {
	var properties []string
	deeds := map[string][]deed{}
	for _, c := range m.conditions {
		if d, ok := m.deed(c); ok {
			if deeds[d.property] == nil {
				properties = append(properties, d.property)
			}
			deeds[d.property] = append(deeds[d.property], d)
		}
	}
	if plain := deeds[""]; len(properties) > 1 && plain != nil { // any scan tells what these need
		properties = slices.DeleteFunc(properties, func(p string) bool { return p == "" })
		deeds[properties[0]] = append(deeds[properties[0]], plain...)
	}
	for _, property := range properties {
		if err := m.follow(ctx, property, deeds[property]); err != nil {
			return err
		}
	}
	return nil
}

func (m *memberSearch) deed(c *model.Condition) (d deed, ok bool) {
	d.bit = m.bits[c]
	var span *model.Span
	switch {
	case c.Did != nil:
		d.selector, span, d.property = &c.Did.EventSelector, &c.Did.Span, c.Did.Property
		d.Measure, d.Comparison = c.Did.Measure, analysis.NewComparison(c.Did.Operator, c.Did.Value)
	case c.First != nil:
		d.selector, span, d.Which = &c.First.EventSelector, &c.First.Span, analysis.FirstOf
	case c.Last != nil:
		d.selector, span, d.Which = &c.Last.EventSelector, &c.Last.Span, analysis.LastOf
	default:
		return d, false
	}
	d.From, d.To = analysis.Bounds(plan.SpanRange(span, m.question.Settings))
	return d, true
}

// follow reads the events of some deeds, and notes for whom these hold.
func (m *memberSearch) follow(ctx context.Context, property string, deeds []deed) error {
	scan := plan.Scan{Actor: model.UserActor, Value: property, Range: m.spanOf(deeds)}
	of, list := uint64(0), make([]analysis.Deed, len(deeds))
	for i, d := range deeds {
		of |= d.bit
		list[i] = d.Deed
		scan.Picks = append(scan.Picks, d.selector)
		if d.property != "" {
			scan.ValueOf |= 1 << i
		}
	}
	holding := func(places uint64) (bits uint64) {
		for i := range deeds {
			if places>>i&1 == 1 {
				bits |= deeds[i].bit
			}
		}
		return bits
	}
	values := analysis.NewValues()
	days, err := m.days(ctx, scan.Range)
	if err != nil {
		return err
	}
	nextDay := func(us int64) int64 {
		return analysis.Microseconds(plan.NextDay(analysis.TimeOf(us), m.question.Settings))
	}
	visitors, err := followDays(ctx, m.reading, scan, days, values, func() *analysis.Deeds { return analysis.NewDeeds(list, values, nextDay) })
	if err != nil {
		return err
	}
	m.noteOthers(of, holding(visitors[0].Nothing))
	for _, v := range visitors {
		for i, key := range v.Keys {
			m.note(key, of, holding(v.Bits[i]))
		}
	}
	return nil
}

// spanOf returns the time that deeds are about.
func (m *memberSearch) spanOf(deeds []deed) model.Range {
	all := plan.SpanRange(&model.Span{}, m.question.Settings)
	first := all.To.Add(-time.Microsecond)
	for _, d := range deeds {
		if d.Which != analysis.AnyOf || d.From == -1<<63 {
			return all
		}
		if from := analysis.TimeOf(d.From); from.Before(first) {
			first = from
		}
	}
	return model.Range{From: first, To: all.To}
}

// findUserFacts finds for whom the conditions on profiles and other segments hold.
func (m *memberSearch) findUserFacts(ctx context.Context) error {
	scan := plan.Scan{Actor: model.UserActor}
	var bits []uint64
	all := uint64(0)
	for _, c := range m.conditions {
		filters := c.Profile
		if c.Segment != "" {
			filters = []model.Filter{{Property: model.SegmentProperty, Operator: model.Equal, Values: []string{c.Segment}}}
		}
		if filters != nil {
			scan.Picks = append(scan.Picks, &model.EventSelector{Filters: filters})
			bits = append(bits, m.bits[c])
			all |= m.bits[c]
		}
	}
	if bits == nil {
		return nil
	}
	holding := func(mask []byte) (hold uint64) {
		places := binary.BigEndian.Uint64(mask)
		for i, bit := range bits {
			if places>>i&1 == 1 {
				hold |= bit
			}
		}
		return hold
	}
	type holder struct {
		key  int64
		hold uint64
	}
	var found []holder
	statement := scan.ReadUserFacts()
	err := m.snapshot.Stream(ctx, 0, statement, func(values [][]byte) error {
		if key := int64(binary.BigEndian.Uint64(values[0])); key == 0 {
			m.noteOthers(all, holding(values[1]))
		} else {
			found = append(found, holder{key, holding(values[1])})
		}
		return nil
	})
	m.trace.add(statement, len(found)+1, 0)
	for _, p := range found {
		m.note(p.key, all, p.hold)
	}
	return err
}

// findBehind finds who is behind numbers.
func (m *memberSearch) findBehind(ctx context.Context) error {
	for _, c := range m.conditions {
		if c.Behind == nil {
			continue
		}
		keys, err := m.behind(ctx, c.Behind)
		if err != nil {
			return err
		}
		for _, key := range keys {
			m.note(key, m.bits[c], m.bits[c])
		}
	}
	return nil
}

func (m *memberSearch) behind(ctx context.Context, b *model.Behind) (keys []int64, err error) {
	q := Question{Settings: m.question.Settings, Range: plan.LastDays(b.LastDays, m.question.Settings)}
	if q.Query, err = model.Parse(b.Query); err != nil {
		return nil, err
	}
	q.Query.Fit(q.Range)
	if q.Query.QueryType == model.RetentionType {
		_, _, keys, err = m.retentionList(ctx, q)
		return keys, err
	}
	f, err := m.funnel(ctx, q)
	if err != nil {
		return nil, err
	}
	found, err := f.list(ctx)
	for _, entry := range found {
		keys = append(keys, entry.actor)
	}
	return keys, err
}

// members returns for whom the definition holds.
func (m *memberSearch) members(ctx context.Context) ([]int64, error) {
	var keys []int64
	if m.holds(m.question.Definition, m.others) {
		statement := plan.KnownUsers()
		err := m.snapshot.Stream(ctx, 0, statement, func(values [][]byte) error {
			key := int64(binary.BigEndian.Uint64(values[0]))
			if _, known := m.facts[key]; !known {
				keys = append(keys, key)
			}
			return nil
		})
		m.trace.add(statement, len(keys), 0)
		if err != nil {
			return nil, err
		}
	}
	for key, facts := range m.facts {
		if m.holds(m.question.Definition, facts) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys), nil
}

// holds reports whether a condition holds, given those with bits that do.
func (m *memberSearch) holds(c *model.Condition, facts uint64) bool {
	holds := c.All != nil || facts&m.bits[c] != 0
	for i := range c.All {
		holds = holds && m.holds(&c.All[i], facts)
	}
	for i := range c.Any {
		holds = holds || m.holds(&c.Any[i], facts)
	}
	return holds != c.Not
}
