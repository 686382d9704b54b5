package engine

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
	"github.com/footfall-analytics/footfall/pkg/store"
)

// A scan is answered in two steps: its events are brought into memory, in as many parts of the actors as it takes, and then visited actor by
// actor, or in any order if it does not ask for actors. Packed events stay in memory if all of the scan fits; then its next question needs only
// what it does not have in common with this one.

// scanner reads one scan.
type scanner struct {
	engine   *Engine
	snapshot *store.Snapshot
	scan     plan.Scan
	pieces   []plan.Piece
	changes  map[time.Time]int64
	packed   []plan.Packed
	// names are those of the packed properties in columns.
	names  []string
	values *analysis.Values
	// facts are what the scan asks of users; nil if nothing.
	facts   *userFacts
	trace   *Trace
	aliases *aliases
	// aliasChanges and segments are those of the reading.
	aliasChanges int64
	segments     string
	aside        aliasedEvents
	// rawEvents is about how many raw events there are.
	rawEvents int
	// raw are the raw events of the present part, by slice.
	raw [plan.Slices][]analysis.Event
	// users are the numbers in the columns of the present part.
	users *users
	// visitAnyone hands events without an order to one of the visitors.
	visitAnyone func(ctx context.Context, visitor int, events []analysis.Event)
}

func (r *reading) newScanner(s plan.Scan, days []plan.Day, values *analysis.Values) *scanner {
	sc := &scanner{
		engine: r.engine, snapshot: r.snapshot, scan: s, pieces: s.Pieces(days), changes: map[time.Time]int64{}, packed: s.Packed(),
		values: values, trace: r.trace, aliases: r.aliases, aliasChanges: r.aliasChanges, segments: r.segments,
	}
	for _, d := range days {
		sc.changes[d.Start] = d.Changes
	}
	for i := range sc.packed {
		sc.names = append(sc.names, strings.Join(sc.packed[i].Path(), "\x00"))
	}
	return sc
}

const (
	// worthAConnection is how many events make a second connection worthwhile.
	worthAConnection = 400_000
	// mostConnections is how many connections, and processors, a question may use.
	mostConnections = 4
	// rawBytes is how many bytes a raw event takes in memory.
	rawBytes = 32
	// manyRaw is how many raw events are taken for there where nothing is known of days.
	manyRaw = 400_000
)

// scan hands every actor of a scan, with its events, to one of the visitors that newVisitor makes, and returns the visitors. Each of them sees
// actors in order of their keys, except for the last one if there are aliases.
func scan[V analysis.Visitor](ctx context.Context, s *scanner, newVisitor func() V) ([]V, error) {
	blocks, err := s.blocks(ctx)
	if err != nil {
		return nil, err
	}
	visitors := make([]V, min(mostConnections, runtime.GOMAXPROCS(0)))
	for i := range visitors {
		visitors[i] = newVisitor()
	}
	if err := s.readUserFacts(ctx); err != nil {
		return nil, err
	}
	s.visitAnyone = func(ctx context.Context, visitor int, events []analysis.Event) { visitors[visitor].Visit(ctx, events) }
	if s.trace.Dry {
		s.explain()
		return visitors, nil
	}
	s.rawEvents = s.estimateRaw(blocks)
	bytes := rawBytes * s.rawEvents
	for _, b := range blocks {
		bytes += b.events * s.bytesOfEvent()
	}
	memory := s.engine.memory
	if n := min(1+bytes/max(memory.mostOfScan(), 1), plan.Slices); n > 1 {
		err = s.inParts(ctx, blocks, n, func() error { return visit(ctx, s, blocks, visitors) })
	} else {
		err = s.kept(ctx, blocks, func() error { return visit(ctx, s, blocks, visitors) })
	}
	if err != nil || len(s.aside.events) == 0 {
		return visitors, err
	}
	v := newVisitor()
	return append(visitors, v), visitAll(ctx, s.aside.sort(), v)
}

// bytesOfEvent is about how much memory a packed event takes.
func (s *scanner) bytesOfEvent() int {
	const number, session = 2, 8
	bytes := timeBytes + len(s.packed)
	if s.wanted(nil).Keys {
		bytes += number
	}
	if s.scan.Actor == model.SessionActor {
		bytes += session
	}
	return bytes
}

