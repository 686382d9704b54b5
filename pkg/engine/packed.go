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
	"github.com/footfall-analytics/footfall/pkg/say"
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

// blockKey names a row of event_blocks.
type blockKey struct {
	day       time.Time
	eventType string
	part      int32
}

// meaning says what the codes of a block's property mean.
type meaning struct {
	// masks are, by code, the selectors that pick an event as far as the property tells; nil if it tells nothing.
	masks []uint64
	// values are, by code, the numbers of the texts of the scan's value; nil if it is not the scan's value.
	values []uint32
}

// readMeanings reads what the codes of a piece mean: for each block a meaning for each property of the scan, empty for one that its events do
// not need.
func (s *scanner) readMeanings(ctx context.Context, p plan.Piece) error {
	properties := len(s.scan.Packed())
	if properties == 0 {
		return nil
	}
	statement := s.scan.ReadMeanings(p)
	types := pgtype.NewMap()
	s.meanings = map[blockKey][]meaning{}
	rows := 0
	var err error
	if !s.trace.Dry {
		err = s.snapshot.Stream(ctx, 0, statement, func(values [][]byte) error {
			rows++
			key := blockOf(values)
			list := s.meanings[key]
			if list == nil {
				list = make([]meaning, properties)
				s.meanings[key] = list
			}
			m := &list[binary.BigEndian.Uint32(values[3])]
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
	}
	s.trace.add(statement, rows, 0)
	return err
}

// blockOf returns the key of a row that begins with it.
func blockOf(values [][]byte) blockKey {
	return blockKey{dateOf(values[0]), string(values[1]), int32(binary.BigEndian.Uint32(values[2]))}
}

// block is a slice of a row of event_blocks.
type block struct {
	key         blockKey
	keys, times []byte
	// sessions are the hashes of the events' sessions; empty for none.
	sessions []byte
	// ofSessions says that the keys are of sessions without a user.
	ofSessions bool
	picks      uint64
	valueOf    uint64
	codes      []packedCodes
	// damaged says that a code that means nothing was met.
	damaged bool
}

// packedCodes are the codes of a block's property.
type packedCodes struct {
	meaning
	// codes has width bytes for each event; those at the end that are missing are zero. Without any, all events have the same code.
	codes []byte
	width int
	same  int
	// known is how many codes there are.
	known int
}

// at returns the code of the i-th event.
func (c *packedCodes) at(i int) int {
	switch {
	case c.codes == nil:
		return c.same
	case (i+1)*c.width > len(c.codes):
		return 0
	case c.width == 1:
		return int(c.codes[i])
	}
	return int(binary.BigEndian.Uint16(c.codes[2*i:]))
}

// readBlock reads a row of [plan.Scan.ReadClosed].
func (s *scanner) readBlock(values [][]byte) (block, error) {
	key := blockOf(values)
	b := block{key: key, keys: values[3], times: values[4], picks: s.scan.PicksOf(key.eventType), valueOf: s.scan.ValueOf, ofSessions: key.part < 0}
	if s.scan.Actor != plan.Anyone && len(b.keys) != len(b.times) || len(b.times)%8 != 0 {
		return b, errDamaged(key)
	}
	values = values[5:]
	if s.scan.Actor == model.SessionActor {
		b.sessions, values = values[0], values[1:]
	}
	meanings := s.meanings[key]
	for i, codes := range values {
		if len(meanings) == 0 || meanings[i].masks == nil && meanings[i].values == nil {
			continue
		}
		c := packedCodes{meaning: meanings[i], codes: codes, width: 1, known: max(len(meanings[i].masks), len(meanings[i].values))}
		switch {
		case codes == nil && c.known > 1:
			c.same = 1
		case c.known > 256:
			c.width = 2
		}
		b.codes = append(b.codes, c)
	}
	return b, nil
}

// errDamaged is the error of a block that cannot be read.
func errDamaged(b blockKey) error {
	return say.New("error.damaged-day", "the closed day {{day}} is damaged; delete its row of closed_days to have it packed again", b.day.Format(time.DateOnly)).Err()
}

// event returns the picks and the value of the i-th event.
func (b *block) event(i int) (picks uint64, value uint32) {
	picks = b.picks
	for j := range b.codes {
		c := &b.codes[j]
		code := c.at(i)
		if code >= c.known {
			b.damaged = true
			return 0, 0
		}
		if c.masks != nil {
			picks &= c.masks[code]
		}
		if c.values != nil {
			value = c.values[code]
		}
	}
	if picks&b.valueOf == 0 {
		value = 0
	}
	return picks, value
}

// addBlock appends the events of a block that lie in the range.
func (b *buffer) addBlock(packed *block, actor model.Actor, from, to int64) error {
	for at := 0; at < len(packed.times); at += 8 {
		t := int64(binary.BigEndian.Uint64(packed.times[at:]))
		if t < from || t >= to {
			continue
		}
		picks, value := packed.picks, uint32(0)
		if packed.codes != nil {
			if picks, value = packed.event(at / 8); picks == 0 {
				continue
			}
		}
		e := analysis.Event{Time: t, Picks: picks, Value: value}
		if actor == plan.Anyone {
			b.addOfAnyone(e)
			continue
		}
		stored := int64(binary.BigEndian.Uint64(packed.keys[at:]))
		e.Actor = stored
		if actor == model.SessionActor {
			if e.Actor, stored = b.session(packed, at, stored); e.Actor == 0 {
				continue
			}
		}
		b.add(e, stored, actor == model.SessionActor)
	}
	if packed.damaged {
		return errDamaged(packed.key)
	}
	return nil
}

// session returns the key of an event's session, 0 for none, and that of the user under which the event is stored.
func (b *buffer) session(packed *block, at int, key int64) (session, stored int64) {
	if packed.ofSessions {
		return key, 0
	}
	if at+8 > len(packed.sessions) {
		return 0, key
	}
	hash := int64(binary.BigEndian.Uint64(packed.sessions[at:]))
	if hash == 0 {
		return 0, key
	}
	user := key
	if b.aliases != nil {
		if known, found := b.aliases.known[key]; found {
			user = known
		}
	}
	return plan.SessionKey(user, hash), key
}
