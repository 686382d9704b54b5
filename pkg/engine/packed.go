package engine

import (
	"context"
	"encoding/binary"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

// maxMeanings is how many values of packed properties a scan may know at once; more are read from raw events.
const maxMeanings = 2_000_000

// packedDays returns the days as the scan can use them: a day that does not have all its properties packed counts as open.
func (r *reading) packedDays(ctx context.Context, s plan.Scan, days []plan.Day) ([]plan.Day, error) {
	if len(s.Packed()) == 0 && s.Actor == model.UserActor {
		return days, nil
	}
	raw := map[time.Time]bool{}
	total := int64(0)
	err := r.snapshot.Stream(ctx, 0, s.NotPacked(), func(values [][]byte) error {
		size := int64(binary.BigEndian.Uint64(values[1]))
		total += size
		raw[dateOf(values[0])] = raw[dateOf(values[0])] || size == 0
		return nil
	})
	days = slices.Clone(days)
	for i := range days {
		days[i].Closed = days[i].Closed && !raw[days[i].Start] && total <= maxMeanings
	}
	return days, err
}

// meaning says what the codes of a block's property mean.
type meaning struct {
	// masks are, by code, the selectors that pick an event as far as the property tells; nil if it tells nothing.
	masks []uint64
	// values are, by code, the numbers of the texts of the scan's value; nil if it is not the scan's value.
	values []uint32
}

// known returns how many codes there are.
func (m *meaning) known() int { return max(len(m.masks), len(m.values)) }

// readMeanings reads what the codes of the scan's packed properties mean, for the blocks of a piece.
func (s *scanner) readMeanings(ctx context.Context, p plan.Piece, blocks map[blockKey]*block) error {
	if len(s.packed) == 0 {
		return nil
	}
	statement := s.scan.ReadMeanings(p)
	if s.trace.Dry {
		s.trace.add(statement, 0, 0)
		return nil
	}
	types := pgtype.NewMap()
	rows := 0
	err := s.snapshot.Stream(ctx, 0, statement, func(values [][]byte) error {
		rows++
		b := blocks[blockOf(values)]
		if b.meanings == nil {
			b.meanings = make([]meaning, len(s.packed))
		}
		m := &b.meanings[binary.BigEndian.Uint32(values[3])]
		for masks := values[4]; len(masks) > 0; masks = masks[8:] {
			m.masks = append(m.masks, binary.BigEndian.Uint64(masks))
		}
		if values[5] == nil {
			return nil
		}
		var texts []string
		if err := types.Scan(pgtype.TextArrayOID, pgtype.BinaryFormatCode, values[5], &texts); err != nil {
			return err
		}
		m.values = make([]uint32, 1, len(texts)+1)
		for _, text := range texts {
			id, err := s.values.ID([]byte(text))
			if err != nil {
				return err
			}
			m.values = append(m.values, id)
		}
		return nil
	})
	s.trace.add(statement, rows, 0)
	return err
}

// block is a row of event_blocks that a scan reads.
type block struct {
	key blockKey
	// events is how many it has, and changes how often its day has changed.
	events  int
	changes int64
	// meanings are those of the scan's packed properties; nil if its events need none. Empty ones are not needed.
	meanings []meaning
	*columns
}

// picker finds out what a scan picks of a block's events.
type picker struct {
	*block
	midnight int64
	// from and to are the scan's range; within says that the whole day lies in it.
	from, to int64
	within   bool
	picks    uint64
	valueOf  uint64
	codes    []packedCodes
}

// packedCodes are the codes of a block's property.
type packedCodes struct {
	meaning
	// codes has width bytes for each event; those at the end that are missing are zero. Without any, all events have the same code.
	codes []byte
	width int32
	same  int
}

// at returns the code of the i-th event.
func (c *packedCodes) at(i int32) int {
	switch {
	case c.codes == nil:
		return c.same
	case int(i+1)*int(c.width) > len(c.codes):
		return 0
	case c.width == 1:
		return int(c.codes[i])
	}
	return int(binary.BigEndian.Uint16(c.codes[2*i:]))
}

// newPicker makes a block's picker. A code that means nothing is an error.
func (s *scanner) newPicker(b *block) (picker, error) {
	p := picker{block: b, midnight: analysis.Microseconds(b.key.day), picks: s.scan.PicksOf(b.key.eventType), valueOf: s.scan.ValueOf}
	p.from, p.to = analysis.Bounds(s.scan.Range)
	p.within = p.from <= p.midnight && p.midnight+(24*time.Hour).Microseconds() <= p.to
	for i := range b.meanings {
		m := b.meanings[i]
		if m.known() == 0 {
			continue
		}
		c := packedCodes{meaning: m, codes: b.columns.codes[s.names[i]], width: 1}
		switch {
		case c.codes == nil && m.known() > 1:
			c.same = 1
		case m.known() > 256:
			c.width = 2
		}
		p.codes = append(p.codes, c)
		for at := range int32(len(c.codes) / int(c.width)) {
			if c.at(at) >= m.known() {
				return p, errDamaged(b.key)
			}
		}
	}
	return p, nil
}

// pick returns the i-th event without its actor; its picks are 0 if the scan leaves it out.
func (p *picker) pick(i int32) (e analysis.Event) {
	e.Time = p.midnight + p.time(i)
	if !p.within && (e.Time < p.from || e.Time >= p.to) {
		return e
	}
	e.Picks = p.picks
	for j := range p.codes {
		c := &p.codes[j]
		code := c.at(i)
		if c.masks != nil {
			e.Picks &= c.masks[code]
		}
		if c.values != nil {
			e.Value = c.values[code]
		}
	}
	if e.Picks&p.valueOf == 0 {
		e.Value = 0
	}
	return e
}
