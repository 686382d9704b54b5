package engine

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/plan"
	"github.com/footfall-analytics/footfall/pkg/store"
)

// eventsAtOnce is about how many events of a scan each connection has in memory.
const eventsAtOnce = 150_000

// scanner reads the parts of one scan.
type scanner struct {
	snapshot *store.Snapshot
	scan     plan.Scan
	pieces   []plan.Piece
	values   *analysis.Values
	trace    *Trace
	aliases  *aliases
	aside    aliasedEvents
	// meanings say what the codes of packed properties mean.
	meanings map[blockKey][]meaning
}

// job is what is read and visited at once.
type job struct {
	pieces []plan.Piece
	part   plan.Part
}

// jobs cuts a scan into about n jobs: by actors or, if it does not ask for them, by days, which is cheaper.
func (s *scanner) jobs(n, workers int) []job {
	var jobs []job
	if s.scan.Actor != plan.Anyone {
		for _, part := range plan.Parts(n) {
			jobs = append(jobs, job{s.pieces, part})
		}
		return jobs
	}
	for _, p := range s.pieces {
		if p.Days == nil {
			parts := 1
			if p.To.Sub(p.From) > 2*24*time.Hour {
				parts = workers
			}
			for _, part := range plan.Parts(parts) {
				jobs = append(jobs, job{[]plan.Piece{p}, part})
			}
			continue
		}
		for days := range slices.Chunk(p.Days, len(p.Days)/n+1) {
			some := p
			some.Days = days
			jobs = append(jobs, job{[]plan.Piece{some}, plan.Everybody})
		}
	}
	return jobs
}

