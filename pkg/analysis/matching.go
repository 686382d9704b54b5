package analysis

import (
	"math/bits"
	"slices"
)

// matching gives events steps of their own, as many as can be, by augmenting paths. Where there are more events than steps, it keeps the
// latest: no other choice has more events since any time.
type matching struct {
	filled uint64     // the steps that have an event
	picks  [64]uint64 // those of a step's event
	times  [64]int64  // and when it was
	// Of the event that is added: the step whose event would make room for it, or noStep where it needs none.
	from [64]int8
}

const noStep = -1

func (m *matching) reset() { m.filled = 0 }

// add finds a step for an event that is not earlier than those before, moving others if need be. If no step is free for it, it takes the place of
// the earliest of those that could make room for it. grown says that more steps can be filled by the events after since, whichever begin there.
func (m *matching) add(picks uint64, t int64) (grown bool, since int64) {
	if picks == 0 {
		return false, 0
	}
	to, free := m.room(picks)
	since = -1 << 63
	if !free {
		if since = m.times[to]; since >= t {
			return false, 0
		}
	}
	m.filled |= 1 << to
	for m.from[to] != noStep {
		from := m.from[to]
		m.picks[to], m.times[to] = m.picks[from], m.times[from]
		to = int(from)
	}
	m.picks[to], m.times[to] = picks, t
	return true, since
}

// room finds a free step for an event, at the end of a path of events that each would move to the next step; else the step of the
// earliest event that such a path leads to.
func (m *matching) room(picks uint64) (to int, free bool) {
	if open := picks &^ m.filled; open != 0 {
		to = bits.TrailingZeros64(open)
		m.from[to] = noStep
		return to, true
	}
	found, next := picks, picks
	for rest := picks; rest != 0; rest &= rest - 1 {
		m.from[bits.TrailingZeros64(rest)] = noStep
	}
	to = bits.TrailingZeros64(picks)
	for next != 0 {
		step := bits.TrailingZeros64(next)
		next &= next - 1
		if m.times[step] < m.times[to] {
			to = step
		}
		others := m.picks[step] &^ found
		found |= others
		next |= others
		for ; others != 0; others &= others - 1 {
			other := bits.TrailingZeros64(others)
			if m.from[other] = int8(step); m.filled&(1<<other) == 0 {
				return other, true
			}
		}
	}
	return to, false
}

// since is how many of the events are not earlier than t, and the time of the first of those.
func (m *matching) since(t int64) (n int, first int64) {
	for rest := m.filled; rest != 0; rest &= rest - 1 {
		if at := m.times[bits.TrailingZeros64(rest)]; at >= t {
			if n == 0 || at < first {
				first = at
			}
			n++
		}
	}
	return n, first
}

// ties tells which runs of steps the events of one time can fill, each event one.
type ties struct {
	// kinds are the different picks of the events, how many events have them, and the steps that these fill.
	kinds []kind
	picks []uint64
	from  []uint8
}

type kind struct {
	picks, steps uint64
	events       int
	tried        bool
}

// reach has, for each step, the first one from which on the events fill all steps up to it; one more than the step if there is none.
// It is valid until the next call. The first one never gets less from step to step, so that each is matched once and freed at most once.
func (g *ties) reach(events []Event, steps int) []uint8 {
	g.sortKinds(events, 1<<steps-1)
	g.from = g.from[:0]
	from := 0
	for k := range steps {
		for from <= k {
			for i := range g.kinds {
				g.kinds[i].tried = false
			}
			if g.place(k) {
				break
			}
			g.free(from)
			from++
		}
		g.from = append(g.from, uint8(from))
	}
	return g.from
}

func (g *ties) sortKinds(events []Event, main uint64) {
	g.kinds, g.picks = g.kinds[:0], g.picks[:0]
	for i := range events {
		if picks := events[i].Picks & main; picks != 0 {
			g.picks = append(g.picks, picks)
		}
	}
	slices.Sort(g.picks)
	for i, picks := range g.picks {
		if i == 0 || picks != g.picks[i-1] {
			g.kinds = append(g.kinds, kind{picks: picks})
		}
		g.kinds[len(g.kinds)-1].events++
	}
}

// place finds an event for a step, moving others if need be.
func (g *ties) place(step int) bool {
	for i := range g.kinds {
		k := &g.kinds[i]
		if k.tried || k.picks&(1<<step) == 0 {
			continue
		}
		k.tried = true
		if bits.OnesCount64(k.steps) < k.events {
			k.steps |= 1 << step
			return true
		}
		for rest := k.steps; rest != 0; rest &= rest - 1 {
			other := bits.TrailingZeros64(rest)
			if g.place(other) {
				k.steps = k.steps&^(1<<other) | 1<<step
				return true
			}
		}
	}
	return false
}

func (g *ties) free(step int) {
	for i := range g.kinds {
		g.kinds[i].steps &^= 1 << step
	}
}
