package analysis

import (
	"context"
	"slices"
)

// marks is what a mergeable question needs to know about an actor. Sets have a bit for each bucket, as [buckets] numbers them.
type marks struct {
	// first is the bucket of the first start event, or noBucket, and back says that the actor returned in it after the start.
	// Only for first-time cohorts.
	first int
	back  bool
	// returns are the buckets with a return event. For recurring cohorts, starts are the buckets with a start event, and backs the buckets
	// with a return event after their first start event; if start and return are the same event, returns stands for all three.
	returns, starts, backs []uint64
}

// maxSetWords is more than the words of all sets of an actor, with about a thousand buckets.
const maxSetWords = 64

// marker makes marks from an actor's events.
type marker struct {
	retention *Retention
	buckets   buckets
	marks     marks
	words     []uint64 // of the marks' sets
}

func (r *Retention) newMarker() *marker {
	m := &marker{retention: r, buckets: newBuckets(r.Bounds)}
	n := r.setWords()
	m.words = make([]uint64, n*r.sets())
	m.marks = r.marksOf(0, m.words)
	return m
}

// setWords returns how many words a set of buckets has.
func (r *Retention) setWords() int { return setWords(r.Bounds) }

// sets returns how many sets of buckets each actor needs.
func (r *Retention) sets() int {
	if r.FirstTime || r.SameEvent {
		return 1
	}
	return 3
}

// marksOf returns marks whose sets are the given words. first is twice the first bucket, plus 1 if the actor was back in it.
func (r *Retention) marksOf(first int16, words []uint64) marks {
	n := r.setWords()
	m := marks{first: int(first >> 1), back: first&1 == 1, returns: words[:n]}
	switch {
	case r.FirstTime:
	case r.SameEvent:
		m.starts, m.backs = m.returns, m.returns
	default:
		m.starts, m.backs = words[n:2*n], words[2*n:]
	}
	return m
}

func (m *marks) packedFirst() int16 {
	packed := int16(m.first << 1)
	if m.back {
		packed++
	}
	return packed
}

// mark looks at an actor. With onlyMembers, it stops early for an actor that is in no cohort.
func (m *marker) mark(events []Event, onlyMembers bool) {
	clear(m.words)
	switch {
	case m.retention.FirstTime:
		m.markFirst(events, onlyMembers)
	case m.retention.SameEvent:
		m.markReturns(events)
	default:
		m.markAll(events)
	}
}

func (m *marker) markFirst(events []Event, onlyMembers bool) {
	m.marks.first, m.marks.back = noBucket, false
	i := 0
	for i < len(events) && events[i].Picks&1 == 0 {
		i++
	}
	if i == len(events) {
		if !onlyMembers {
			m.markReturns(events)
		}
		return
	}
	start := events[i].Time
	m.marks.first = m.buckets.of(start)
	switch {
	case m.marks.first == 0 || onlyMembers && m.marks.first > m.retention.Cohorts:
		return
	case onlyMembers:
		m.markReturns(events[i:])
	default: // the actor may have started before these events
		m.markReturns(events)
	}
	for end := m.buckets.end(m.marks.first); i < len(events) && events[i].Time < end && !m.marks.back; i++ {
		m.marks.back = events[i].Picks&2 != 0 && events[i].Time > start
	}
}

func (m *marker) markReturns(events []Event) { m.buckets.mark(m.marks.returns, events, 2) }

func (m *marker) markAll(events []Event) {
	end := int64(-1 << 63)
	bucket := 0
	var started bool
	var start int64
	for i := range events {
		e := &events[i]
		if e.Time >= end {
			bucket = m.buckets.of(e.Time)
			end, started = m.buckets.end(bucket), false
		}
		if e.Picks&1 != 0 && !started {
			started, start = true, e.Time
			m.marks.starts[bucket>>6] |= 1 << (bucket & 63)
		}
		if e.Picks&2 != 0 {
			m.marks.returns[bucket>>6] |= 1 << (bucket & 63)
			if started && e.Time > start {
				m.marks.backs[bucket>>6] |= 1 << (bucket & 63)
			}
		}
	}
}

// RetentionState holds the actors' marks after some stretch of time, for a mergeable question: about 26 bytes per actor for first-time
// cohorts and 90 buckets, 24 to 56 for recurring ones. It is a visitor, for actors in order of their keys.
type RetentionState struct {
	retention *Retention
	marker    *marker
	actors    []int64
	first     []int16
	words     []uint64 // the sets of each actor, one after the other
}