// estimateRaw returns about how many raw events the scan will read: it takes closed days as typical of the others.
func (s *scanner) estimateRaw(blocks []*block) int {
	var open time.Duration
	for _, p := range s.pieces {
		if p.Days == nil && !p.From.IsZero() {
			open += p.To.Sub(p.From)
		}
	}
	events, days := 0, 0
	for i, b := range blocks {
		events += b.events
		if i == 0 || b.key.day != blocks[i-1].key.day {
			days++
		}
	}
	if days == 0 {
		return manyRaw
	}
	return int(float64(events) / float64(days) * open.Hours() / 24)
}

// blocks lists the rows of event_blocks that the scan reads, with what their codes mean.
func (s *scanner) blocks(ctx context.Context) ([]*block, error) {
	var list []*block
	for _, p := range s.pieces {
		if p.Days == nil {
			continue
		}
		known := map[blockKey]*block{}
		statement := s.scan.Blocks(p)
		if !s.trace.Dry {
			err := s.snapshot.Stream(ctx, 0, statement, func(values [][]byte) error {
				b := &block{key: blockOf(values), events: int(binary.BigEndian.Uint32(values[3])), columns: &columns{}}
				b.changes = s.changes[b.key.day]
				known[b.key] = b
				list = append(list, b)
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
		if err := s.readMeanings(ctx, p, known); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// explain notes the statements that would be run.
func (s *scanner) explain() {
	for _, p := range s.pieces {
		if p.Days != nil {
			s.trace.add(s.scan.ReadClosed(p, plan.Everybody, s.wanted(nil)), 0, 0)
		} else {
			s.trace.add(s.scan.ReadRaw(p, plan.Everybody), 0, 0)
		}
	}
}

// wanted returns the columns that the scan needs of a block; of any one, for nil.
func (s *scanner) wanted(b *block) plan.Columns {
	want := plan.Columns{
		Keys: s.scan.Actor != plan.Anyone || s.scan.AsksUserFacts(), Times: true, Sessions: s.scan.Actor == model.SessionActor, Codes: make([]bool, len(s.packed)),
	}
	for i := range s.packed {
		want.Codes[i] = s.packed[i].Path() != nil && (b == nil || b.meanings != nil && b.meanings[i].known() > 0)
	}
	return want
}

// memory is what an engine keeps, and who may use it.
type memory struct {
	keeper *keeper
	// turns are shared by those who use columns; who brings new ones, for which others may have to go, has all of them.
	turns *semaphore.Weighted
	users *users
	// numbered counts how often the users were numbered anew.
	numbered int
}

// allTurns is more than there can be users of columns at a time.
const allTurns = 1 << 30

// newMemory makes a memory of so many bytes. A quarter of them is left to the work on questions.
func newMemory(bytes int) *memory {
	return &memory{keeper: newKeeper(bytes * 3 / 4), turns: semaphore.NewWeighted(allTurns), users: &users{}}
}

// mostOfScan is how many bytes the columns of one scan may take at once.
func (m *memory) mostOfScan() int { return m.keeper.most * 3 / 4 }

// inParts visits a scan that does not fit into memory, part by part. Nothing of it is kept.
func (s *scanner) inParts(ctx context.Context, blocks []*block, n int, visit func() error) error {
	m := s.engine.memory
	if err := m.turns.Acquire(ctx, allTurns); err != nil {
		return context.Cause(ctx)
	}
	defer m.turns.Release(allTurns)
	m.keeper.makeRoom(m.mostOfScan())
	for _, part := range plan.Parts(n) {
		s.users = &users{}
		for _, b := range blocks {
			b.columns = &columns{}
		}
		if err := s.load(ctx, blocks, part); err != nil {
			return err
		}
		if err := s.readRaw(ctx, part); err != nil {
			return err
		}
		if err := visit(); err != nil {
			return err
		}
	}
	return nil
}

// kept visits a scan whose packed events stay in memory.
func (s *scanner) kept(ctx context.Context, blocks []*block, visit func() error) error {
	if err := s.readRaw(ctx, plan.Everybody); err != nil {
		return err
	}
	m := s.engine.memory
	if err := m.turns.Acquire(ctx, 1); err != nil {
		return context.Cause(ctx)
	}
	turns := int64(1)
	defer func() { m.turns.Release(turns) }()
	if s.findKept(blocks) > 0 {
		m.turns.Release(turns)
		turns = 0
		if err := m.turns.Acquire(ctx, allTurns); err != nil {
			return context.Cause(ctx)
		}
		turns = allTurns
		if err := s.bring(ctx, blocks); err != nil {
			return err
		}
		m.turns.Release(allTurns - 1)
		turns = 1
	}
	return visit()
}

// findKept takes the blocks' columns that are in memory, and returns how many blocks lack some.
func (s *scanner) findKept(blocks []*block) (lacking int) {
	m := s.engine.memory
	s.users = m.users
	for _, b := range blocks {
		if kept, found := m.keeper.get(b.key.keptName(), s.keptToken(b)); found {
			b.columns = kept.(*columns)
		}
		if _, lacks := b.lacks(s.wanted(b), b.key.part < 0, s.names); lacks {
			lacking++
		}
	}
	return lacking
}

func (s *scanner) keptToken(b *block) string {
	return fmt.Sprint(b.changes, " ", s.engine.memory.numbered)
}

// bring reads and keeps the columns that are not in memory. Nobody else uses it meanwhile.
func (s *scanner) bring(ctx context.Context, blocks []*block) error {
	m := s.engine.memory
	if m.users.bytes() > m.keeper.most/4 {
		m.users, m.numbered = &users{}, m.numbered+1
	}
	for _, b := range blocks {
		b.columns = &columns{} // what was found may be out of date by now
	}
	if s.findKept(blocks) > 0 { // somebody else may have brought them
		m.keeper.makeRoom(s.missingBytes(blocks))
		if err := s.load(ctx, blocks, plan.Everybody); err != nil {
			return err
		}
	}
	m.keeper.setAside(m.users.bytes())
	for _, b := range blocks {
		m.keeper.keep(b.key.keptName(), s.keptToken(b), b.columns, b.bytes())
	}
	return nil
}

// widen gives the scan as many connections as it may use, as far as they are free.
func (s *scanner) widen(ctx context.Context) error {
	return s.snapshot.Widen(ctx, min(mostConnections, runtime.GOMAXPROCS(0)))
}

// missingBytes is about how much memory the columns take that blocks lack.
func (s *scanner) missingBytes(blocks []*block) (bytes int) {
	for _, b := range blocks {
		if _, lacks := b.lacks(s.wanted(b), b.key.part < 0, s.names); lacks {
			bytes += b.events * s.bytesOfEvent()
		}
	}
	return bytes
}

// load reads the columns that blocks lack, of a part of the actors.
func (s *scanner) load(ctx context.Context, blocks []*block, part plan.Part) error {
	lacking, events := map[blockKey]*block{}, 0
	for _, b := range blocks {
		if _, lacks := b.lacks(s.wanted(b), b.key.part < 0, s.names); lacks {
			lacking[b.key] = b
			events += b.events
		}
	}
	if events > worthAConnection {
		if err := s.widen(ctx); err != nil {
			return err
		}
	}
	group, groupCtx := errgroup.WithContext(ctx)
	chunks := make(chan plan.Piece, len(s.changes)+1)
	for _, p := range s.pieces {
		for _, chunk := range s.chunks(p, blocks, lacking) {
			chunks <- chunk
		}
	}
	close(chunks)
	for connection := range s.snapshot.Connections() {
		group.Go(func() error {
			for p := range chunks {
				if err := s.loadPiece(groupCtx, connection, p, part, lacking); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// eventsAtOnce is about how many events a statement brings.
const eventsAtOnce = 500_000

// chunks cuts the days of a piece that have lacking blocks into runs.
func (s *scanner) chunks(p plan.Piece, blocks []*block, lacking map[blockKey]*block) []plan.Piece {
	days := map[time.Time]int{}
	for _, b := range blocks {
		if lacking[b.key] != nil {
			days[b.key.day] += b.events
		}
	}
	var chunks []plan.Piece
	events := 0
	for _, day := range p.Days {
		n, found := days[day]
		if !found {
			continue
		}
		if len(chunks) == 0 || events > eventsAtOnce {
			chunk := p
			chunk.Days, events = nil, 0
			chunks = append(chunks, chunk)
		}
		events += n
		last := &chunks[len(chunks)-1]
		last.Days = append(last.Days, day)
	}
	return chunks
}

// loadPiece reads what is lacking of some days.
func (s *scanner) loadPiece(ctx context.Context, connection int, p plan.Piece, part plan.Part, lacking map[blockKey]*block) error {
	want := plan.Columns{Codes: make([]bool, len(s.packed))}
	for _, day := range p.Days {
		for key, b := range lacking {
			if !key.day.Equal(day) {
				continue
			}
			missing, _ := b.lacks(s.wanted(b), key.part < 0, s.names)
			want.Keys, want.Times, want.Sessions = want.Keys || missing.Keys, want.Times || missing.Times, want.Sessions || missing.Sessions
			for i := range want.Codes {
				want.Codes[i] = want.Codes[i] || missing.Codes[i]
			}
		}
	}
	statement := s.scan.ReadClosed(p, part, want)
	rows, events := 0, 0
	err := s.snapshot.Stream(ctx, connection, statement, func(values [][]byte) error {
		rows++
		key := blockOf(values)
		b := lacking[key]
		if b == nil {
			return nil
		}
		columns, err := b.with(key, part, want, values, s.names, s.users)
		if err != nil {
			return err
		}
		b.columns = columns
		events += int(columns.slices[plan.Slices])
		return nil
	})
	s.trace.add(statement, rows, events)
	return err
}

// readRaw reads the raw events of a part of the actors. Those of a scan that does not ask for actors go to the visitors at once.
func (s *scanner) readRaw(ctx context.Context, part plan.Part) error {
	clear(s.raw[:])
	var pieces []plan.Piece
	for _, p := range s.pieces {
		if p.Days == nil {
			pieces = append(pieces, p)
		}
	}
	connections := 1
	if s.rawEvents > worthAConnection {
		if err := s.widen(ctx); err != nil {
			return err
		}
		connections = s.snapshot.Connections()
	}
	group, groupCtx := errgroup.WithContext(ctx)
	for connection := range connections {
		size := part.To - part.From
		of := plan.Part{From: part.From + connection*size/connections, To: part.From + (connection+1)*size/connections}
		if of.From == of.To {
			continue
		}
		group.Go(func() error {
			for _, p := range pieces {
				if err := s.readRawPiece(groupCtx, connection, p, of); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// batch is about how many events without an order are handed over at once.
const batch = 4096

func (s *scanner) readRawPiece(ctx context.Context, connection int, p plan.Piece, part plan.Part) error {
	statement := s.scan.ReadRaw(p, part)
	var events, aside []analysis.Event
	rows := 0
	err := s.snapshot.Stream(ctx, connection, statement, func(values [][]byte) error {
		rows++
		e, stored, err := s.rawEvent(values)
		switch {
		case err != nil:
		case s.scan.Actor == plan.Anyone:
			if events = append(events, e); len(events) == batch {
				s.visitAnyone(ctx, connection, events)
				events = events[:0]
			}
		case s.isAliased(&e, stored):
			aside = append(aside, e)
		default:
			slice := sliceOf(e.Actor)
			s.raw[slice] = append(s.raw[slice], e)
		}
		return err
	})
	if len(events) > 0 {
		s.visitAnyone(ctx, connection, events)
	}
	s.trace.add(statement, rows, rows)
	if err != nil {
		return err
	}
	return s.aside.take(aside)
}

// rawEvent reads a row of [plan.Scan.ReadRaw]: an event, and the key of the user under which it is stored.
func (s *scanner) rawEvent(row [][]byte) (e analysis.Event, stored int64, err error) {
	e.Actor = int64(binary.BigEndian.Uint64(row[0]))
	e.Time = int64(binary.BigEndian.Uint64(row[1]))
	e.Picks = binary.BigEndian.Uint64(row[2])
	stored = e.Actor
	if s.scan.TellsStored() {
		last := len(row) - 1
		stored, row = int64(binary.BigEndian.Uint64(row[last])), row[:last]
	}
	if len(row) > 3 && row[3] != nil {
		e.Value, err = s.values.ID(bytes.Clone(row[3]))
	}
	return e, stored, err
}

// isAliased reports whether an event is of a user who has aliases, under one of which it may be stored: no part has all events of such a user.
// It sets the user whom the event counts for.
func (s *scanner) isAliased(e *analysis.Event, stored int64) bool {
	if s.aliases == nil {
		return false
	}
	user, found := s.aliases.known[stored]
	if found && s.scan.Actor == model.UserActor {
		e.Actor = user
	}
	return found
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
