package engine

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"
	"time"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/plan"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// columns are the events of a row of event_blocks, or of a part of it, in memory: what was read of them, and not more. They do not change.
type columns struct {
	// slices says where each slice begins, and has the number of events at its end.
	slices []int32
	// times has five bytes for each event: microseconds since midnight, least significant first.
	times []byte
	// numbers are the numbers of the users in their slices, wide where some are too large. Of events without a user, keys has those of their
	// sessions.
	numbers []uint16
	wide    []uint32
	keys    []int64
	// sessions are the hashes of the sessions of known users, 0 for none.
	sessions []int64
	// codes are those of packed properties, by name.
	codes map[string][]byte
}

// timeBytes is how many bytes of columns a time takes.
const timeBytes = 5

// bytes returns about how much memory the columns take.
func (c *columns) bytes() int {
	const itself = 400
	bytes := itself + 4*len(c.slices) + len(c.times) + 2*len(c.numbers) + 4*len(c.wide) + 8*len(c.keys) + 8*len(c.sessions)
	for name, codes := range c.codes {
		bytes += itself/4 + len(name) + len(codes)
	}
	return bytes
}

// number returns the number of the i-th event's user.
func (c *columns) number(i int32) uint32 {
	if c.wide != nil {
		return c.wide[i]
	}
	return uint32(c.numbers[i])
}

// time returns the time of the i-th event, since midnight.
func (c *columns) time(i int32) int64 {
	b := c.times[timeBytes*i : timeBytes*i+timeBytes : timeBytes*i+timeBytes]
	return int64(binary.LittleEndian.Uint32(b)) | int64(b[4])<<32
}

// lacks returns which of the wanted columns are missing, and whether any is.
func (c *columns) lacks(want plan.Columns, ofNobody bool, names []string) (plan.Columns, bool) {
	missing := plan.Columns{
		Keys:     want.Keys && c.numbers == nil && c.wide == nil && c.keys == nil,
		Times:    want.Times && c.times == nil,
		Sessions: want.Sessions && c.sessions == nil && !ofNobody,
		Codes:    make([]bool, len(want.Codes)),
	}
	lacks := missing.Keys || missing.Times || missing.Sessions
	for i, wanted := range want.Codes {
		_, known := c.codes[names[i]]
		missing.Codes[i] = wanted && !known
		lacks = lacks || missing.Codes[i]
	}
	return missing, lacks
}

// with returns the columns with those of a row of [plan.Scan.ReadClosed] added.
func (c columns) with(key blockKey, part plan.Part, want plan.Columns, values [][]byte, names []string, u *users) (*columns, error) {
	slices, err := intArray(values[3])
	if err != nil {
		return nil, err
	}
	if len(slices) != plan.Slices+1 {
		return nil, errDamaged(key)
	}
	first, last := slices[part.From], slices[part.To]
	for i := range slices { // of the part alone
		slices[i] = max(0, min(slices[i], last)-first)
	}
	c.slices = slices
	events := int(slices[plan.Slices])
	keys, times, sessions := values[4], values[5], values[6]
	if want.Keys && len(keys) != 8*events || want.Times && len(times) != 8*events || len(sessions) > 8*events || len(sessions)%8 != 0 {
		return nil, errDamaged(key)
	}
	if want.Keys {
		c.setKeys(key, keys, u)
	}
	if want.Times && !c.setTimes(analysis.Microseconds(key.day), times) {
		return nil, errDamaged(key)
	}
	if want.Sessions && key.part >= 0 {
		c.sessions = numbersOf(sessions, events)
	}
	codes := make(map[string][]byte, len(c.codes)+len(names))
	for name, known := range c.codes {
		codes[name] = known
	}
	for i, name := range names {
		if want.Codes[i] {
			codes[name] = bytes.Clone(values[7+i])
		}
	}
	c.codes = codes
	return &c, nil
}

func (c *columns) setKeys(key blockKey, raw []byte, u *users) {
	if key.part < 0 {
		c.keys = numbersOf(raw, len(raw)/8)
		return
	}
	numbers := make([]uint32, len(raw)/8)
	wide := false
	for s := range plan.Slices {
		from, to := c.slices[s], c.slices[s+1]
		if from == to {
			continue
		}
		slice := &u.slices[s]
		slice.mu.Lock()
		for i := from; i < to; i++ {
			numbers[i] = slice.number(int64(binary.BigEndian.Uint64(raw[8*i:])), &u.count)
			wide = wide || numbers[i] > 0xffff
		}
		slice.mu.Unlock()
	}
	if wide {
		c.wide = numbers
		return
	}
	c.numbers = make([]uint16, len(numbers))
	for i, n := range numbers {
		c.numbers[i] = uint16(n)
	}
}

// setTimes is false if one is not of the day.
func (c *columns) setTimes(midnight int64, raw []byte) bool {
	c.times = make([]byte, 0, len(raw)/8*timeBytes)
	all := uint64(0)
	for ; len(raw) > 0; raw = raw[8:] {
		t := uint64(int64(binary.BigEndian.Uint64(raw)) - midnight)
		all |= t
		c.times = append(c.times, byte(t), byte(t>>8), byte(t>>16), byte(t>>24), byte(t>>32))
	}
	return all>>(8*timeBytes) == 0
}

// numbersOf reads n numbers; those at the end that are missing are zero.
func numbersOf(raw []byte, n int) []int64 {
	numbers := make([]int64, n)
	for i := range len(raw) / 8 {
		numbers[i] = int64(binary.BigEndian.Uint64(raw[8*i:]))
	}
	return numbers
}

// errDamaged is the error of a block that cannot be read.
func errDamaged(b blockKey) error {
	return say.New("error.damaged-day", "the closed day {{day}} is damaged; delete its row of closed_days to have it packed again", b.day.Format(time.DateOnly)).Err()
}

// blockKey names a row of event_blocks.
type blockKey struct {
	day       time.Time
	eventType string
	part      int32
}

// blockOf returns the key of a row that begins with it.
func blockOf(values [][]byte) blockKey {
	return blockKey{dateOf(values[0]), string(values[1]), int32(binary.BigEndian.Uint32(values[2]))}
}

// keptName is what the block's columns are kept under.
func (b *blockKey) keptName() string {
	var name strings.Builder
	name.WriteString("block ")
	name.WriteString(strconv.FormatInt(b.day.Unix()/86400, 10))
	name.WriteByte(' ')
	name.WriteString(strconv.Itoa(int(b.part)))
	name.WriteByte(' ')
	name.WriteString(b.eventType)
	return name.String()
}
