package analysis

import "context"

// Outcomes is a visitor that collects the outcomes of a funnel's actors, packed, in the order in which it sees them: about 25
// bytes each.
type Outcomes struct {
	walker *Walker
	starts Starts

	actors         []int64
	levels, chains []uint8  // the level, and the number of times: the same, or 0
	times          []int64  // of all actors, one after the other
	latest         []int64  // the latest start
	values         []uint32 // nil while there are none
	optional       []uint64 // likewise
}

// NewOutcomes collects the outcomes of the chains that start in the given range.
func NewOutcomes(f *Funnel, starts Starts) *Outcomes {
	return &Outcomes{walker: f.NewWalker(), starts: starts}
}

// Visit adds an actor, if it started.
func (l *Outcomes) Visit(ctx context.Context, events []Event) {
	o := l.walker.Walk(ctx, events, l.starts)
	if o.Level == 0 {
		return
	}
	l.actors = append(l.actors, events[0].Actor)
	l.levels = append(l.levels, uint8(o.Level))
	l.chains = append(l.chains, uint8(len(o.Times)))
	l.times = append(l.times, o.Times...)
	l.latest = append(l.latest, o.LatestStart)
	if o.Value != 0 || l.values != nil {
		l.values = append(grow(l.values, len(l.actors)-1), o.Value)
	}
	if o.Optional != 0 || l.optional != nil {
		l.optional = append(grow(l.optional, len(l.actors)-1), o.Optional)
	}
}

// Finish drops what only matters while some window is open. Call it when no chain that starts in the list's range can continue any more.
func (l *Outcomes) Finish() { l.walker, l.latest = nil, nil }

// grow fills a list with zeros up to n elements.
func grow[T any](list []T, n int) []T {
	if list == nil {
		list = make([]T, n)
	}
	return list
}

// Bytes returns about how much memory the list takes.
func (l *Outcomes) Bytes() int {
	return 8*cap(l.actors) + cap(l.levels) + cap(l.chains) + 8*cap(l.times) + 8*cap(l.latest) + 4*cap(l.values) + 8*cap(l.optional)
}

// cursor reads a list from its start.
type cursor struct {
	list    *Outcomes
	at      int
	timesAt int
}

func (c *cursor) next() Outcome {
	l, i := c.list, c.at
	o := Outcome{Level: int(l.levels[i])}
	if n := int(l.chains[i]); n > 0 {
		o.Times = l.times[c.timesAt : c.timesAt+n]
		c.timesAt += n
		o.LatestStart = o.Times[0] // if it does not matter
	}
	if l.latest != nil {
		o.LatestStart = l.latest[i]
	}
	if l.values != nil {
		o.Value = l.values[i]
	}
	if l.optional != nil {
		o.Optional = l.optional[i]
	}
	c.at++
	return o
}

// MergeOutcomes merges lists whose actors are in order of their keys. If an actor is in several, the earlier list has the earlier starts.
// An actor's times are valid only during the call of each.
func MergeOutcomes(f *Funnel, lists []*Outcomes, each func(actor int64, o Outcome)) {
	cursors := make([]cursor, 0, len(lists))
	for _, l := range lists {
		if len(l.actors) > 0 {
			cursors = append(cursors, cursor{list: l})
		}
	}
	for len(cursors) > 0 {
		actor := cursors[0].list.actors[cursors[0].at]
		for i := 1; i < len(cursors); i++ {
			actor = min(actor, cursors[i].list.actors[cursors[i].at])
		}
		var o Outcome
		ended := false
		for i := range cursors {
			if c := &cursors[i]; c.list.actors[c.at] == actor {
				o = f.Merge(o, c.next())
				ended = ended || c.at == len(c.list.actors)
			}
		}
		each(actor, o)
		if ended {
			cursors = dropFinished(cursors)
		}
	}
}

func dropFinished(cursors []cursor) []cursor {
	kept := cursors[:0]
	for _, c := range cursors {
		if c.at < len(c.list.actors) {
			kept = append(kept, c)
		}
	}
	return kept
}
