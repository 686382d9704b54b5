package queue

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Fault names a place in the queue's folder where something cannot be read, or is missing.
type Fault struct {
	Path string
	// At is where the fault begins in the file, and Bytes how long it is; 0 if something is missing.
	At, Bytes int64
	// First is the number of the first record that is lost there, and End the number after the last; they are equal if none is. In a file
	// of the first version, whose records have no numbers, they cover the most that can be lost.
	First, End uint64
	// Reason gives details; empty for plain damage.
	Reason string
}

func (f Fault) String() string {
	lost := "no record"
	if f.End > f.First {
		lost = fmt.Sprintf("records %d to %d, which were acknowledged,", f.First, f.End-1)
	}
	switch {
	case f.Reason != "":
		return f.Path + " " + f.Reason
	case f.Bytes == 0:
		return fmt.Sprintf("%s: %s should be at byte %d and are missing", f.Path, lost, f.At)
	}
	return fmt.Sprintf("%s is damaged at byte %d: in %d bytes that cannot be read there were %s", f.Path, f.At, f.Bytes, strings.TrimSuffix(lost, ","))
}

// frame is a record in its file.
type frame struct {
	number  uint64
	record  []byte
	at, end int64
}

// scanner reads the frames of a file in order. After a fault it searches for the next whole frame.
type scanner struct {
	framing
	file io.ReaderAt
	path string
	// limit is where the file's frames end, at is where reading goes on, and next the number that is expected there.
	limit, at int64
	next      uint64
	// shared says that a record need only be valid until the next call.
	shared bool
	buffer []byte
	reader *bufio.Reader
	// rest is the file from restAt to limit, read after a fault.
	rest   []byte
	restAt int64
}

// newScanner makes a scanner for a file. It takes the queue's id from the file's header or, if that is damaged, from queue.
func newScanner(s *segment, file io.ReaderAt, limit int64, queue uint64) (*scanner, error) {
	sc := &scanner{file: file, path: s.path, limit: limit, next: s.first, framing: framing{old: s.old}}
	if s.old {
		return sc, nil
	}
	header := make([]byte, headerBytes)
	if _, err := file.ReadAt(header, 0); err != nil && err != io.EOF {
		return nil, err
	}
	sc.framing = framingOf(queue)
	if id, ok := readHeader(header); ok {
		sc.framing, sc.at = framingOf(id), int64(headerBytes)
	}
	return sc, nil
}

// errNoFrame is the error for a place where no whole frame begins.
var errNoFrame = errors.New("no whole record")

// scan returns the next frame, and the fault before it, if any. The error is [io.EOF] after the last frame, perhaps with a fault, or the
// disk's error; then nothing is skipped.
func (s *scanner) scan() (f frame, fault *Fault, err error) {
	f, err = s.read()
	if errors.Is(err, errNoFrame) {
		f, err = s.search()
	}
	switch {
	case errors.Is(err, io.EOF) && s.at < s.limit:
		fault = &Fault{Path: s.path, At: s.at, Bytes: s.limit - s.at, First: s.next, End: s.next}
		s.skipTo(s.limit)
	case err != nil:
		s.skipTo(s.at)
	case f.at > s.at || f.number != s.next:
		fault = &Fault{Path: s.path, At: s.at, Bytes: f.at - s.at, First: s.next, End: max(s.next, f.number)}
		fallthrough
	default:
		s.at, s.next = f.end, f.number+1
	}
	return f, fault, err
}

// skipTo makes the scanner continue at a place, and read the file afresh.
func (s *scanner) skipTo(at int64) { s.at, s.reader, s.rest = at, nil, nil }

// back makes the scanner return to a frame.
func (s *scanner) back(f frame) {
	if f.end > 0 {
		s.skipTo(f.at)
		s.next = f.number
	}
}

// read returns the frame at the scanner's place.
func (s *scanner) read() (frame, error) {
	switch {
	case s.at >= s.limit:
		return frame{}, io.EOF
	case s.at+s.before() > s.limit:
		return frame{}, errNoFrame
	case s.rest != nil && s.at >= s.restAt+int64(len(s.rest)):
		s.skipTo(s.at) // the file has grown
	case s.rest != nil:
		return s.frameInRest(s.at)
	}
	if s.reader == nil {
		s.reader = bufio.NewReaderSize(&growingFile{s.file, s.at}, 1<<20)
	}
	head, err := s.reader.Peek(int(s.before()))
	if err != nil {
		return frame{}, orNoFrame(err)
	}
	length, number, ok := s.head(head)
	end := s.at + s.before() + length
	if !ok || end > s.limit {
		return frame{}, errNoFrame
	}
	block := s.block(int(end - s.at))
	if _, err := io.ReadFull(s.reader, block); err != nil {
		return frame{}, orNoFrame(err)
	}
	if !s.fits(block) {
		return frame{}, errNoFrame
	}
	return s.frame(s.at, number, block), nil
}

// growingFile reads a file that others add to: io.EOF is only returned when no bytes are left.
type growingFile struct {
	file io.ReaderAt
	at   int64
}

func (g *growingFile) Read(b []byte) (int, error) {
	n, err := g.file.ReadAt(b, g.at)
	g.at += int64(n)
	if n > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

func orNoFrame(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errNoFrame
	}
	return err
}

func (s *scanner) block(length int) []byte {
	if !s.shared {
		return make([]byte, length)
	}
	if cap(s.buffer) < length {
		s.buffer = make([]byte, length)
	}
	return s.buffer[:length]
}

func (s *scanner) frame(at int64, number uint64, block []byte) frame {
	if s.old {
		number = s.next
	}
	return frame{number, block[s.before():], at, at + int64(len(block))}
}

// search returns the next whole frame after a place without one.
func (s *scanner) search() (frame, error) {
	if s.rest == nil || s.restAt+int64(len(s.rest)) < s.limit {
		s.rest, s.restAt = make([]byte, s.limit-s.at), s.at
		if n, err := s.file.ReadAt(s.rest, s.at); err != nil && err != io.EOF {
			return frame{}, err
		} else if n < len(s.rest) {
			s.rest = s.rest[:n]
		}
	}
	for at := s.at + 1; at+s.before() <= s.restAt+int64(len(s.rest)); at++ {
		if f, err := s.frameInRest(at); err == nil {
			return f, nil
		}
	}
	return frame{}, io.EOF
}

func (s *scanner) frameInRest(at int64) (frame, error) {
	b := s.rest[at-s.restAt:]
	if int64(len(b)) < s.before() {
		return frame{}, errNoFrame
	}
	length, number, ok := s.head(b)
	if size := s.before() + length; !ok || size > int64(len(b)) || !s.fits(b[:size]) {
		return frame{}, errNoFrame
	}
	return s.frame(at, number, b[:s.before()+length]), nil
}
