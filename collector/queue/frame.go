package queue

import (
	"encoding/binary"
	"hash/crc32"
)

// A file of the queue begins with a header: "ffqueue2", the queue's id of eight bytes, and the CRC-32C of both. Frames follow. A frame is
// the record's length (four bytes), its number (eight), the record's checksum and the checksum of these three (four each), and the record.
// All numbers are little-endian.
//
// Checksums begin with the queue's id, which is random and secret: so no sender can write an event whose bytes would be taken for a frame
// when a damaged file is searched for the next one. The numbers tell how many records a damaged part has cost.
const (
	magic       = "ffqueue2"
	headerBytes = len(magic) + 8 + 4
	frameBytes  = 4 + 8 + 4 + 4
	// maxRecord is the largest record; a larger length is damaged.
	maxRecord = 64 << 20
	suffix    = ".v2.segment"
)

// Files of the first version have no header. A frame is the record's length and the CRC-32C of length and record, four bytes each, and the
// record. They are read but no longer written.
const (
	oldFrameBytes = 4 + 4
	oldSuffix     = ".segment"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// framing is the format of a file's frames.
type framing struct {
	old bool
	// seed is the state that checksums begin with.
	seed uint32
}

func framingOf(id uint64) framing {
	return framing{seed: crc32.Checksum(binary.LittleEndian.AppendUint64(nil, id), castagnoli)}
}

func appendHeader(b []byte, id uint64) []byte {
	start := len(b)
	b = binary.LittleEndian.AppendUint64(append(b, magic...), id)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[start:], castagnoli))
}

// readHeader returns the id of the queue that a file belongs to; not ok if b does not begin with a whole header.
func readHeader(b []byte) (id uint64, ok bool) {
	if len(b) < headerBytes || string(b[:len(magic)]) != magic {
		return 0, false
	}
	end := headerBytes - 4
	return binary.LittleEndian.Uint64(b[len(magic):]), crc32.Checksum(b[:end], castagnoli) == binary.LittleEndian.Uint32(b[end:])
}

// appendFrame appends a frame without its number, which [framing.number] adds when it is known.
func (f framing) appendFrame(b, record []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(record)))
	b = append(b, make([]byte, 8)...)
	b = binary.LittleEndian.AppendUint32(b, crc32.Update(f.seed, castagnoli, record))
	return append(append(b, 0, 0, 0, 0), record...)
}

// number numbers whole frames, from first on.
func (f framing) number(frames []byte, first uint64) {
	for ; len(frames) > 0; first++ {
		binary.LittleEndian.PutUint64(frames[4:], first)
		binary.LittleEndian.PutUint32(frames[16:], crc32.Update(f.seed, castagnoli, frames[:16]))
		frames = frames[frameBytes+binary.LittleEndian.Uint32(frames):]
	}
}

// before returns how many bytes a frame has before its record.
func (f framing) before() int64 {
	if f.old {
		return oldFrameBytes
	}
	return frameBytes
}

// head reads the part of a frame before its record. It returns not ok if that is damaged; in files of the first version, which have no
// numbers, it may be damaged even so.
func (f framing) head(b []byte) (length int64, number uint64, ok bool) {
	length = int64(binary.LittleEndian.Uint32(b))
	if f.old {
		return length, 0, length <= maxRecord
	}
	return length, binary.LittleEndian.Uint64(b[4:]), length <= maxRecord && crc32.Update(f.seed, castagnoli, b[:16]) == binary.LittleEndian.Uint32(b[16:])
}

// fits reports whether a frame's record is undamaged.
func (f framing) fits(frame []byte) bool {
	if f.old {
		sum := crc32.Update(crc32.Checksum(frame[:4], castagnoli), castagnoli, frame[oldFrameBytes:])
		return sum == binary.LittleEndian.Uint32(frame[4:])
	}
	return crc32.Update(f.seed, castagnoli, frame[frameBytes:]) == binary.LittleEndian.Uint32(frame[12:])
}
