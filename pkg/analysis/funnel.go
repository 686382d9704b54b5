package analysis

import (
	"math/bits"
	"slices"

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
	// chains[k] is the chain of k+1 steps that is best for later events to continue, and first[k] is the first chain to get that deep
	// (since the last exclusion, where one applies); empty if there is none.
	chains, first [][]int64
	excluded      uint64 // the bits of exclusions
	matching      matching
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
	return w
}

// Walk finds the outcome of an actor for the chains that start in the given range. Its times are valid until the next walk.
func (w *Walker) Walk(events []Event, starts Starts) Outcome {
	first, latest, found := w.findStarts(events, starts)
	if !found {
		return Outcome{}
	}
	if w.funnel.FirstStart {
		starts, latest = Starts{first, first + 1}, first
	}
	var o Outcome
	if w.funnel.Order == model.Unordered {
		o = w.walkUnordered(events, starts)
	} else {
		o = w.inOrder(events, starts)
	}
	o.LatestStart = latest
	if o.Times != nil {
		o.Value = w.value(events, o.Times)
		o.Optional = w.optional(events, o.Times)
	}
	return o
}

// starting returns the bits of the steps that may start a chain.
func (w *Walker) starting() uint64 {
	if w.funnel.Order == model.Unordered {
		return w.main
	}
	return 1
}

func (w *Walker) findStarts(events []Event, starts Starts) (first, latest int64, found bool) {
	for i := range events {
		if e := &events[i]; e.Picks&w.starting() != 0 && e.Time >= starts.From && e.Time < starts.To {
			if !found {
				first = e.Time
			}
			latest, found = e.Time, true
		}
	}
	return first, latest, found
}

func (w *Walker) inOrder(events []Event, starts Starts) Outcome {
	tainting := w.run(events, starts, false)
	level := w.level()
	if tainting&w.excluded == 0 {
		return Outcome{Level: level, Times: w.first[level-1]}
	}
	// With exclusions, whether a chain is clean depends on when its window closes, and so on its start. Each start is tried by itself.
	o := Outcome{Level: level}
	for i, n := 0, 0; i < len(events) && events[i].Time < starts.To; i += n {
		var picks uint64
		n, picks = sameTime(events[i:])
		if t := events[i].Time; picks&1 != 0 && t >= starts.From {
			w.run(events[i:], Starts{t, t + 1}, true)
			if clean := w.first[level-1]; len(clean) > 0 && (o.Times == nil || better(clean, o.Times)) {
				o.Times = slices.Clone(clean)
			}
		}
	}
	return o
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

// run fills chains and first from events in order of time, and returns the union of the picks it saw. With exclusions, there is
// one start only, and events after its window do not matter.
func (w *Walker) run(events []Event, starts Starts, exclude bool) (seen uint64) {
	for k := range w.chains {
		w.chains[k], w.first[k] = w.chains[k][:0], w.first[k][:0]
	}
	for len(events) > 0 {
		n, picks := sameTime(events)
		t := events[0].Time
		if exclude && t > starts.From+w.funnel.Window {
			break
		}
		seen |= picks
		if picks&w.main != 0 {
			canStart := t >= starts.From && t < starts.To
			if n > 1 && w.funnel.EqualTimes {
				w.extendTogether(events[:n], t, canStart)
			} else {
				w.extend(picks, t, canStart)
			}
		}
		if exclude && picks&w.excluded != 0 && t < starts.From+w.funnel.Window {
			w.taint(picks, t)
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
	for k := w.funnel.Steps - 1; k >= 0; k-- {
		// Steps from..k are filled now. The more of them, the later the steps, and the start too unless the chains have different starts.
		var best []int64
		for from := k; from >= 0 && k-from < len(events) && w.matching.fills(events, from, k); from-- {
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

// taint removes the chains that an excluded event at t taints.
func (w *Walker) taint(picks uint64, t int64) {
	before := w.funnel.Steps + len(w.funnel.Optional)
	for i, x := range w.funnel.Exclusions {
		if picks&(1<<(before+i)) == 0 {
			continue
		}
		for k := x.From; k < x.To; k++ {
			if c := w.chains[k]; len(c) > 0 && c[x.From] < t {
				w.chains[k], w.first[k] = c[:0], w.first[k][:0]
			}
			if f := w.first[k]; len(f) > 0 && f[x.From] < t {
				w.first[k] = append(f[:0], w.chains[k]...)
			}
		}
	}
}

// walkUnordered tries every start: a chain is a start and the events after it within the window. It is as deep as the number of steps that
// these events can fill, each event one.
func (w *Walker) walkUnordered(events []Event, starts Starts) Outcome {
	var o Outcome
	w.matching.reset()
	for i := range events {
		w.matching.add(events[i].Picks & w.main)
	}
	most := w.matching.size // no chain of this actor gets deeper
	times := make([]int64, 0, w.funnel.Steps)
	for i, n := 0, 0; i < len(events) && events[i].Time < starts.To; i += n {
		var picks uint64
		n, picks = sameTime(events[i:])
		start := events[i].Time
		if picks&w.main == 0 || start < starts.From {
			continue
		}
		times = times[:0]
		w.matching.reset()
		for j := i; j < len(events) && events[j].Time-start <= w.funnel.Window && len(times) < most; j++ {
			if w.matching.add(events[j].Picks & w.main) {
				times = append(times, events[j].Time)
			}
		}
		if len(times) > o.Level || len(times) == o.Level && better(times, o.Times) {
			o.Level, o.Times = len(times), slices.Clone(times)
		}
	}
	return o
}

// value returns the breakdown value of a chain.
func (w *Walker) value(events []Event, times []int64) uint32 {
	t, step := times[0], uint64(1)
	if w.funnel.ByLast {
		t, step = times[len(times)-1], 1<<(len(times)-1)
	}
	if w.funnel.Order == model.Unordered {
		step = w.main
	}
	var value uint32
	at, _ := slices.BinarySearchFunc(events, t, func(e Event, t int64) int {
		if e.Time < t {
			return -1
		}
		return 1
	})
	for ; at < len(events) && events[at].Time == t; at++ {
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
		for j := range events {
			if e := &events[j]; e.Picks&(1<<(w.funnel.Steps+i)) != 0 && e.Time > times[before-1] && e.Time < end {
				done |= 1 << i
				break
			}
		}
	}
	return done
}

// matching assigns events to steps, as many as possible, one to one (Kuhn's augmenting paths).
type matching struct {
	size   int
	filled uint64     // the steps that have an event
	owner  [64]uint64 // the picks of a step's event
	tried  uint64
}

func (m *matching) reset() { m.size, m.filled = 0, 0 }

// add finds a step for an event, moving others if need be, and reports whether there was one.
func (m *matching) add(picks uint64) bool {
	m.tried = 0
	if !m.place(picks) {
		return false
	}
	m.size++
	return true
}

func (m *matching) place(picks uint64) bool {
	for rest := picks &^ m.tried; rest != 0; rest = picks &^ m.tried {
		step := bits.TrailingZeros64(rest)
		m.tried |= 1 << step
		if m.filled&(1<<step) == 0 || m.place(m.owner[step]) {
			m.filled |= 1 << step
			m.owner[step] = picks
			return true
		}
	}
	return false
}

// fills reports whether the events can fill all steps from..to, each event at most one.
func (m *matching) fills(events []Event, from, to int) bool {
	m.reset()
	steps := uint64(1)<<(to+1) - 1<<from
	for i := range events {
		m.add(events[i].Picks & steps)
	}
	return m.size == to-from+1
}