// scan hands every actor of a scan, with its events, to one of the visitors that newVisitor makes, one per connection, and returns the
// visitors. estimate is about how many events there are.
func scan[V analysis.Visitor](ctx context.Context, s *scanner, estimate int64, newVisitor func() V) ([]V, error) {
	for _, p := range s.pieces {
		if p.Days != nil {
			if err := s.readMeanings(ctx, p); err != nil {
				return nil, err
			}
		}
	}
	workers := s.snapshot.Connections()
	n := int(min(max(estimate/eventsAtOnce+1, int64(workers)), plan.Slices))
	list := s.jobs(n, workers)
	jobs := make(chan job, len(list))
	for _, j := range list {
		jobs <- j
	}
	close(jobs)
	group, groupCtx := errgroup.WithContext(ctx)
	visitors := make([]V, workers)
	for worker := range workers {
		v := newVisitor()
		visitors[worker] = v
		group.Go(func() error {
			buffer := buffers.Get().(*buffer)
			defer buffers.Put(buffer)
			buffer.reserve(int(estimate)/n + int(estimate)/n/8)
			for j := range jobs {
				buffer.clear(s.aliases)
				if s.scan.Actor == plan.Anyone {
					buffer.full = func(events []analysis.Event) { v.Visit(groupCtx, events) }
				}
				if err := s.read(groupCtx, worker, j, buffer); err != nil {
					return err
				}
				if s.scan.Actor == plan.Anyone {
					v.Visit(groupCtx, buffer.events)
					continue
				}
				if err := s.aside.take(buffer.aside); err != nil {
					return err
				}
				if err := visitAll(groupCtx, buffer.sort(), v); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil || len(s.aside.events) == 0 {
		return visitors, err
	}
	v := newVisitor()
	return append(visitors, v), visitAll(ctx, s.aside.sort(), v)
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

// read appends the events of a job to the buffer.
func (s *scanner) read(ctx context.Context, connection int, j job, b *buffer) error {
	for _, p := range j.pieces {
		var statement plan.Statement
		var err error
		rows := 0
		before := b.added()
		switch {
		case s.trace.Dry && p.Days != nil:
			statement = s.scan.ReadClosed(p, j.part)
		case s.trace.Dry:
			statement = s.scan.ReadRaw(p, j.part)
		case p.Days != nil:
			statement = s.scan.ReadClosed(p, j.part)
			from, to := analysis.Bounds(p.Range)
			err = s.snapshot.Stream(ctx, connection, statement, func(values [][]byte) error {
				rows++
				packed, err := s.readBlock(values)
				if err != nil {
					return err
				}
				return b.addBlock(&packed, s.scan.Actor, from, to)
			})
		default:
			statement = s.scan.ReadRaw(p, j.part)
			err = s.snapshot.Stream(ctx, connection, statement, func(values [][]byte) error {
				rows++
				return b.addRow(values, s.values, s.scan.TellsStored())
			})
		}
		s.trace.add(statement, rows, b.added()-before)
		if err != nil {
			return err
		}
	}
	return nil
}

// buffer holds the events of a part; sorting needs a second one.
type buffer struct {
	events, scratch []analysis.Event
	// aside are the events of users who have aliases: a part has only some of a user's events.
	aside   []analysis.Event
	aliases *aliases
	// full takes events that need no order, as soon as there are many; nil where they do.
	full func([]analysis.Event)
	// taken is how many events it has taken.
	taken int
}

// clear empties the buffer and sets the aliases.
func (b *buffer) clear(a *aliases) {
	b.events, b.aside, b.aliases, b.full, b.taken = b.events[:0], b.aside[:0], a, nil, 0
}

// added returns how many events were added since it was empty.
func (b *buffer) added() int { return len(b.events) + len(b.aside) + b.taken }

// addOfAnyone adds an event that needs no order.
func (b *buffer) addOfAnyone(e analysis.Event) {
	if len(b.events) >= eventsAtOnce {
		b.full(b.events)
		b.taken += len(b.events)
		b.events = b.events[:0]
	}
	b.events = append(b.events, e)
}

// add adds an event that is stored under a user's key; unless it is of a session, the actor is that user.
func (b *buffer) add(e analysis.Event, stored int64, ofSession bool) {
	if b.aliases != nil {
		if user, found := b.aliases.known[stored]; found {
			if !ofSession {
				e.Actor = user
			}
			b.aside = append(b.aside, e)
			return
		}
	}
	b.events = append(b.events, e)
}

// buffers are reused: fresh memory of that size costs as much as sorting it.
var buffers = sync.Pool{New: func() any { return new(buffer) }}

// reserve makes room for n events.
func (b *buffer) reserve(n int) {
	if cap(b.events) < n {
		b.events = make([]analysis.Event, 0, n)
	}
}

// addRow appends a raw event: actor, time, picks, perhaps a value and, with tellsStored, the key of a session's user.
func (b *buffer) addRow(row [][]byte, values *analysis.Values, tellsStored bool) error {
	e := analysis.Event{
		Actor: int64(binary.BigEndian.Uint64(row[0])),
		Time:  int64(binary.BigEndian.Uint64(row[1])),
		Picks: binary.BigEndian.Uint64(row[2]),
	}
	stored := e.Actor
	if tellsStored {
		last := len(row) - 1
		stored, row = int64(binary.BigEndian.Uint64(row[last])), row[:last]
	}
	if len(row) > 3 && row[3] != nil {
		id, err := values.ID(bytes.Clone(row[3]))
		if err != nil {
			return err
		}
		e.Value = id
	}
	if b.full != nil {
		b.addOfAnyone(e)
	} else {
		b.add(e, stored, tellsStored)
	}
	return nil
}

// dayOf reads a row of [plan.Days].
func dayOf(values [][]byte) plan.Day {
	return plan.Day{
		Start:   dateOf(values[0]),
		End:     dateOf(values[4]),
		Closed:  values[1][0] == 1,
		Events:  int64(binary.BigEndian.Uint64(values[2])),
		Changes: int64(binary.BigEndian.Uint64(values[3])),
	}
}

// dateOf returns the midnight of a date as the server sends it: days since 2000-01-01.
func dateOf(value []byte) time.Time {
	return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(int32(binary.BigEndian.Uint32(value))))
}
