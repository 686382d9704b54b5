package queue

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A segment is a file of frames; its name is the number of its first record. A frame is the record's length and CRC-32C (of
// length and record), four bytes each, least significant first, and the record.
const (
	frameBytes = 8
	// maxRecord keeps a damaged length from being taken for one.
	maxRecord = 64 << 20
	suffix    = ".segment"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func appendFrame(b, record []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(record)))
	sum := crc32.Update(crc32.Checksum(b[len(b)-4:], castagnoli), castagnoli, record)
	b = binary.LittleEndian.AppendUint32(b, sum)
	return append(b, record...)
}

// errTorn is what a frame is that does not end, or that its checksum does not fit.
var errTorn = errors.New("a record is damaged or incomplete")

// readFrame reads a record into the buffer. The error is [io.EOF] at the end.
func readFrame(r io.Reader, buffer []byte) ([]byte, error) {
	var header [frameBytes]byte
	if _, err := io.ReadFull(r, header[:]); err == io.EOF {
		return nil, io.EOF
	} else if err != nil {
		return nil, tornAtEnd(err)
	}
	length := binary.LittleEndian.Uint32(header[:])
	if length > maxRecord {
		return nil, errTorn
	}
	record := slices.Grow(buffer[:0], int(length))[:length]
	if _, err := io.ReadFull(r, record); err != nil {
		return nil, tornAtEnd(err)
	}
	sum := crc32.Update(crc32.Checksum(header[:4], castagnoli), castagnoli, record)
	if sum != binary.LittleEndian.Uint32(header[4:]) {
		return nil, errTorn
	}
	return record, nil
}

func tornAtEnd(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errTorn
	}
	return err
}

type segment struct {
	path string
	// first is the number of the first record, end of the one after the last.
	first, end uint64
	// size is the length of the whole records in it.
	size int64
	file *os.File // open for writing; nil when it is full
}

// createSegment begins a file. What may be there under its name was never acknowledged.
func createSegment(dir string, first uint64) (*segment, error) {
	path := filepath.Join(dir, fmt.Sprintf("%020d%s", first, suffix))
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	// Without the folder's fsync the file itself may be gone after a power cut.
	if err := syncDir(dir); err != nil {
		_ = file.Close()
		_ = os.Remove(path)
		return nil, err
	}
	return &segment{path: path, first: first, end: first, file: file}, nil
}

// append writes and syncs frames. After an error the file is as long as before, if the disk lets it.
func (s *segment) append(frames []byte) error {
	_, err := s.file.WriteAt(frames, s.size)
	if err == nil {
		err = syncData(s.file)
	}
	if err != nil {
		_ = s.file.Truncate(s.size) // the next file's name tells where this one ends
	}
	return err
}

func (s *segment) close() {
	_ = s.file.Close() // synced after each write
	s.file = nil
}

// listSegments are the folder's files in order.
func listSegments(dir string) ([]*segment, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var list []*segment
	for _, path := range names {
		first, err := strconv.ParseUint(strings.TrimSuffix(filepath.Base(path), suffix), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s is not a file of the queue; move it elsewhere", path)
		}
		list = append(list, &segment{path: path, first: first})
	}
	return list, nil
}

// check reads the segment and finds its size. end is the number of the next segment's first record, 0 for the last segment,
// whose torn end is cut off.
func (s *segment) check(end uint64) error {
	file, err := os.OpenFile(s.path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	reader := bufio.NewReaderSize(file, 1<<20)
	var record []byte
	for s.end = s.first; end == 0 || s.end < end; s.end++ {
		record, err = readFrame(reader, record)
		if err == nil {
			s.size += frameBytes + int64(len(record))
			continue
		}
		if end != 0 {
			return fmt.Errorf("%s is damaged at byte %d: records %d to %d were acknowledged and cannot be read; restore the file, or move it away to go on without them", s.path, s.size, s.end, end-1)
		}
		if err != io.EOF && err != errTorn {
			return err
		}
		if err := file.Truncate(s.size); err != nil {
			return err
		}
		return file.Sync()
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
