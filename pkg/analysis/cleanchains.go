package analysis

import (
	"context"
	"math/bits"
	"slices"
	"sort"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// cleanChains finds the best chain of a given number of steps that no exclusion taints.
//
// All that is asked of a chain says of two of its steps that one is at or after a time that only grows with the other's: steps follow each
// other, the first is no earlier than the window's length before the last, and a step is no earlier than the last excluded event before
// the step until which it is excluded, or before the window closes. So of any two clean chains the earlier time of each step makes
// a clean chain, and so does the later one. There is a chain that has the earliest times of all, which is found by moving to a later
// event whatever breaks a rule, until nothing does; no step ever moves back. Its end is the earliest there is, and the best chain has
// the latest times of all that end then.
type cleanChains struct {
	walker  *Walker
	starts  Starts
	moments []moment
	reach   []uint8 // of the moments with several events, one element a step
	strict  []int32 // the places of the moments with main steps
	taints  []taint
	at, top []int32 // the place of each step's moment: of the chain at hand, and of the best so far
	moved   uint64  // the steps whose rules are to be looked at
	failed  bool    // a step has no more moments
	limits  []int32 // steps must not move beyond these
	steps   int     // how often anything was moved, see [ended]
	times   []int64
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

// best is the times of the best clean chain of so many steps that starts in the given time; nil if there is none.
func (c *cleanChains) best(ctx context.Context, events []Event, starts Starts, level int) []int64 {
	c.prepare(events, starts, level)
	for k := range c.at {
		c.move(k, 0)
	}
	if !c.settle(ctx) {
		return nil
	}
	last := level - 1
	c.limits = append(c.limits[:0], c.at...)
	for k := range last {
		c.limits[k] = int32(len(c.moments))
	}
	copy(c.top, c.at)
	for i := range last {
		k := (last - i) % last // the start, then the others from the end backwards
		for c.move(k, c.at[k]+1); c.settle(ctx); c.move(k, c.at[k]+1) {
			copy(c.top, c.at)
		}
		copy(c.at, c.top)
		c.moved, c.failed, c.limits[k] = 0, false, c.top[k]
	}
	c.times = c.times[:0]
	for _, at := range c.top {
		c.times = append(c.times, c.moments[at].time)
	}
	return c.times
}

// prepare looks at the events, for chains of so many steps.
func (c *cleanChains) prepare(events []Event, starts Starts, level int) {
	w := c.walker
	c.starts, c.moments, c.reach, c.strict = starts, c.moments[:0], c.reach[:0], c.strict[:0]
	c.at, c.top = slices.Grow(c.at[:0], level)[:level], slices.Grow(c.top[:0], level)[:level]
	c.moved, c.failed, c.limits = 0, false, nil
	for k := range c.at {
		c.at[k] = -1
	}
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
}

func (c *cleanChains) addMoment(events []Event, picks uint64) {
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

// move moves a step to its first moment from a place on, if it is before that.
func (c *cleanChains) move(step int, place int32) {
	if place <= c.at[step] {
		return
	}
	for int(place) < len(c.moments) && c.moments[place].picks&(1<<step) == 0 {
		place++
	}
	if int(place) == len(c.moments) || c.limits != nil && place > c.limits[step] || step == 0 && c.moments[place].time >= c.starts.To {
		c.failed = true
		return
	}
	c.at[step] = place
	c.moved |= 1 << step
}

// settle moves steps until no rule is broken, and is false where there is no such chain.
func (c *cleanChains) settle(ctx context.Context) bool {
	for c.moved != 0 && !c.failed {
		step := bits.TrailingZeros64(c.moved)
		c.moved &^= 1 << step
		c.follow(step)
		if c.steps++; ended(ctx, c.steps) {
			return false
		}
	}
	return !c.failed
}

// follow moves the steps that a step's moment forbids to stay where they are.
func (c *cleanChains) follow(step int) {
	at, last := c.at[step], len(c.at)-1
	c.followTime(step)
	if step == last {
		opened := c.moments[at].time - c.walker.funnel.Window
		c.move(0, int32(sort.Search(int(at), func(i int) bool { return c.moments[i].time >= opened })))
	}
	if step > 0 && c.walker.funnel.Order == model.Strict {
		c.move(step-1, lastBefore(c.strict, at))
	}
	for i := range c.taints {
		switch x := &c.taints[i]; {
		case x.From > last:
		case x.To == step:
			c.move(x.From, lastBefore(x.at, at))
		case step == 0 && x.To > last:
			closes := c.moments[at].time + c.walker.funnel.Window
			n := sort.Search(len(x.at), func(i int) bool { return c.moments[x.at[i]].time >= closes })
			if n > 0 {
				c.move(x.From, x.at[n-1])
			}
		}
	}
}

// followTime keeps the steps in order, and those of one moment to what its events can fill.
func (c *cleanChains) followTime(step int) {
	at := c.at[step]
	if !c.walker.funnel.EqualTimes {
		if step+1 < len(c.at) {
			c.move(step+1, at+1)
		}
		return
	}
	if step+1 < len(c.at) {
		c.move(step+1, at)
	}
	first := step
	for first > 0 && c.at[first-1] == at {
		first--
	}
	for k := first; k < len(c.at) && c.at[k] == at; k++ {
		if reach := c.moments[at].reach; reach == noReach && k > first || reach != noReach && int(c.reach[int(reach)+k]) > first {
			c.move(k, at+1)
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
