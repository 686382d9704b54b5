package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"strings"
	"time"
)

// load makes the peer's table, which has what the questions need: the keys of users and sessions, the time, which ClickHouse 18.16 has
// in whole seconds only, with the rest of it in a column of its own, and small sets of texts as one-byte enumerations. Sorted by user
// and time, and one part a month, it answers funnels and cohorts faster than sorted by type first.
func (c *clickHouse) load(ctx context.Context, db *database, p parameters) (string, error) {
	types := make([]string, len(eventTypes))
	for i, t := range eventTypes {
		types[i] = t.name
	}
	if _, err := c.query(ctx, fmt.Sprintf(`CREATE TABLE events (user_key Int64, time DateTime, microsecond UInt32, event_type %s,
			device %s, channel %s, price UInt16, session_key UInt64, user_id String)
		ENGINE = MergeTree PARTITION BY toYYYYMM(time) ORDER BY (user_key, time)`, enum(types), enum(devices), enum(channels))); err != nil {
		return "", err
	}
	keys, err := db.userKeys(ctx, p.Users)
	if err != nil {
		return "", err
	}
	reader, writer := io.Pipe()
	go func() { writer.CloseWithError(writeDays(writer, &p, keys)) }()
	if err := c.insert(ctx, reader); err != nil {
		return "", err
	}
	if _, err := c.query(ctx, `OPTIMIZE TABLE events FINAL`); err != nil {
		return "", err
	}
	rows, err := c.query(ctx, `SELECT version(), formatReadableSize(sum(bytes_on_disk)), count() FROM system.parts WHERE active AND table = 'events'`)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("version %s, %s in %s parts", rows[0][0], rows[0][1], rows[0][2]), nil
}

// enum returns the type of a column that has one of the texts, which are numbered from 1.
func enum(texts []string) string {
	values := make([]string, len(texts))
	for i, text := range texts {
		values[i] = fmt.Sprintf("'%s' = %d", text, i+1)
	}
	return "Enum8(" + strings.Join(values, ", ") + ")"
}

// writeDays writes all events in ClickHouse's RowBinary format.
func writeDays(w io.Writer, p *parameters, keys []int64) error {
	buffered := bufio.NewWriterSize(w, 1<<20)
	for n := range p.calendarDays() {
		midnight := p.midnight(n)
		for _, e := range p.day(n) {
			if _, err := buffered.Write(peerRow(midnight, &e, keys[e.user])); err != nil {
				return err
			}
		}
	}
	return buffered.Flush()
}

func peerRow(midnight time.Time, e *event, key int64) []byte {
	le := binary.LittleEndian
	session := fnv.New64a()
	_, _ = io.WriteString(session, e.session(midnight)) // it returns no error
	row := le.AppendUint64(make([]byte, 0, 64), uint64(key))
	row = le.AppendUint32(row, uint32(midnight.Unix())+uint32(e.second))
	row = le.AppendUint32(row, uint32(fraction(e.user).Microseconds()))
	row = append(row, e.typ+1, uint8(e.device()+1), uint8(e.channel()+1))
	row = le.AppendUint16(row, uint16(e.price()))
	row = le.AppendUint64(row, session.Sum64())
	id := userID(e.user)
	return append(append(row, uint8(len(id))), id...)
}

// add stores one more event.
func (c *clickHouse) add(ctx context.Context, midnight time.Time, e *event, key int64) error {
	return c.insert(ctx, bytes.NewReader(peerRow(midnight, e, key)))
}

// typeNumber returns the number of a type of events.
func typeNumber(name string) int {
	for i, t := range eventTypes {
		if t.name == name {
			return i + 1
		}
	}
	panic("bench: there are no events " + name)
}
