package engine

import (
	"context"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

// visit hands the events in memory to the visitors: each slice to one of them, or each block, if the scan does not ask for actors.
func visit[V analysis.Visitor](ctx context.Context, s *scanner, blocks []*block, visitors []V) error {
	pickers := make([]picker, len(blocks))
	err := inTurn(ctx, len(visitors), len(blocks), func(_ context.Context, _, i int) (err error) {
		pickers[i], err = s.newPicker(blocks[i])
		return err
	})
	if err != nil {
		return err
	}
	if s.scan.Actor == plan.Anyone {
		var places [plan.Slices][]uint32
		if s.facts != nil {
			places = s.facts.ofSlices(s.users, s.aliases)
		}
		return inTurn(ctx, len(visitors), len(pickers), func(ctx context.Context, visitor, i int) error {
			visitBlock(ctx, &pickers[i], s.facts, &places, visitors[visitor])
			return nil
		})
	}
	return inTurn(ctx, len(visitors), plan.Slices, func(ctx context.Context, visitor, slice int) error {
		b := buffers.Get().(*buffer)
		defer buffers.Put(b)
		if s.scan.Actor == model.SessionActor {
			b.sessions(s, slice, pickers)
		} else {
			b.users(s, slice, pickers)
		}
		if err := s.aside.take(b.aside); err != nil {
			return err
		}
		return visitAll(ctx, b.events, visitors[visitor])
	})
}

// inTurn calls do for each i below n, in order, from several goroutines, until one call fails.
func inTurn(ctx context.Context, workers, n int, do func(ctx context.Context, worker, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	for worker := range workers {
		group.Go(func() error {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := do(ctx, worker, i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// visitBlock hands a block's events over, in batches. facts are nil if nothing is asked of users; places are their kinds.
func visitBlock(ctx context.Context, p *picker, facts *userFacts, places *[plan.Slices][]uint32, v analysis.Visitor) {
	var events [batch]analysis.Event
	n, slice := 0, 0
	for i := range p.slices[plan.Slices] {
		events[n] = p.pick(i)
		if facts != nil && events[n].Picks != 0 {
			for p.slices[slice+1] <= i {
				slice++
			}
			place := uint32(0)
			if p.keys == nil {
				place = places[slice][p.number(i)]
			}
			facts.apply(&events[n], place)
		}
		if events[n].Picks == 0 {
			continue
		}
		if n++; n == batch {
			v.Visit(ctx, events[:n])
			n = 0
		}
	}
	if n > 0 {
		v.Visit(ctx, events[:n])
	}
}

// lookEvery is the number of events between two looks at the context.
const lookEvery = 4096

// visitAll calls the visitor for each actor of the sorted events.
func visitAll(ctx context.Context, events []analysis.Event, v analysis.Visitor) error {
	for seen := 0; len(events) > 0; {
		if seen >= lookEvery {
			if seen = 0; ctx.Err() != nil {
				break
			}
		}
		n := 1
		for n < len(events) && events[n].Actor == events[0].Actor {
			n++
		}
		v.Visit(ctx, events[:n])
		seen += n
		events = events[n:]
	}
	return ctx.Err()
}

// buffer holds the events of a slice; sorting needs a second one.
type buffer struct {
	events, scratch []analysis.Event
	// aside are the events of users who have aliases: a slice has only some of a user's events.
	aside []analysis.Event
	// ends are where the events of each user end.
	ends []uint32
}

// buffers are reused: fresh memory of that size costs as much as sorting it.
var buffers = sync.Pool{New: func() any { return new(buffer) }}

// users puts the events of a slice in order of users and times.
func (b *buffer) users(s *scanner, slice int, pickers []picker) {
	b.events, b.aside = b.events[:0], b.aside[:0]
	all := &s.users.slices[slice]
	all.mu.Lock()
	for _, e := range s.raw[slice] {
		e.Actor = int64(all.number(e.Actor, &s.users.count))
		b.events = append(b.events, e)
	}
	sorted := all.inOrder()
	all.mu.Unlock()
	var places []uint32
	if s.facts != nil {
		places = s.facts.places(sorted.keys, s.aliases)
	}
	b.ends = append(b.ends[:0], make([]uint32, len(sorted.keys)+1)...)
	for i := range b.events {
		rank := sorted.ranks[b.events[i].Actor]
		b.events[i].Actor = int64(rank)
		b.ends[rank+1]++
	}
	for i := range pickers {
		p := &pickers[i]
		for at, end := p.slices[slice], p.slices[slice+1]; at < end; at++ {
			e := p.pick(at)
			if e.Picks == 0 {
				continue
			}
			rank := sorted.ranks[p.number(at)]
			if places != nil {
				s.facts.apply(&e, places[rank])
			}
			if e.Picks != 0 {
				e.Actor = int64(rank)
				b.events = append(b.events, e)
				b.ends[rank+1]++
			}
		}
	}
	b.deal(sorted.keys)
	if s.aliases != nil {
		b.putAside(s)
	}
}

// deal puts the events, whose actors are ranks and whose numbers are in ends, in order of the ranks' keys and of time.
func (b *buffer) deal(keys []int64) {
	sum := uint32(0)
	for rank := range b.ends {
		sum += b.ends[rank]
		b.ends[rank] = sum // the start of the rank's events, until they are dealt
	}
	if cap(b.scratch) < len(b.events) {
		b.scratch = make([]analysis.Event, cap(b.events))
	}
	b.scratch = b.scratch[:len(b.events)]
	for i := range b.events {
		e := &b.events[i]
		at := &b.ends[e.Actor]
		b.scratch[*at] = *e
		b.scratch[*at].Actor = keys[e.Actor]
		*at++
	}
	start := uint32(0)
	for _, end := range b.ends[:len(keys)] {
		sortBucket(b.scratch[start:end])
		start = end
	}
	b.events, b.scratch = b.scratch, b.events
}

// putAside takes the events of users with aliases out.
func (b *buffer) putAside(s *scanner) {
	kept := b.events[:0]
	for _, e := range b.events {
		if s.isAliased(&e, e.Actor) {
			b.aside = append(b.aside, e)
		} else {
			kept = append(kept, e)
		}
	}
	b.events = kept
}

// sessions puts the events of a slice in order of sessions and times.
func (b *buffer) sessions(s *scanner, slice int, pickers []picker) {
	b.events, b.aside = append(b.events[:0], s.raw[slice]...), b.aside[:0]
	all := &s.users.slices[slice]
	all.mu.Lock()
	keys := all.keys
	all.mu.Unlock()
	var places []uint32
	if s.facts != nil {
		places = s.facts.places(keys, s.aliases)
	}
	for i := range pickers {
		p := &pickers[i]
		for at, end := p.slices[slice], p.slices[slice+1]; at < end; at++ {
			session, stored := p.session(at, keys, s.aliases)
			if session == 0 {
				continue
			}
			e := p.pick(at)
			if s.facts != nil {
				place := uint32(0)
				if p.keys == nil {
					place = places[p.number(at)]
				}
				s.facts.apply(&e, place)
			}
			if e.Picks == 0 {
				continue
			}
			if e.Actor = session; s.isAliased(&e, stored) {
				b.aside = append(b.aside, e)
			} else {
				b.events = append(b.events, e)
			}
		}
	}
	b.sort()
}

// session returns the key of an event's session, 0 for none, and that of the user under which the event is stored.
func (p *picker) session(i int32, users []int64, a *aliases) (session, stored int64) {
	if p.keys != nil {
		return p.keys[i], 0
	}
	stored = users[p.number(i)]
	hash := p.columns.sessions[i]
	if hash == 0 {
		return 0, stored
	}
	user := stored
	if a != nil {
		if known, found := a.known[stored]; found {
			user = known
		}
	}
	return plan.SessionKey(user, hash), stored
}
