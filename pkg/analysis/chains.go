package analysis

import (
	"context"
	"math/bits"
	"slices"
	"sort"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// chains finds the best chains of an actor whose steps have an order: of a given number of steps, and where asked for, without those that an
// exclusion taints.
//
// All that is asked of a chain says of two of its steps that one is at or after a time that only grows with the other's: steps follow each
// other, the first is no earlier than the window's length before the last, and a step is no earlier than the last excluded event before
// the step until which it is excluded, or before the window closes. So of any two such chains the earlier time of each step makes
// one too, and so does the later one. There is a chain that has the earliest times of all, which is found by moving to a later
// event whatever breaks a rule, until nothing does; no step ever moves back. Its end is the earliest there is, and the best chain has
// the latest times of all that end then.
type chains struct {
	walker  *Walker
	moments []moment
	reach   []uint8 // of the moments with several events, one element a step
	strict  []int32 // the places of the moments with main steps
	taints  []taint
	steps   int // how often anything was moved, see [ended]
	times   []int64
	// any and clean are the searches for chains of each number of steps: for any, and for those that nothing taints.
	any, clean []search
}

// moment is the events of one time.
type moment struct {
	time  int64
	picks uint64
	// reach is where its part of the reach begins; noReach where one event at most counts.
	reach int32
}

const noReach = -1

// taint is an exclusion: of a chain that does not get to the second step, until the window closes.
type taint struct {
	Between
	at []int32 // the places of the moments with excluded events
}

func newChains(w *Walker) *chains {
	c := &chains{walker: w}
	for _, x := range w.funnel.Exclusions {
		c.taints = append(c.taints, taint{Between: x})
	}
	for level := 1; level <= w.funnel.Steps; level++ {
		c.any = append(c.any, newSearch(c, level, false))
		c.clean = append(c.clean, newSearch(c, level, true))
	}
	return c
}

// prepare looks at an actor's events.
func (c *chains) prepare(events []Event) {
	w := c.walker
	c.moments, c.reach, c.strict = c.moments[:0], c.reach[:0], c.strict[:0]
	for i := range c.taints {
		c.taints[i].at = c.taints[i].at[:0]
	}
	for len(events) > 0 {
		n, picks := sameTime(events)
		if picks&(w.main|w.excluded) != 0 {
			c.addMoment(events[:n], picks)
		}
		events = events[n:]
	}
	for level := range c.any {
		c.any[level].restart()
		c.clean[level].restart()
	}
}

// best is the times of the best clean chain of so many steps that starts in a span; nil if there is none.
func (c *chains) best(ctx context.Context, s *span, level int) []int64 {
	found := &c.clean[level-1]
	if !found.begin(ctx, s) {
		return nil
	}
	found.latest(ctx, s, true)
	c.times = c.times[:0]
	for _, at := range found.top {
		c.times = append(c.times, c.moments[at].time)
	}
	return c.times
}

// walk finds the best chain of each of several spans of starts, in order of time: no search ever goes back.
func (c *chains) walk(ctx context.Context, spans []span) {
	for i := range spans {
		s := &spans[i]
		for s.level < len(c.any) {
			next := &c.any[s.level]
			if s.level > 0 { // its first steps make a shorter chain
				next.after(&c.any[s.level-1])
			}
			if !next.begin(ctx, s) {
				break
			}
			s.level++
		}
		if s.level == 0 {
			continue // only where ctx has ended
		}
		found := &c.any[s.level-1]
		if c.walker.excluded != 0 {
			if found = &c.clean[s.level-1]; !found.begin(ctx, s) {
				s.tainted = true
				continue
			}
		}
		found.latest(ctx, s, false)
		s.start, s.end = c.moments[found.top[0]].time, c.moments[found.top[s.level-1]].time
	}
}

func (c *chains) addMoment(events []Event, picks uint64) {
	w := c.walker
	place := int32(len(c.moments))
	m := moment{events[0].Time, picks, noReach}
	if len(events) > 1 && w.funnel.EqualTimes {
		m.reach = int32(len(c.reach))
		c.reach = append(c.reach, w.ties.reach(events, w.funnel.Steps)...)
	}
	c.moments = append(c.moments, m)
	if w.funnel.Order == model.Strict && picks&w.main != 0 {
		c.strict = append(c.strict, place)
	}
	before := w.funnel.Steps + len(w.funnel.Optional)
	for i := range c.taints {
		if picks&(1<<(before+i)) != 0 {
			c.taints[i].at = append(c.taints[i].at, place)
		}
	}
}

// search looks for chains of a number of steps.
type search struct {
	*chains
	isClean bool
	at, top []int32 // the place of each step's moment: of the chain at hand, and of the best so far
	limits  []int32 // steps must not move beyond these
	moved   uint64  // the steps whose rules are to be looked at
	failed  bool    // a step has no more moments
}

func newSearch(c *chains, level int, isClean bool) search {
	return search{chains: c, isClean: isClean, at: make([]int32, level), top: make([]int32, level), limits: make([]int32, level)}
}

func (f *search) restart() {
	f.moved, f.failed = 0, false
	for k := range f.at {
		f.at[k], f.limits[k] = -1, int32(len(f.moments)-1)
	}
}

// begin finds the earliest chain that starts in a span, which is no earlier than those before, and is false if there is none.
func (f *search) begin(ctx context.Context, s *span) bool {
	first := int32(sort.Search(len(f.moments), func(i int) bool { return f.moments[i].time >= s.first }))
	for k := range f.at {
		f.move(k, first)
	}
	return f.settle(ctx) && f.moments[f.at[0]].time <= s.latest
}

// after moves on to where a search for shorter chains has come.
func (f *search) after(shorter *search) {
	for k, at := range shorter.at {
		f.move(k, at)
	}
}

// latest finds, of the chains that end as early as the one at hand, the one with the latest start in the span; with all, the latest other steps
// too, from the end backwards, after which no other span can be asked for.
func (f *search) latest(ctx context.Context, s *span, all bool) {
	last := len(f.at) - 1
	for k := range f.at {
		f.limits[k] = f.at[last]
	}
	f.limits[0] = min(f.limits[0], int32(sort.Search(len(f.moments), func(i int) bool { return f.moments[i].time > s.latest }))-1)
	copy(f.top, f.at)
	for i := range last {
		k := (last - i) % last // the start, then the others from the end backwards
		for f.move(k, f.at[k]+1); f.settle(ctx); f.move(k, f.at[k]+1) {
			copy(f.top, f.at)
		}
		copy(f.at, f.top)
		f.moved, f.failed, f.limits[k] = 0, false, f.top[k]
		if !all {
			break
		}
	}
	for k := range f.limits {
		f.limits[k] = int32(len(f.moments) - 1)
	}
}

// move moves a step to its first moment from a place on, if it is before that.
func (f *search) move(step int, place int32) {
	if place <= f.at[step] || f.failed {
		return
	}
	for place <= f.limits[step] && f.moments[place].picks&(1<<step) == 0 {
		place++
	}
	if place > f.limits[step] {
		f.failed = true
		return
	}
	f.at[step] = place
	f.moved |= 1 << step
}

// settle moves steps until no rule is broken, and is false where there is no such chain.
func (f *search) settle(ctx context.Context) bool {
	for f.moved != 0 && !f.failed {
		step := bits.TrailingZeros64(f.moved)
		f.moved &^= 1 << step
		f.follow(step)
		if f.steps++; ended(ctx, f.steps) {
			f.failed = true
		}
	}
	return !f.failed
}

// follow moves the steps that a step's moment forbids to stay where they are.
func (f *search) follow(step int) {
	at, last := f.at[step], len(f.at)-1
	f.followTime(step)
	if step == last {
		opened := f.moments[at].time - f.walker.funnel.Window
		f.move(0, int32(sort.Search(int(at), func(i int) bool { return f.moments[i].time >= opened })))
	}
	if step > 0 && f.walker.funnel.Order == model.Strict {
		f.move(step-1, lastBefore(f.strict, at))
	}
	if !f.isClean {
		return
	}
	for i := range f.taints {
		switch x := &f.taints[i]; {
		case x.From > last:
		case x.To == step:
			f.move(x.From, lastBefore(x.at, at))
		case step == 0 && x.To > last:
			closes := f.moments[at].time + f.walker.funnel.Window
			n := sort.Search(len(x.at), func(i int) bool { return f.moments[x.at[i]].time >= closes })
			if n > 0 {
				f.move(x.From, x.at[n-1])
			}
		}
	}
}

// followTime keeps the steps in order, and those of one moment to what its events can fill.
func (f *search) followTime(step int) {
	at := f.at[step]
	if !f.walker.funnel.EqualTimes {
		if step+1 < len(f.at) {
			f.move(step+1, at+1)
		}
		return
	}
	if step+1 < len(f.at) {
		f.move(step+1, at)
	}
	first := step
	for first > 0 && f.at[first-1] == at {
		first--
	}
	for k := first; k < len(f.at) && f.at[k] == at; k++ {
		if reach := f.moments[at].reach; reach == noReach && k > first || reach != noReach && int(f.reach[int(reach)+k]) > first {
			f.move(k, at+1)
			return
		}
	}
}

// lastBefore is the last of some places that is before one; -1 if there is none.
func lastBefore(places []int32, place int32) int32 {
	n, _ := slices.BinarySearch(places, place)
	if n == 0 {
		return -1
	}
	return places[n-1]
}
