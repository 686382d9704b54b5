package twin

import (
	"math/big"
	"slices"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Members returns the users of whom a definition holds at the settings' moment, in order. Users who have no profile, and of whom no condition
// holds that does not hold for somebody who did nothing, are not known.
func Members(definition *model.Condition, w World, s Settings) []string {
	w = w.ResolveAliases()
	behind := map[*model.Behind][]string{}
	of := map[string][]Event{"": nil}
	for _, e := range w.Events {
		if e.User != "" {
			of[e.User] = append(of[e.User], e)
		}
	}
	var members []string
	for user, events := range of {
		p := candidate{user: user, events: events, world: w, settings: s, behind: behind}
		if user == "" || !p.holds(definition) {
			continue
		}
		nobody := candidate{world: w, settings: s, behind: behind}
		if events[0].Profile != nil || !slices.Equal(p.simple(definition), nobody.simple(definition)) {
			members = append(members, user)
		}
	}
	slices.Sort(members)
	return members
}

// candidate is a user of whom conditions hold or not; without events, somebody who did nothing.
type candidate struct {
	user     string
	events   []Event
	world    World
	settings Settings
	behind   map[*model.Behind][]string
}

// simple returns which of the conditions hold that do not join others, whatever they are joined to.
func (p candidate) simple(c *model.Condition) []bool {
	var list []bool
	for _, joined := range [][]model.Condition{c.All, c.Any} {
		for i := range joined {
			list = append(list, p.simple(&joined[i])...)
		}
	}
	if list == nil {
		plain := *c
		plain.Not = false
		list = []bool{p.holds(&plain)}
	}
	return list
}

func (p candidate) holds(c *model.Condition) bool {
	holds := false
	switch {
	case c.All != nil:
		holds = !slices.ContainsFunc(c.All, func(each model.Condition) bool { return !p.holds(&each) })
	case c.Any != nil:
		holds = slices.ContainsFunc(c.Any, func(each model.Condition) bool { return p.holds(&each) })
	case c.Did != nil:
		holds = p.did(c.Did)
	case c.First != nil:
		all := p.picked(c.First.EventSelector, model.Span{})
		holds = len(all) > 0 && p.within(c.First.Span, all[0].Time)
	case c.Last != nil:
		all := p.picked(c.Last.EventSelector, model.Span{})
		holds = len(all) > 0 && p.within(c.Last.Span, all[len(all)-1].Time)
	case c.Profile != nil:
		holds = allHold(c.Profile, p.asEvent())
	case c.Segment != "":
		holds = slices.Contains(p.asEvent().Segments, c.Segment)
	case c.Behind != nil:
		holds = slices.Contains(p.listBehind(c.Behind), p.user)
	}
	return holds != c.Not
}

// asEvent returns any event of the user.
func (p candidate) asEvent() Event {
	if p.events == nil {
		return Event{}
	}
	return p.events[0]
}

func (p candidate) listBehind(b *model.Behind) []string {
	if known, found := p.behind[b]; found {
		return known
	}
	q, err := model.Parse(b.Query)
	if err != nil {
		panic(err)
	}
	users := []string{}
	r := Range{From: p.dayBefore(b.LastDays), To: p.settings.Now.Add(time.Microsecond)}
	for _, a := range FunnelActors(q, p.world, r, p.settings) {
		users = append(users, a.ID)
	}
	p.behind[b] = users
	return users
}

func (p candidate) calendar() calendar { return calendar{zone: p.settings.Zone, period: model.Day} }

// dayBefore returns when the day began, so many days ago.
func (p candidate) dayBefore(days int) time.Time {
	return p.calendar().begin(p.calendar().bucket(p.settings.Now) - days)
}

func (p candidate) within(span model.Span, t time.Time) bool {
	local := t.In(p.settings.Zone).Format(time.DateOnly)
	return !t.After(p.settings.Now) && (span.Since == "" || local >= span.Since) && (span.Until == "" || local <= span.Until) &&
		(span.LastDays == 0 || !t.Before(p.dayBefore(span.LastDays)))
}

// picked returns the events of a kind in a time, in order of time.
func (p candidate) picked(s model.EventSelector, span model.Span) []Event {
	var list []Event
	for _, e := range p.events {
		if Picks(&model.Query{}, s, e) && p.within(span, e.Time) {
			list = append(list, e)
		}
	}
	slices.SortStableFunc(list, func(a, b Event) int { return a.Time.Compare(b.Time) })
	return list
}

func (p candidate) did(d *model.Did) bool {
	events := p.picked(d.EventSelector, d.Span)
	days, values := map[int]bool{}, map[string]bool{}
	var numbers []*big.Rat
	for _, e := range events {
		days[p.calendar().bucket(e.Time)] = true
		if d.Property == "" {
			continue
		}
		text, set := PropertyOf(e, d.Property)
		if set {
			values[text] = true
		}
		if set && written.MatchString(text) {
			numbers = append(numbers, rational(text))
		}
	}
	whole := func(n int) *big.Rat { return big.NewRat(int64(n), 1) }
	sum := whole(0)
	for _, n := range numbers {
		sum.Add(sum, n)
	}
	var measure *big.Rat
	switch d.Measure {
	case model.Count:
		measure = whole(len(events))
	case model.Days:
		measure = whole(len(days))
	case model.DistinctValues:
		measure = whole(len(values))
	case model.Sum:
		measure = sum
	}
	if len(numbers) > 0 {
		byValue := func(a, b *big.Rat) int { return a.Cmp(b) }
		switch d.Measure {
		case model.Mean:
			measure = sum.Quo(sum, whole(len(numbers)))
		case model.Minimum:
			measure = slices.MinFunc(numbers, byValue)
		case model.Maximum:
			measure = slices.MaxFunc(numbers, byValue)
		}
	}
	if measure == nil {
		return false
	}
	sign := measure.Cmp(rational(d.Value))
	return map[model.Operator]bool{
		model.GreaterOrEqual: sign >= 0, model.LessOrEqual: sign <= 0, model.Equal: sign == 0, model.NotEqual: sign != 0, model.Less: sign < 0, model.Greater: sign > 0,
	}[d.Operator]
}
