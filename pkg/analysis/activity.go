package analysis

import (
	"context"
	"slices"
)

// Activity is a question about the buckets in which actors were active. It depends only on the set of these buckets, so that the state
// after closed time can be completed by later events.
type Activity struct {
	// bounds are the starts of the buckets, in order, and the end of the last one, in microseconds as [Event] counts.
	bounds []int64
	// counts is how many numbers the answer has, and add adds to them an actor that was active in a set of buckets, as [buckets] numbers
	// them; by is 1, or -1 to take the actor back.
	counts int
	add    func(counts []int64, set []uint64, by int64)
}

// setWords returns how many words a set of buckets has.
func (a *Activity) setWords() int { return setWords(a.bounds) }

// mostKeptWords is the longest set of an actor that a state keeps: with longer ones, states of many actors would be too large.
const mostKeptWords = 4

// Keepable reports whether states of the question are small enough to be kept.
func (a *Activity) Keepable() bool { return a.setWords() <= mostKeptWords }

// activityMarker finds the buckets in which an actor was active.
type activityMarker struct {
	buckets buckets
	set     []uint64
}

func (a *Activity) newMarker() activityMarker {
	return activityMarker{newBuckets(a.bounds), make([]uint64, a.setWords())}
}

func (m *activityMarker) mark(events []Event) {
	clear(m.set)
	m.buckets.mark(m.set, events, ^uint64(0))
}

// ActivityTally is the visitor that counts actors.
type ActivityTally struct {
	activity *Activity
	marker   activityMarker
	counts   []int64
}

// NewActivityTally starts at zero.
func NewActivityTally(a *Activity) *ActivityTally {
	return &ActivityTally{a, a.newMarker(), make([]int64, a.counts)}
}

// Visit counts an actor.
func (t *ActivityTally) Visit(_ context.Context, events []Event) {
	t.marker.mark(events)
	t.activity.add(t.counts, t.marker.set, 1)
}

// Add adds the counts of another tally, which saw other actors.
func (t *ActivityTally) Add(o *ActivityTally) {
	for i, n := range o.counts {
		t.counts[i] += n
	}
}

// ActivityState is the visitor that remembers in which buckets each actor was active, for actors in order of their keys: 8 bytes per actor,
// and 8 for each 64 buckets.
type ActivityState struct {
	activity *Activity
	marker   activityMarker
	actors   []int64
	words    []uint64 // the set of each actor, one after the other
}

// NewActivityState starts an empty state.
func NewActivityState(a *Activity) *ActivityState {
	return &ActivityState{activity: a, marker: a.newMarker()}
}

// Visit adds an actor.
func (s *ActivityState) Visit(_ context.Context, events []Event) {
	s.marker.mark(events)
	s.append(events[0].Actor, s.marker.set)
}

func (s *ActivityState) append(actor int64, set []uint64) {
	s.actors = append(makeRoom(s.actors), actor)
	s.words = append(makeRoom(s.words), set...)
}

// set returns the buckets of the i-th actor.
func (s *ActivityState) set(i int) []uint64 {
	n := s.activity.setWords()
	return s.words[i*n : (i+1)*n]
}

// Bytes returns about how much memory the state takes.
func (s *ActivityState) Bytes() int { return 8*cap(s.actors) + 8*cap(s.words) }

// merge returns the state of both states' actors; they have none in common.
func (s *ActivityState) merge(o *ActivityState) *ActivityState {
	merged := &ActivityState{activity: s.activity}
	n := len(s.actors) + len(o.actors)
	merged.actors, merged.words = make([]int64, 0, n), make([]uint64, 0, n*s.activity.setWords())
	for i, j := 0, 0; i < len(s.actors) || j < len(o.actors); {
		from, at := s, &i
		if i == len(s.actors) || j < len(o.actors) && o.actors[j] < s.actors[i] {
			from, at = o, &j
		}
		merged.actors, merged.words = append(merged.actors, from.actors[*at]), append(merged.words, from.set(*at)...)
		*at++
	}
	return merged
}

// ClosedActivity is the state of the actors after closed time, and its counts alone. It does not change.
type ClosedActivity struct {
	state *ActivityState
	tally *ActivityTally
}

// CloseActivity makes it from at least one state; no actor may be in two of them.
func CloseActivity(states []*ActivityState) *ClosedActivity {
	all := states[0]
	for _, s := range states[1:] {
		all = all.merge(s)
	}
	all.marker = activityMarker{}
	c := &ClosedActivity{all, NewActivityTally(all.activity)}
	for i := range all.actors {
		all.activity.add(c.tally.counts, all.set(i), 1)
	}
	return c
}

// Bytes returns about how much memory it takes.
func (c *ClosedActivity) Bytes() int { return c.state.Bytes() + 8*cap(c.tally.counts) }

// Tally counts the actors of closed time and of the time after it, which begins at a bucket's start or within a bucket. No actor is in two
// of the later states. Only actors that are also in closed time are counted anew.
func (c *ClosedActivity) Tally(later []*ActivityState) *ActivityTally {
	a := c.state.activity
	t := NewActivityTally(a)
	t.Add(c.tally)
	both := make([]uint64, a.setWords())
	for _, l := range later {
		at := 0 // where the previous actor was found
		for i, actor := range l.actors {
			place, known := slices.BinarySearch(c.state.actors[at:], actor)
			at += place
			set := l.set(i)
			if known {
				closed := c.state.set(at)
				a.add(t.counts, closed, -1)
				for k := range both {
					both[k] = closed[k] | set[k]
				}
				set = both
			}
			a.add(t.counts, set, 1)
		}
	}
	return t
}
