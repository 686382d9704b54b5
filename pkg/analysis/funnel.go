package analysis

import (
	"context"
	"slices"
	"sort"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Funnel is a funnel in terms of the events' picks: bit k is main step k (from 0); the next bits are the optional steps, in order, and then
// the exclusions.
type Funnel struct {
	// Steps is the number of main steps.
	Steps int
	// Optional has the number of main steps before each optional one.
	Optional []int
	// Exclusions lie between two main steps, from 0.
	Exclusions []Between
	// Window is in microseconds.
	Window     int64
	Order      model.FunnelOrder
	FirstStart bool
	EqualTimes bool
	// ByLast takes the breakdown value from the chain's last event instead of its first.
	ByLast bool
	// Values orders the breakdown values: where several events at the same time can fill a step, the smallest value counts.
	Values *Values
}

// NewFunnel returns the funnel of a query.
func NewFunnel(m *model.Funnel) *Funnel {
	f := &Funnel{
		Steps: len(m.MainSteps()), Window: m.WindowDuration().Microseconds(), Order: m.Order,
		FirstStart: m.Entry == model.FirstStart, EqualTimes: m.EqualTimes, ByLast: m.BreakdownBy == model.ByLastStep,
		Values: NewValues(),
	}
	before := 0
	for i := range m.Steps {
		if m.Steps[i].Optional {
			f.Optional = append(f.Optional, before)
		} else {
			before++
		}
	}
	for _, x := range m.Exclusions {
		f.Exclusions = append(f.Exclusions, Between{From: x.From - 1, To: x.To - 1})
	}
	return f
}

// Between is two main steps.
type Between struct{ From, To int }

// Starts is the range in which chains may start, in microseconds, From inclusive, To exclusive.
type Starts struct{ From, To int64 }

// Outcome is how far an actor came. The zero value means that the actor did not start.
type Outcome struct {
	// Level is the deepest step of any chain, tainted or not.
	Level int
	// Times are the times of the actor's chain, one per step; nil if all chains of that level are tainted: then the actor is not in the
	// funnel. Of the clean ones it is the chain that ends earliest; of these the one that starts latest; then the one whose steps are
	// later, compared from the end backwards.
	Times []int64
	// LatestStart is the latest first-step event that could start a chain.
	LatestStart int64
	// Value is the breakdown value's number.
	Value uint32
	// Optional has the bits of the optional steps that were done.
	Optional uint64
}

// Merge merges one actor's outcomes for two spans of starts, of which a's is the earlier. It takes over b's slices.
func (f *Funnel) Merge(a, b Outcome) Outcome {
	if a.Level == 0 || b.Level == 0 || f.FirstStart {
		if a.Level == 0 {
			return b
		}
		return a
	}
	merged := a
	if b.Level > a.Level || b.Level == a.Level && b.Times != nil && (a.Times == nil || better(b.Times, a.Times)) {
		merged = b
	}
	merged.LatestStart = max(a.LatestStart, b.LatestStart)
	return merged
}

// better reports whether chain a is to be preferred to b, of the same level.
func better(a, b []int64) bool {
	last := len(a) - 1
	if a[last] != b[last] {
		return a[last] < b[last]
	}
	return laterPrefix(a, b)
}

// laterPrefix reports whether a starts later than b or, with equal starts, has later steps, compared from the end backwards.
func laterPrefix(a, b []int64) bool {
	if a[0] != b[0] {
		return a[0] > b[0]
	}
	for k := len(a) - 1; k > 0; k-- {
		if a[k] != b[k] {
			return a[k] > b[k]
		}
	}
	return false
}

// Walker finds the outcome of one actor after another. It reuses its memory, so only one goroutine may use it.
type Walker struct {
	funnel *Funnel
	main   uint64 // the bits of main steps
	// chains[k] is the chain of k+1 steps that is best for later events to continue, and first[k] is the first chain to get that deep;
	// empty if there is none.
	chains, first [][]int64
	excluded      uint64 // the bits of exclusions
	matching      matching
	ties          ties
	byRules       *chains
	spans         []span
	times         []int64 // of a chain that is handed out
}

// NewWalker makes a walker for a funnel.
func (f *Funnel) NewWalker() *Walker {
	w := &Walker{funnel: f, main: 1<<f.Steps - 1}
	for k := range f.Steps {
		w.chains = append(w.chains, make([]int64, 0, k+1))
		w.first = append(w.first, make([]int64, 0, k+1))
	}
	before := f.Steps + len(f.Optional)
	for i := range f.Exclusions {
		w.excluded |= 1 << (before + i)
	}
	w.byRules = newChains(w)
	return w
}

// Walk finds the outcome of an actor for the chains that start in the given time. Its times are valid until the next
// walk. The cost grows at most with n log n of the number of events. When ctx ends, the walk does too, and its outcome is worthless.
func (w *Walker) Walk(ctx context.Context, events []Event, starts Starts) Outcome {
	spans := w.findSpans(events, []int64{starts.From, starts.To})
	if len(spans) == 0 {
		return Outcome{}
	}
	s := &spans[0]
	events = w.cutTo(events, spans)
	var o Outcome
	if w.funnel.Order == model.Unordered {
		o = w.walkGrowth(ctx, events, s)
	} else {
		o = w.walkInOrder(ctx, events, s)
	}
	o.LatestStart = s.latest
	if o.Times != nil {
		o.Value = w.value(events, o.Level, o.Times[0], o.Times[o.Level-1])
		o.Optional = w.optional(events, o.Times)
	}
	return o
}

// span is a time in which chains may start, that holds a start; and what is found of them.
type span struct {
	// number is its place among those asked for, first and latest its starts.
	number        int
	first, latest int64
	// level is the depth of the best chain, start and end its times, unless all of that level are tainted.
	level      int
	start, end int64
	tainted    bool
	// filled is how many steps the events since the first start can fill, in any order.
	filled int
}

// findSpans finds the spans between edges that hold a start. They are valid until the next call.
func (w *Walker) findSpans(events []Event, edges []int64) []span {
	w.spans = w.spans[:0]
	number := 0
	for i := firstAt(events, edges[0]); i < len(events) && events[i].Time < edges[len(edges)-1]; i++ {
		if events[i].Picks&w.starting() == 0 {
			continue
		}
		t := events[i].Time
		for t >= edges[number+1] {
			number++
		}
		switch n := len(w.spans); {
		case n == 0 || w.spans[n-1].number != number:
			w.spans = append(w.spans, span{number: number, first: t, latest: t})
		case !w.funnel.FirstStart:
			w.spans[n-1].latest = t
		}
	}
	return w.spans
}

// cutTo cuts events to those of the chains that start in the spans.
func (w *Walker) cutTo(events []Event, spans []span) []Event {
	return events[firstAt(events, spans[0].first):firstAt(events, spans[len(spans)-1].latest+w.funnel.Window+1)]
}

// walkSpans finds the best chain of each span: its depth, its start and its end.
func (w *Walker) walkSpans(ctx context.Context, events []Event, spans []span) {
	if w.funnel.Order == model.Unordered {
		w.walkUnordered(ctx, events, spans)
	} else {
		w.byRules.prepare(events)
		w.byRules.walk(ctx, spans)
	}
}

// lookEvery is the number of steps of a walk between two looks at its context: a look costs as much as some steps.
const lookEvery = 4096

// ended reports, once in lookEvery steps, whether ctx has ended.
func ended(ctx context.Context, step int) bool {
	return step%lookEvery == lookEvery-1 && ctx.Err() != nil
}

// starting returns the bits of the steps that may start a chain.
func (w *Walker) starting() uint64 {
	if w.funnel.Order == model.Unordered {
		return w.main
	}
	return 1
}

// firstAt is the place of the first event at a time or later.
func firstAt(events []Event, t int64) int {
	return sort.Search(len(events), func(i int) bool { return events[i].Time >= t })
}

// walkInOrder finds the best chain of a funnel whose steps have an order. With exclusions, which chain is clean depends on its own start, when
// its window closes: so these are found by themselves, once it is known how deep any chain gets.
func (w *Walker) walkInOrder(ctx context.Context, events []Event, s *span) Outcome {
	seen := w.run(ctx, events, s)
	level := w.level()
	if seen&w.excluded == 0 {
		return Outcome{Level: level, Times: w.first[level-1]}
	}
	w.byRules.prepare(events)
	return Outcome{Level: level, Times: w.byRules.best(ctx, s, level)}
}

// sameTime returns how many events happened at the time of the first one, and the union of their picks.
func sameTime(events []Event) (n int, picks uint64) {
	for n < len(events) && events[n].Time == events[0].Time {
		picks |= events[n].Picks
		n++
	}
	return n, picks
}

// level returns how deep the last run got.
func (w *Walker) level() int {
	level := 0
	for level < len(w.first) && len(w.first[level]) > 0 {
		level++
	}
	return level
}

// run fills chains and first from events in order of time, until a chain has all steps, and returns the union of the picks it saw.
func (w *Walker) run(ctx context.Context, events []Event, s *span) (seen uint64) {
	for k := range w.chains {
		w.chains[k], w.first[k] = w.chains[k][:0], w.first[k][:0]
	}
	for step := 0; len(events) > 0 && len(w.first[w.funnel.Steps-1]) == 0 && !ended(ctx, step); step++ {
		n, picks := sameTime(events)
		seen |= picks
		if t := events[0].Time; picks&w.main != 0 {
			canStart := t <= s.latest
			if n > 1 && w.funnel.EqualTimes {
				w.extendTogether(events[:n], t, canStart)
			} else {
				w.extend(picks, t, canStart)
			}
		}
		events = events[n:]
	}
	return seen
}

// extend continues the chains with events at one time, of which a chain takes at most one. Deeper chains come first, so that each is
// continued as it was before this time.
func (w *Walker) extend(picks uint64, t int64, canStart bool) {
	strict := w.funnel.Order == model.Strict
	for k := w.funnel.Steps - 1; k > 0; k-- {
		before := w.chains[k-1]
		switch {
		case picks&(1<<k) != 0 && len(before) > 0 && t-before[0] <= w.funnel.Window:
			w.set(k, before, t)
		case strict: // this time's events lie between the chain and whatever comes later
			w.chains[k] = w.chains[k][:0]
		}
	}
	switch {
	case picks&1 != 0 && canStart:
		w.set(0, nil, t)
	case strict:
		w.chains[0] = w.chains[0][:0]
	}
}

// set sets chain k to the chain before, continued by t.
func (w *Walker) set(k int, before []int64, t int64) {
	w.chains[k] = append(append(w.chains[k][:0], before...), t)
	if len(w.first[k]) == 0 {
		w.first[k] = append(w.first[k][:0], w.chains[k]...)
	}
}

// extendTogether continues the chains with events at one time, of which a chain may take several, each for a different step.
func (w *Walker) extendTogether(events []Event, t int64, canStart bool) {
	var repeated [64]int64
	for i := range repeated {
		repeated[i] = t
	}
	reach := w.ties.reach(events, w.funnel.Steps)
	for k := w.funnel.Steps - 1; k >= 0; k-- {
		// Steps from..k are filled now. The more of them, the later the steps, and the start too unless the chains have different starts.
		var best []int64
		for from := k; from >= int(reach[k]); from-- {
			var before []int64
			if from > 0 {
				if before = w.chains[from-1]; len(before) == 0 || t-before[0] > w.funnel.Window {
					continue
				}
			} else if !canStart {
				continue
			}
			chain := append(slices.Clone(before), repeated[:k-from+1]...)
			if best == nil || laterPrefix(chain, best) {
				best = chain
			}
		}
		switch {
		case best != nil:
			w.set(k, best[:k], t)
		case w.funnel.Order == model.Strict:
			w.chains[k] = w.chains[k][:0]
		}
	}
}

// walkUnordered looks, for each span, for the start from which, within the window, most steps are filled, each by an event of its own. Of the
// events up to some time it keeps the latest that can be matched with steps: whichever start is tried, those from it on are as many as all events
// from it on can fill. (Steps that events can fill are a matroid, and this is its heaviest basis where weights are times.)
func (w *Walker) walkUnordered(ctx context.Context, events []Event, spans []span) {
	w.matching.reset()
	open, begun := 0, 0 // the spans from open to begun have begun, and their windows are not all closed
	earliest := 0       // the place of the first event in whose window the present time is
	for i, step := 0, 0; i < len(events) && !ended(ctx, step); step++ {
		n, _ := sameTime(events[i:])
		t := events[i].Time
		for begun < len(spans) && spans[begun].first <= t {
			begun++
		}
		for open < begun && spans[open].latest < t-w.funnel.Window {
			open++
		}
		if open == len(spans) || len(spans) == 1 && spans[0].level == w.funnel.Steps {
			return
		}
		whole := open // the spans from here on have all of their starts in reach
		if open < begun && spans[open].first < t-w.funnel.Window {
			whole++
		}
		for ; n > 0; n-- {
			grown, since := w.matching.add(events[i].Picks&w.main, t)
			for k := begun - 1; grown && k >= whole && spans[k].first > since; k-- {
				spans[k].filled++
			}
			i++
		}
		for k := begun - 1; k >= whole && spans[k].filled > spans[k].level; k-- {
			w.improve(&spans[k], spans[k].first, t)
		}
		for earliest < i && (events[earliest].Picks&w.main == 0 || t-events[earliest].Time > w.funnel.Window) {
			earliest++
		}
		if whole > open && earliest < i {
			w.improve(&spans[open], events[earliest].Time, t)
		}
	}
}

// improve takes the chain that begins at a start of the span or later and ends at t, if it is deeper than what was found before.
func (w *Walker) improve(s *span, start, t int64) {
	if start > s.latest {
		return
	}
	if filled, from := w.matching.since(start); filled > s.level {
		s.level, s.start, s.end = filled, min(from, s.latest), t
	}
}

// walkGrowth finds when each step of the best chain is filled, where the order does not matter.
func (w *Walker) walkGrowth(ctx context.Context, events []Event, s *span) Outcome {
	w.walkUnordered(ctx, events, w.spans[:1])
	w.times = w.times[:0]
	w.matching.reset()
	for i := firstAt(events, s.start); i < len(events) && events[i].Time <= s.end && len(w.times) < s.level; i++ {
		before := w.matching.filled
		if w.matching.add(events[i].Picks&w.main, events[i].Time); w.matching.filled != before {
			w.times = append(w.times, events[i].Time)
		}
	}
	return Outcome{Level: s.level, Times: w.times}
}

// value returns the breakdown value of a chain of so many steps.
func (w *Walker) value(events []Event, level int, start, end int64) uint32 {
	t, step := start, uint64(1)
	if w.funnel.ByLast {
		t, step = end, 1<<(level-1)
	}
	if w.funnel.Order == model.Unordered {
		step = w.main
	}
	var value uint32
	for at := firstAt(events, t); at < len(events) && events[at].Time == t; at++ {
		if v := events[at].Value; events[at].Picks&step != 0 && v != 0 && (value == 0 || w.funnel.Values.Less(v, value)) {
			value = v
		}
	}
	return value
}

// optional returns the bits of the optional steps that were done beside a chain.
func (w *Walker) optional(events []Event, times []int64) uint64 {
	var done uint64
	for i, before := range w.funnel.Optional {
		if before > len(times) {
			break
		}
		end := times[0] + w.funnel.Window
		if before < len(times) {
			end = times[before]
		}
		for at := firstAt(events, times[before-1]+1); at < len(events) && events[at].Time < end; at++ {
			if events[at].Picks&(1<<(w.funnel.Steps+i)) != 0 {
				done |= 1 << i
				break
			}
		}
	}
	return done
}
