package queue

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// Batch is the result of one [Queue.Read].
type Batch struct {
	Records [][]byte
	// Since is when the first record was appended; zero if that was before the queue was opened. It is on the monotonic clock, to measure
	// how long ago that is.
	Since time.Time
	// end is the number of the record after the last one.
	end uint64
}

// cursor is the place where reading continues.
type cursor struct {
	next    uint64
	segment *segment
	scanner *scanner
	file    *os.File // the cursor's own; nil if the segment's file is read
}

func (c *cursor) close() {
	if c.file != nil {
		_ = c.file.Close() // it was read only
	}
	c.file, c.scanner, c.segment = nil, nil, nil
}

// Read returns the next records, at least one and no more than about atMost bytes. It waits for the first one until ctx ends. Damaged
// records are skipped and logged; their file will be set aside, not deleted. After an error of the disk nothing has been skipped.
func (q *Queue) Read(ctx context.Context, atMost int) (Batch, error) {
	for {
		q.mu.Lock()
		end, written := q.next, q.written
		q.mu.Unlock()
		if q.read.next < end {
			b, err := q.readUntil(end, atMost)
			if err != nil || len(b.Records) > 0 {
				return b, err
			}
			continue // all of it is damaged
		}
		_ = q.free() // a failed write may have finished a file; the next commit reports what keeps it from being freed
		select {
		case <-written:
		case <-ctx.Done():
			return Batch{}, ctx.Err()
		}
	}
}

func (q *Queue) readUntil(end uint64, atMost int) (Batch, error) {
	b := Batch{end: q.read.next}
	for bytes := 0; b.end < end && (bytes == 0 || bytes < atMost); {
		number, record, err := q.readOne(b.end)
		if err != nil {
			q.read.close()
			return Batch{}, err
		}
		if record != nil {
			b.Records = append(b.Records, record)
		}
		bytes += len(record)
		b.end = number + 1
	}
	q.mu.Lock()
	b.Since = q.arrivals.of(q.read.next)
	q.mu.Unlock()
	q.read.next = b.end
	return b, nil
}

// readOne reads the record with a number, which must be on disk, or the next one in its file that can be read. If there is none, it returns
// the file's last number and no record.
func (q *Queue) readOne(number uint64) (uint64, []byte, error) {
	s, size, end := q.segmentOf(number)
	if q.read.segment != s {
		if err := q.read.open(s, size, q.id); err != nil {
			return 0, nil, err
		}
	}
	q.read.scanner.limit = size
	for {
		f, fault, err := q.read.scanner.scan()
		switch {
		case err != nil && !errors.Is(err, io.EOF):
			return 0, nil, fmt.Errorf("the queue's record %d in %s cannot be read: %w", number, s.path, err)
		case errors.Is(err, io.EOF) || f.number >= end:
			q.lose(s, fault, number, end)
			return end - 1, nil, nil
		case f.number < number: // it is committed
			continue
		case f.number > number || fault != nil:
			q.lose(s, fault, number, f.number)
		}
		return f.number, f.record, nil
	}
}

// lose logs, once, that records cannot be read.
func (q *Queue) lose(s *segment, fault *Fault, first, end uint64) {
	if fault == nil {
		fault = &Fault{Path: s.path, At: q.read.scanner.at}
	}
	s.keep = true
	if fault.At < s.toldTo {
		return
	}
	s.toldTo = fault.At + 1
	fault.First, fault.End = first, end
	q.mu.Lock()
	q.damaged += end - first
	q.mu.Unlock()
	q.opts.Log.Error("damage in the queue: "+fault.String()+"; what follows is read, and the file will be set aside, not deleted", "file", fault.Path,
		"byte", fault.At, "bytes", fault.Bytes, "records", end-first)
}

// segmentOf returns the file of a record that is on disk and not committed, how far the file reaches, and the number after its last record.
func (q *Queue) segmentOf(number uint64) (s *segment, size int64, end uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, s := range q.segments {
		if number >= s.first && number < s.end {
			return s, s.size, s.end
		}
	}
	panic(fmt.Sprintf("queue: record %d is in no file", number))
}

// open begins to read a segment, up to the size that was seen with the lock held: it may be growing.
func (c *cursor) open(s *segment, size int64, queue uint64) (err error) {
	c.close()
	file := s.file
	if !s.kept {
		if c.file, err = os.Open(s.path); err != nil {
			return err
		}
		file = c.file
	}
	c.segment = s
	c.scanner, err = newScanner(s, file, size, queue)
	return err
}

// Rewind makes the next [Queue.Read] begin again at the first record that is not committed.
func (q *Queue) Rewind() {
	q.read.close()
	q.read.next = q.committed
}

// Commit says that the records of a batch, and all before them, are stored: they will not be read again, and their room is freed. After an
// error this holds only until the queue is opened again; then some may be read once more.
func (q *Queue) Commit(b Batch) error {
	q.mu.Lock()
	q.committed = b.end
	q.arrivals.forgetBefore(b.end)
	q.mu.Unlock()
	var err error
	if q.away() == nil { // else another collector's queue may be there
		err = q.committedNote.set(0, b.end)
	}
	// A full disk cannot take the number, but needs the room most.
	return errors.Join(err, q.free())
}

// free deletes the files whose records are all committed, except the one being written.
func (q *Queue) free() error {
	var errs []error
	for {
		q.mu.Lock()
		if len(q.segments) == 0 || q.segments[0].writing || q.segments[0].end > q.committed {
			q.mu.Unlock()
			return errors.Join(errs...)
		}
		done := q.segments[0]
		q.mu.Unlock()
		if q.read.segment == done {
			q.read.close()
		}
		done.close() // some systems cannot delete open files
		noted, err := q.remove(done)
		if errs = append(errs, noted); err != nil { // it counts while it exists
			return errors.Join(append(errs, err)...)
		}
		q.mu.Lock()
		q.segments = q.segments[1:]
		q.bytes -= done.size
		q.mu.Unlock()
	}
}

// remove deletes a file, or sets it aside, after the note says that it need not be there. A file that somebody has put in its place is not
// touched.
func (q *Queue) remove(s *segment) (noted, err error) {
	if q.away() != nil || s.away() != nil {
		return nil, nil
	}
	if noted = q.contents.set(0, s.end); noted == nil {
		noted = q.contents.sync()
	}
	if s.keep {
		_, err = setAside(s.path)
	} else {
		err = os.Remove(s.path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return noted, err
}
