package twin

import (
	"encoding/json"
	"math/rand/v2"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// RandomSegment returns a definition of a segment of a scenario's world.
func RandomSegment(s Scenario, seed uint64) *model.Condition {
	g := generator{rand.New(rand.NewPCG(seed, 7))}
	c := g.condition(s, g.IntN(3))
	raw, err := json.Marshal(model.Segment{Name: "random", Definition: &c})
	if err != nil {
		panic(err)
	}
	parsed, err := model.ParseSegment(raw)
	if err != nil {
		panic(err)
	}
	return parsed.Definition
}

func (g generator) condition(s Scenario, depth int) (c model.Condition) {
	c.Not = g.chance(25)
	if depth > 0 {
		list := make([]model.Condition, 1+g.IntN(3))
		for i := range list {
			list[i] = g.condition(s, g.IntN(depth))
		}
		if g.chance(50) {
			c.All = list
		} else {
			c.Any = list
		}
		return c
	}
	switch g.IntN(8) {
	case 0:
		c.First = &model.Occurrence{EventSelector: g.selector(25), Span: g.span(s)}
	case 1:
		c.Last = &model.Occurrence{EventSelector: g.selector(25), Span: g.span(s)}
	case 2:
		c.Profile = []model.Filter{g.profileFilter()}
	case 3:
		c.Segment = pick(g, SegmentNames)
	case 4:
		if c.Behind = g.behind(s); c.Behind == nil {
			c.Segment = pick(g, SegmentNames)
		}
	default:
		c.Did = g.did(s)
	}
	return c
}

func (g generator) profileFilter() model.Filter {
	for {
		f := g.filter()
		if p, err := model.ParseProperty("", f.Property); err == nil && p.Profile {
			return f
		}
	}
}

// behind returns the list behind a step of one of the scenario's funnels; nil if it has none that can be one.
func (g generator) behind(s Scenario) *model.Behind {
	for _, q := range s.Queries {
		if q.QueryType != model.FunnelType || q.Funnel.Actor != model.UserActor {
			continue
		}
		copied, funnel := *q, *q.Funnel
		funnel.Output, funnel.Breakdown = model.FunnelActors, nil
		funnel.Actors = &model.FunnelActorList{Step: 1 + g.IntN(len(funnel.Steps)), Status: pick(g, []model.ActorStatus{model.Reached, model.Dropped, model.InProgress})}
		copied.Funnel = &funnel
		raw, err := json.Marshal(&copied)
		if err != nil {
			panic(err)
		}
		if _, err := model.Parse(raw); err == nil { // an optional step has one status only
			return &model.Behind{Query: raw, LastDays: 1 + g.IntN(400)}
		}
	}
	return nil
}

func (g generator) did(s Scenario) *model.Did {
	d := model.Did{EventSelector: g.selector(25), Span: g.span(s), Operator: pick(g, []model.Operator{
		model.GreaterOrEqual, model.GreaterOrEqual, model.LessOrEqual, model.Equal, model.NotEqual, model.Less, model.Greater,
	})}
	d.Value = pick(g, []string{"0", "1", "1", "2", "3", "1.5", "12", "10.5", "-3", "1e60", "22"})
	if g.chance(50) {
		d.Measure = pick(g, []model.Measure{model.Count, model.Days})
		return &d
	}
	d.Measure = pick(g, []model.Measure{model.Sum, model.Mean, model.Minimum, model.Maximum, model.DistinctValues})
	d.Property = pick(g, []string{"metadata.channel", "metadata.channel", "metadata.cart.total", "device_type", "page_url", "metadata.nothing", "event_type", "session_id"})
	return &d
}

func (g generator) span(s Scenario) (span model.Span) {
	switch g.IntN(3) {
	case 0:
		span.LastDays = pick(g, []int{1, 2, 7, 30, 400})
	case 1:
		day := s.Settings.Now
		if len(s.World.Events) > 0 {
			day = pick(g, s.World.Events).Time
		}
		if g.chance(70) {
			span.Since = day.In(s.Settings.Zone).AddDate(0, 0, -g.IntN(5)).Format(time.DateOnly)
		}
		if g.chance(50) {
			span.Until = day.In(s.Settings.Zone).AddDate(0, 0, g.IntN(3)).Format(time.DateOnly)
		}
	}
	return span
}
