package event

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// recordVersion is the first byte of a record. Records of version 1 have no [Event.Forgets].
const recordVersion = 2

// errRecord is the error of every damaged record.
var errRecord = errors.New("the record of events is damaged")

// AppendRecord appends events in the form in which they wait for the database, on disk and in Kafka.
func AppendRecord(b []byte, events []Event) []byte {
	b = append(b, recordVersion)
	b = binary.AppendUvarint(b, uint64(len(events)))
	for i := range events {
		e := &events[i]
		b = append(b, e.ID[:]...)
		chosen := byte(0)
		if e.TimeChosen {
			chosen = 1
		}
		b = append(b, chosen)
		for _, t := range []time.Time{e.Time, e.SentTime, e.Received} {
			b = binary.AppendVarint(b, microseconds(t))
		}
		b = binary.AppendVarint(b, e.Forgets)
		for _, text := range []string{e.UserID, e.Type, e.AnonymousID, e.PageURL, e.DeviceType, e.SessionID, e.Alias} {
			b = binary.AppendUvarint(b, uint64(len(text)))
			b = append(b, text...)
		}
		for _, object := range [][]byte{e.Metadata, e.Traits} {
			b = binary.AppendUvarint(b, uint64(len(object)))
			b = append(b, object...)
		}
	}
	return b
}

// noTime stands for the zero time; it is before every time that an event can have.
const noTime = -1 << 62

func microseconds(t time.Time) int64 {
	if t.IsZero() {
		return noTime
	}
	return t.UnixMicro()
}

// DecodeRecord appends the events of a record to a list. The events keep no part of the record.
func DecodeRecord(events []Event, record []byte) ([]Event, error) {
	r := recordReader{rest: record}
	first := r.take(1)
	if r.failed || first[0] == 0 || first[0] > recordVersion {
		return events, fmt.Errorf("%w: it does not begin with a version up to %d; was it written by a newer collector?", errRecord, recordVersion)
	}
	r.version = first[0]
	for n := r.uvarint(); n > 0 && !r.failed; n-- {
		events = append(events, r.event())
	}
	if r.failed || len(r.rest) > 0 {
		return events, errRecord
	}
	return events, nil
}

// recordReader takes a record apart. After a fault it returns zero values.
type recordReader struct {
	version byte
	rest    []byte
	failed  bool
}

func (r *recordReader) event() (e Event) {
	copy(e.ID[:], r.take(uint64(len(uuid.UUID{}))))
	chosen := r.take(1)
	e.TimeChosen = !r.failed && chosen[0] == 1
	e.Time, e.SentTime, e.Received = r.time(), r.time(), r.time()
	if r.version > 1 {
		e.Forgets = r.varint()
	}
	for _, text := range []*string{&e.UserID, &e.Type, &e.AnonymousID, &e.PageURL, &e.DeviceType, &e.SessionID, &e.Alias} {
		*text = string(r.take(r.uvarint()))
	}
	for _, object := range []*[]byte{&e.Metadata, &e.Traits} {
		if bytes := r.take(r.uvarint()); len(bytes) > 0 {
			*object = append([]byte(nil), bytes...)
		}
	}
	return e
}

func (r *recordReader) take(n uint64) []byte {
	if r.failed || n > uint64(len(r.rest)) {
		r.failed = true
		return nil
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *recordReader) uvarint() uint64 {
	value, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.failed = true
		return 0
	}
	r.rest = r.rest[n:]
	return value
}

func (r *recordReader) varint() int64 {
	value, n := binary.Varint(r.rest)
	if n <= 0 {
		r.failed = true
		return 0
	}
	r.rest = r.rest[n:]
	return value
}

func (r *recordReader) time() time.Time {
	value := r.varint()
	if r.failed || value == noTime {
		return time.Time{}
	}
	return time.UnixMicro(value).UTC()
}
