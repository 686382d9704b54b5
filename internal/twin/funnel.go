package twin

import (
	"cmp"
	"slices"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Kind says what a group of a funnel's users is.
type Kind string

// The kinds of groups, in the order of their rows.
const (
	// All is the one group of a funnel without a breakdown.
	All Kind = "all"
	// Value is a breakdown value with a row of its own.
	Value Kind = "value"
	// Other is what lies beyond the breakdown's limit.
	Other Kind = "other"
	// None is the users whose first event lacks the property.
	None Kind = "none"
)

// FunnelRow is one step of one group.
type FunnelRow struct {
	// Breakdown is the value of a group of kind value.
	Breakdown string
	Kind      Kind
	// Step counts from 1, optional steps included; Optional says that it is one.
	Step     int
	Optional bool
	// Users reached the step; Dropped and InProgress are those of them who came no further. Both are 0 at the last step and at
	// optional ones.
	Users, Dropped, InProgress int
	// MedianSeconds, P90Seconds and MeanSeconds are the time since the step before; nil at the first step, at optional ones, and
	// where nobody is.
	MedianSeconds, P90Seconds, MeanSeconds *float64
}

// journey is how far one actor came.
type journey struct {
	actor Actor
	// chain holds the time of each main step that the actor's chain reached.
	chain      []time.Time
	inProgress bool
	// optional is the places of the optional steps that were done.
	optional []int
	kind     Kind
	value    string
}

// Funnel answers a funnel query.
func Funnel(q *model.Query, w World, r Range, s Settings) []FunnelRow {
	if q.BySegment() {
		return funnelBySegment(q, w, r, s)
	}
	journeys := travelAll(q, w, r, s)
	var rows []FunnelRow
	for _, g := range groupJourneys(q.Funnel.Breakdown, journeys) {
		rows = append(rows, groupRows(q.Funnel, g)...)
	}
	return rows
}

// FunnelBucket is one bucket of a funnel's trend: those who entered in it, and those of them who converted.
type FunnelBucket struct {
	Start              time.Time
	Breakdown          string
	Kind               Kind
	Entered, Converted int
	// Cut says that the range begins within the bucket. Open says that it has begun, and that those who enter in it can still become more or
	// convert: the range ends within it, or somebody who enters in its last microsecond has an open window at the end of the data.
	Cut, Open bool
}

// FunnelTrend asks the funnel of each bucket alone. Values of a breakdown are ranked by the sum of those who entered.
func FunnelTrend(q *model.Query, w World, r Range, s Settings) []FunnelBucket {
	if q.BySegment() {
		return funnelTrendBySegment(q, w, r, s)
	}
	var all []journey
	buckets := map[time.Time][]journey{}
	var starts []time.Time
	c := calendar{s.Zone, s.WeekStart, q.Funnel.Interval.Period()}
	for bucket := c.bucket(r.From); c.begin(bucket).Before(r.To); bucket++ {
		start := c.begin(bucket)
		cut := Range{start, c.begin(bucket + 1)}
		if cut.From.Before(r.From) {
			cut.From = r.From
		}
		if cut.To.After(r.To) {
			cut.To = r.To
		}
		starts = append(starts, start)
		buckets[start] = travelAll(q, w, cut, s)
		all = append(all, buckets[start]...)
	}
	var rows []FunnelBucket
	for _, g := range groupJourneys(q.Funnel.Breakdown, all) {
		for _, start := range starts {
			row := FunnelBucket{Start: start, Breakdown: g.value, Kind: g.kind}
			end := c.begin(c.bucket(start) + 1)
			closes := end.Add(q.Funnel.WindowDuration() - time.Microsecond)
			row.Cut = start.Before(r.From)
			row.Open = start.Before(s.Now) && (r.To.Before(end) || !closes.Before(w.end(s.Now)))
			for _, j := range having(buckets[start], g.has) {
				row.Entered++
				if len(j.chain) == len(q.Funnel.MainSteps()) {
					row.Converted++
				}
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// FunnelTimes returns the times from first step to last of those who converted, by group in the panel's order.
func FunnelTimes(q *model.Query, w World, r Range, s Settings) (titles []string, kinds []Kind, times [][]time.Duration) {
	if q.BySegment() {
		for _, of := range bySegments(q) {
			if _, _, own := FunnelTimes(of.query, w, r, s); len(travelAll(of.query, w, r, s)) > 0 {
				titles, kinds, times = append(titles, of.name), append(kinds, of.kind), append(times, own[0])
			}
		}
		return titles, kinds, times
	}
	for _, g := range groupJourneys(q.Funnel.Breakdown, travelAll(q, w, r, s)) {
		var list []time.Duration
		for _, j := range g.journeys {
			if n := len(j.chain); n == len(q.Funnel.MainSteps()) {
				list = append(list, j.chain[n-1].Sub(j.chain[0]))
			}
		}
		titles, kinds, times = append(titles, g.value), append(kinds, g.kind), append(times, list)
	}
	return titles, kinds, times
}

// FunnelActor is one actor of a list.
type FunnelActor struct {
	Actor
	Steps          int
	Started, Ended time.Time
	Kind           Kind
	Breakdown      string
}

// Title returns what a group of a breakdown is called.
func Title(kind Kind, value string) string {
	switch {
	case kind == Other:
		return "Other"
	case kind == None:
		return "(none)"
	case value == "Other" || value == "(none)":
		return `"` + value + `"`
	}
	return value
}

// FunnelActors lists those behind one number of the steps table, by their ids.
func FunnelActors(q *model.Query, w World, r Range, s Settings) []FunnelActor {
	if q.BySegment() {
		return funnelActorsBySegment(q, w, r, s)
	}
	list := q.Funnel.Actors
	main := q.Funnel.MainSteps()
	var actors []FunnelActor
	journeys := travelAll(q, w, r, s)
	if list.Value != nil {
		groups := groupJourneys(q.Funnel.Breakdown, journeys)
		i := slices.IndexFunc(groups, func(g group) bool { return Title(g.kind, g.value) == *list.Value })
		if journeys = nil; i >= 0 {
			journeys = groups[i].journeys
		}
	}
	for _, j := range journeys {
		var in bool
		if q.Funnel.Steps[list.Step-1].Optional {
			in = list.Status == model.Reached && slices.Contains(j.optional, list.Step-1)
		} else {
			reached := slices.Index(main, list.Step-1) + 1
			stopped := len(j.chain) == reached && reached < len(main)
			in = map[model.ActorStatus]bool{
				model.Reached:    len(j.chain) >= reached,
				model.Dropped:    stopped && !j.inProgress,
				model.InProgress: stopped && j.inProgress,
			}[list.Status]
		}
		if in {
			actors = append(actors, FunnelActor{j.actor, len(j.chain), j.chain[0], j.chain[len(j.chain)-1], j.kind, j.value})
		}
	}
	slices.SortFunc(actors, func(a, b FunnelActor) int { return CompareActors(a.Actor, b.Actor) })
	return actors
}

// travelAll follows every actor who is in the funnel.
func travelAll(q *model.Query, w World, r Range, s Settings) []journey {
	var journeys []journey
	end := w.end(s.Now)
	for actor, events := range w.byActor(q.Funnel.Actor) {
		if j, ok := travel(q, events, r, end); ok {
			j.actor = actor
			journeys = append(journeys, j)
		}
	}
	return journeys
}

// chain is the events that fill a funnel's main steps, as places in the actor's list; for unordered funnels, in order of time.
type chain []int

// travel follows one actor; false if no chain of it starts in the range, or exclusions throw it out.
func travel(q *model.Query, events []Event, r Range, worldEnd time.Time) (journey, bool) {
	f := q.Funnel
	starts := startTimes(q, events, r)
	if len(starts) == 0 {
		return journey{}, false
	}
	if f.Entry == model.FirstStart {
		starts = starts[:1]
	}
	all := allChains(q, events, starts)
	deepest := 0
	for _, c := range all {
		deepest = max(deepest, len(c))
	}
	var best []time.Time
	for _, c := range all {
		if len(c) == deepest && !isTainted(q, events, c) {
			if times := chainTimes(events, c); better(times, best) {
				best = times
			}
		}
	}
	if best == nil {
		return journey{}, false
	}
	if f.Order == model.Unordered {
		best = growth(all, events, best)
	}
	j := journey{chain: best, optional: findOptional(q, events, best), kind: All}
	j.inProgress = deepest < len(f.MainSteps()) && !starts[len(starts)-1].Add(f.WindowDuration()).Before(worldEnd)
	if f.Breakdown != nil {
		j.kind, j.value = breakdownValue(q, events, best)
	}
	return j, true
}

// startTimes returns the different times at which a chain may start.
func startTimes(q *model.Query, events []Event, r Range) []time.Time {
	var starts []time.Time
	for _, e := range events {
		for k, place := range q.Funnel.MainSteps() {
			if (k == 0 || q.Funnel.Order == model.Unordered) && Picks(q, q.Funnel.Steps[place].EventSelector, e) && r.contains(e.Time) {
				starts = append(starts, e.Time)
			}
		}
	}
	return slices.CompactFunc(starts, time.Time.Equal)
}

// allChains tries everything.
func allChains(q *model.Query, events []Event, starts []time.Time) []chain {
	f := q.Funnel
	main := f.MainSteps()
	var all []chain
	var extend func(c chain, filled map[int]bool)
	extend = func(c chain, filled map[int]bool) {
		if len(c) > 0 {
			all = append(all, slices.Clone(c))
		}
		for i, e := range events {
			if len(c) > 0 && (slices.Contains(c, i) || !follows(q, events, c, i)) {
				continue
			}
			if len(c) == 0 && !slices.ContainsFunc(starts, e.Time.Equal) {
				continue
			}
			for k, place := range main {
				if filled[k] || f.Order != model.Unordered && k != len(c) || !Picks(q, f.Steps[place].EventSelector, e) {
					continue
				}
				filled[k] = true
				extend(append(c, i), filled)
				delete(filled, k)
			}
		}
	}
	extend(nil, map[int]bool{})
	return all
}

// follows reports whether event i may come next in a chain.
func follows(q *model.Query, events []Event, c chain, i int) bool {
	f := q.Funnel
	first, last, t := events[c[0]].Time, events[c[len(c)-1]].Time, events[i].Time
	if t.Sub(first) > f.WindowDuration() || t.Before(last) {
		return false
	}
	if f.Order == model.Unordered {
		return true
	}
	if t.Equal(last) {
		return f.EqualTimes
	}
	if f.Order == model.Strict {
		for _, e := range events {
			if e.Time.After(last) && e.Time.Before(t) && ofFunnel(q, e) {
				return false
			}
		}
	}
	return true
}

// ofFunnel reports whether an event could fill some main step.
func ofFunnel(q *model.Query, e Event) bool {
	return slices.ContainsFunc(q.Funnel.MainSteps(), func(place int) bool { return Picks(q, q.Funnel.Steps[place].EventSelector, e) })
}

func chainTimes(events []Event, c chain) []time.Time {
	var times []time.Time
	for _, i := range c {
		times = append(times, events[i].Time)
	}
	return times
}

// isTainted reports whether an excluded event lies where it must not.
func isTainted(q *model.Query, events []Event, c chain) bool {
	for _, x := range q.Funnel.Exclusions {
		if len(c) < x.From {
			continue
		}
		after, before := events[c[x.From-1]].Time, events[c[0]].Time.Add(q.Funnel.WindowDuration())
		if len(c) >= x.To {
			before = events[c[x.To-1]].Time
		}
		for _, e := range events {
			if Picks(q, x.EventSelector, e) && e.Time.After(after) && e.Time.Before(before) {
				return true
			}
		}
	}
	return false
}

// growth returns when an unordered funnel's first, second, ... step was done, counted from the start of the best chain.
func growth(all []chain, events []Event, best []time.Time) []time.Time {
	times := slices.Clone(best)
	for k := range times {
		for _, c := range all {
			if t := chainTimes(events, c); len(c) == k+1 && t[0].Equal(best[0]) && t[k].Before(times[k]) {
				times[k] = t[k]
			}
		}
	}
	return times
}

// findOptional finds the optional steps beside a chain.
func findOptional(q *model.Query, events []Event, times []time.Time) []int {
	var done []int
	before := 0
	for place, step := range q.Funnel.Steps {
		if !step.Optional {
			before++
			continue
		}
		if before > len(times) {
			break
		}
		end := times[0].Add(q.Funnel.WindowDuration())
		if before < len(times) {
			end = times[before]
		}
		if slices.ContainsFunc(events, func(e Event) bool {
			return Picks(q, step.EventSelector, e) && e.Time.After(times[before-1]) && e.Time.Before(end)
		}) {
			done = append(done, place)
		}
	}
	return done
}

// better prefers the deeper chain, then the earlier end, then the later start, then, from the end backwards, the later
// step.
func better(a, b []time.Time) bool {
	if len(a) != len(b) || len(a) == 0 {
		return len(a) > len(b)
	}
	last := len(a) - 1
	order := cmp.Or(b[last].Compare(a[last]), a[0].Compare(b[0]))
	for k := last - 1; k > 0 && order == 0; k-- {
		order = a[k].Compare(b[k])
	}
	return order > 0
}

// breakdownValue returns the property of the event that fills the first step, or the last reached one. Among events of the very same
// time that could, the smallest value counts.
func breakdownValue(q *model.Query, events []Event, times []time.Time) (Kind, string) {
	f := q.Funnel
	t, step := times[0], 0
	if f.BreakdownBy == model.ByLastStep {
		t, step = times[len(times)-1], len(times)-1
	}
	var values []string
	for _, e := range events {
		fills := Picks(q, f.Steps[f.MainSteps()[step]].EventSelector, e)
		if f.Order == model.Unordered {
			fills = ofFunnel(q, e)
		}
		if e.Time.Equal(t) && fills {
			if value, set := PropertyOf(e, f.Breakdown.Property); set {
				values = append(values, value)
			}
		}
	}
	if len(values) == 0 {
		return None, ""
	}
	return Value, slices.Min(values)
}

// group is the journeys of one breakdown value, or of everybody.
type group struct {
	kind     Kind
	value    string
	has      func(j journey) bool
	journeys []journey
}

// groupJourneys puts journeys into groups, in the panel's order.
func groupJourneys(b *model.Breakdown, journeys []journey) []group {
	if b == nil {
		return []group{{All, "", func(journey) bool { return true }, journeys}}
	}
	var groups []group
	own := topValues(journeys, b.Limit)
	for _, value := range own {
		groups = append(groups, group{kind: Value, value: value, has: func(j journey) bool { return j.kind == Value && j.value == value }})
	}
	groups = append(groups,
		group{kind: Other, has: func(j journey) bool { return j.kind == Value && !slices.Contains(own, j.value) }},
		group{kind: None, has: func(j journey) bool { return j.kind == None }},
	)
	var filled []group
	for _, g := range groups {
		if g.journeys = having(journeys, g.has); len(g.journeys) > 0 {
			filled = append(filled, g)
		}
	}
	return filled
}

// topValues returns the breakdown values with the most users, most first; of equals, the smaller value first.
func topValues(journeys []journey, limit int) []string {
	users := map[string]int{}
	for _, j := range journeys {
		if j.kind == Value {
			users[j.value]++
		}
	}
	var values []string
	for value := range users {
		values = append(values, value)
	}
	slices.SortFunc(values, func(a, b string) int { return cmp.Or(users[b]-users[a], cmp.Compare(a, b)) })
	return values[:min(limit, len(values))]
}

func having(journeys []journey, keep func(journey) bool) []journey {
	var kept []journey
	for _, j := range journeys {
		if keep(j) {
			kept = append(kept, j)
		}
	}
	return kept
}

func groupRows(f *model.Funnel, g group) []FunnelRow {
	main := f.MainSteps()
	rows := make([]FunnelRow, len(f.Steps))
	for place := range rows {
		row := &rows[place]
		*row = FunnelRow{Breakdown: g.value, Kind: g.kind, Step: place + 1, Optional: f.Steps[place].Optional}
		k := slices.Index(main, place)
		var seconds []float64
		for _, j := range g.journeys {
			switch {
			case row.Optional:
				if slices.Contains(j.optional, place) {
					row.Users++
				}
				continue
			case len(j.chain) <= k:
				continue
			}
			row.Users++
			if k > 0 {
				seconds = append(seconds, j.chain[k].Sub(j.chain[k-1]).Seconds())
			}
			switch {
			case len(j.chain) > k+1 || k == len(main)-1:
			case j.inProgress:
				row.InProgress++
			default:
				row.Dropped++
			}
		}
		row.MedianSeconds, row.P90Seconds = percentile(seconds, 0.5), percentile(seconds, 0.9)
		if len(seconds) > 0 {
			mean := 0.0
			for _, s := range seconds {
				mean += s / float64(len(seconds))
			}
			row.MeanSeconds = &mean
		}
	}
	return rows
}

// percentile lies between its two neighbours, in proportion; nil of none.
func percentile(values []float64, p float64) *float64 {
	if len(values) == 0 {
		return nil
	}
	slices.Sort(values)
	at := p * float64(len(values)-1)
	low := int(at)
	value := values[low]
	if low+1 < len(values) {
		value += (at - float64(low)) * (values[low+1] - values[low])
	}
	return &value
}
