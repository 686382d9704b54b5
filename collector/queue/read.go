package queue

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Batch is what one [Queue.Read] gave.
type Batch struct {
	Records [][]byte
	// end is the number of the record after the last one.
	end uint64
}

// cursor is where reading goes on.
type cursor struct {
	next    uint64
	segment *segment
	file    *os.File
	reader  *bufio.Reader
}

func (c *cursor) close() {
	if c.file != nil {
		_ = c.file.Close() // it was read only
	}
	c.file, c.reader, c.segment = nil, nil, nil
}

// Read returns the records that follow those of the last call, at least one and no more than about atMost bytes. It waits for
// the first one until ctx ends.
func (q *Queue) Read(ctx context.Context, atMost int) (Batch, error) {
	for {
		q.mu.Lock()
		end, written := q.next, q.written
		q.mu.Unlock()
		if q.read.next < end {
			return q.readUntil(end, atMost)
		}
		_ = q.free() // a write that failed may have finished a file; the next commit would say what keeps it there
		select {
		case <-written:
		case <-ctx.Done():
			return Batch{}, ctx.Err()
		}
	}
}

func (q *Queue) readUntil(end uint64, atMost int) (Batch, error) {
	b := Batch{end: q.read.next}
	for bytes := 0; b.end < end && (bytes == 0 || bytes < atMost); b.end++ {
		record, err := q.readOne(b.end)
		if err != nil {
			q.read.close()
			return Batch{}, err
		}
		b.Records = append(b.Records, record)
		bytes += len(record)
	}
	q.read.next = b.end
	return b, nil
}

// readOne reads a record that is on disk.
func (q *Queue) readOne(number uint64) ([]byte, error) {
	s := q.segmentOf(number)
	if q.read.segment != s {
		if err := q.read.open(s, number); err != nil {
			return nil, err
		}
	}
	record, err := readFrame(q.read.reader, nil)
	if err != nil {
		return nil, fmt.Errorf("the queue's record %d in %s: %w", number, s.path, err)
	}
	return record, nil
}

// segmentOf is where a record is that is on disk and not committed.
func (q *Queue) segmentOf(number uint64) *segment {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, s := range q.segments {
		if number >= s.first && number < s.end {
			return s
		}
	}
	panic(fmt.Sprintf("queue: record %d is in no file", number))
}

// open begins to read a segment at a record.
func (c *cursor) open(s *segment, number uint64) error {
	c.close()
	file, err := os.Open(s.path)
	if err != nil {
		return err
	}
	c.file, c.reader, c.segment = file, bufio.NewReaderSize(file, 1<<20), s
	for skip := s.first; skip < number; skip++ {
		if _, err := readFrame(c.reader, nil); err != nil {
			return fmt.Errorf("the queue's record %d in %s: %w", skip, s.path, err)
		}
	}
	return nil
}

// Rewind makes the next [Queue.Read] begin again at the first record that is not committed.
func (q *Queue) Rewind() {
	q.read.close()
	q.read.next = q.committed
}

// Commit says that the records of a batch, and all before them, are stored: they will not be read again, and their room is
// freed. After an error that is so until the queue is opened again: some may be read once more then.
func (q *Queue) Commit(b Batch) error {
	q.mu.Lock()
	q.committed = b.end
	q.mu.Unlock()
	// A full disk, to which no number can be written, needs the room most.
	return errors.Join(writeCommitted(q.opts.Dir, b.end), q.free())
}

// free deletes the files whose records are all committed, except for the one that is written.
func (q *Queue) free() error {
	for {
		q.mu.Lock()
		if len(q.segments) == 0 || q.segments[0].file != nil || q.segments[0].end > q.committed {
			q.mu.Unlock()
			return nil
		}
		done := q.segments[0]
		q.mu.Unlock()
		if q.read.segment == done {
			q.read.close()
		}
		// It counts for as long as it is there.
		if err := os.Remove(done.path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		q.mu.Lock()
		q.segments = q.segments[1:]
		q.bytes -= done.size
		q.mu.Unlock()
	}
}

const committedName = "committed"

// readCommitted is the number of the first record that is not committed. Without the file it is 0: all there is.
func readCommitted(dir string) (uint64, error) {
	text, err := os.ReadFile(filepath.Join(dir, committedName))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	// A crash may have left it empty: then everything is read again.
	number, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0, nil
	}
	return number, nil
}

// writeCommitted is not synced: after a power cut some records are read again, which changes nothing.
func writeCommitted(dir string, number uint64) error {
	path := filepath.Join(dir, committedName)
	if err := os.WriteFile(path+".new", []byte(strconv.FormatUint(number, 10)+"\n"), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