// NewRetentionState starts an empty state.
func NewRetentionState(r *Retention) *RetentionState {
	return &RetentionState{retention: r, marker: r.newMarker()}
}

// Visit adds an actor. The times of two states must not share a bucket: cut time at bounds.
func (s *RetentionState) Visit(_ context.Context, events []Event) {
	s.marker.mark(events, false)
	s.add(events[0].Actor, s.marker.marks.packedFirst(), s.marker.words)
}

func (s *RetentionState) add(actor int64, first int16, words []uint64) {
	s.actors = append(makeRoom(s.actors), actor)
	s.words = append(makeRoom(s.words), words...)
	if s.retention.FirstTime {
		s.first = append(makeRoom(s.first), first)
	}
}

// of returns the i-th actor's first bucket and sets.
func (s *RetentionState) of(i int) (first int16, words []uint64) {
	if s.retention.FirstTime {
		first = s.first[i]
	}
	n := len(s.words) / len(s.actors)
	return first, s.words[i*n : (i+1)*n]
}

// Bytes returns about how much memory the state takes.
func (s *RetentionState) Bytes() int { return 8*cap(s.actors) + 2*cap(s.first) + 8*cap(s.words) }

// Merge returns the state after two stretches of time, this one and a later one that begins at a bucket's start; or the state of two sets
// of actors in the same time. Both must have the same question and bounds; only the number of cohorts may differ.
func (s *RetentionState) Merge(later *RetentionState) *RetentionState {
	r := later.retention
	merged := NewRetentionState(r)
	n := max(len(s.actors), len(later.actors))
	merged.actors = make([]int64, 0, n)
	merged.words = make([]uint64, 0, n*len(merged.marker.words))
	both := make([]uint64, len(merged.marker.words))
	i, j := 0, 0
	for i < len(s.actors) || j < len(later.actors) {
		switch {
		case j == len(later.actors) || i < len(s.actors) && s.actors[i] < later.actors[j]:
			first, words := s.of(i)
			merged.add(s.actors[i], first, words)
			i++
		case i == len(s.actors) || later.actors[j] < s.actors[i]:
			first, words := later.of(j)
			merged.add(later.actors[j], first, words)
			j++
		default:
			first, words := s.of(i)
			laterFirst, laterWords := later.of(j)
			first, words = together(both, first, words, laterFirst, laterWords)
			merged.add(s.actors[i], first, words)
			i++
			j++
		}
	}
	return merged
}

// Tally counts the actors of the state.
func (s *RetentionState) Tally() *RetentionTally {
	t := NewRetentionTally(s.retention)
	for i := range s.actors {
		first, words := s.of(i)
		m := s.retention.marksOf(first, words)
		t.count(&m)
	}
	return t
}

// ClosedRetention is the state of the actors after closed time, and its counts alone. It does not change.
type ClosedRetention struct {
	state  *RetentionState
	counts []int64
}

// Close makes it from a state.
func (s *RetentionState) Close() *ClosedRetention {
	closed := &ClosedRetention{s, s.Tally().counts}
	s.marker = nil
	return closed
}

// Bytes returns about how much memory it takes.
func (c *ClosedRetention) Bytes() int { return c.state.Bytes() + 8*len(c.counts) }

// Tally counts the actors of closed time and of the time after it, which begins at a bucket's start. No actor is in two of the later
// states. Only actors that are also in closed time are counted anew.
func (c *ClosedRetention) Tally(r *Retention, later []*RetentionState) *RetentionTally {
	t := NewRetentionTally(r)
	copy(t.counts, c.counts)
	both := make([]uint64, r.sets()*r.setWords())
	for _, l := range later {
		at := 0 // where the previous actor was found
		for i, actor := range l.actors {
			first, words := l.of(i)
			place, known := slices.BinarySearch(c.state.actors[at:], actor)
			at += place
			if known {
				closedFirst, closedWords := c.state.of(at)
				m := r.marksOf(closedFirst, closedWords)
				t.sign = -1
				t.count(&m)
				t.sign = 1
				first, words = together(both, closedFirst, closedWords, first, words)
			}
			m := r.marksOf(first, words)
			t.count(&m)
		}
	}
	return t
}

// together merges an actor's first bucket and sets of two stretches of time; it writes the sets into both.
func together(both []uint64, first int16, words []uint64, laterFirst int16, laterWords []uint64) (int16, []uint64) {
	if first>>1 == noBucket {
		first = laterFirst
	}
	for k := range both {
		both[k] = words[k] | laterWords[k]
	}
	return first, both
}
