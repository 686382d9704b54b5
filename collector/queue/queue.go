// Package queue keeps records on disk until they have been stored elsewhere: an append-only log in a folder of its own.
//
// A record that was appended is on disk; appends that come while others are being written share the next write and its fsync.
// Records are read in the order in which they were appended, again from the first one that was not committed after a restart:
// at least once. What the end of the log lost in a crash was never acknowledged, and is cut off.
package queue

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// Options of a [Queue]; all must be set.
type Options struct {
	// Dir is the folder, made if it is not there. It belongs to one process at a time.
	Dir string
	// MaxBytes is how much room the log may take on disk.
	MaxBytes int64
	// SegmentBytes is the size at which a file is full and the next one begins; a file whose records are all committed is deleted.
	SegmentBytes int64
}

// Errors of [Queue.Append] that say that the record was not taken.
var (
	ErrFull   = errors.New("the queue on disk is full, as the database has not taken its events")
	ErrClosed = errors.New("the queue is closed")
)

// Queue is a log of records. Its methods may be called from many goroutines; one at a time may read and commit.
type Queue struct {
	opts Options
	lock *flock.Flock

	mu       sync.Mutex
	segments []*segment // by first record
	bytes    int64      // of all segments, and of what waits to be written
	next     uint64     // number of the next record that is written to disk
	waiting  *group
	closed   bool
	failure  error // of the last write
	failedAt time.Time
	// written is closed, and made anew, when records have reached the disk, or failed to.
	written chan struct{}

	tail    *segment      // the one that is written, by run alone; nil when the next group begins one
	wake    chan struct{} // has room for one: something waits
	stopped chan struct{}

	read      cursor
	committed uint64 // number of the first record that is not committed
}

// group is what is written at once.
type group struct {
	frames  []byte
	records int
	done    chan struct{}
	err     error
}

func newGroup() *group { return &group{done: make(chan struct{})} }

// Open opens the log in a folder, cuts off what a crash left unfinished at its end, and goes on after it. A damaged record that
// others follow is an error: it had been acknowledged.
func Open(opts Options) (*Queue, error) {
	if err := os.MkdirAll(opts.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("the queue's folder: %w", err)
	}
	q := &Queue{opts: opts, lock: flock.New(filepath.Join(opts.Dir, "lock")), waiting: newGroup(),
		written: make(chan struct{}), wake: make(chan struct{}, 1), stopped: make(chan struct{})}
	locked, err := q.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("the queue's folder: %w", err)
	}
	if !locked {
		return nil, fmt.Errorf("the queue's folder %s is in use by another collector; give each one its own", opts.Dir)
	}
	if err := q.recover(); err != nil {
		_ = q.lock.Unlock() // the first error says more
		return nil, err
	}
	go q.run()
	return q, nil
}

// recover reads what is in the folder.
func (q *Queue) recover() error {
	committed, err := readCommitted(q.opts.Dir)
	if err != nil {
		return err
	}
	if q.segments, err = listSegments(q.opts.Dir); err != nil {
		return err
	}
	q.next = committed
	for i, s := range q.segments {
		end := uint64(0) // unknown
		if i+1 < len(q.segments) {
			end = q.segments[i+1].first
		}
		if err := s.check(end); err != nil {
			return err
		}
		q.bytes += s.size
		q.next = max(q.next, s.end)
	}
	q.committed = committed
	if n := len(q.segments); n > 0 {
		q.committed = max(committed, q.segments[0].first)
		if last := q.segments[n-1]; last.first == last.end {
			q.segments = q.segments[:n-1] // the next file has its name
		}
	}
	if err := q.free(); err != nil {
		return err
	}
	q.read.next = q.committed
	return nil
}

// Append returns when the record is on disk. After an error it is not in the log, or not for certain: [ErrFull], [ErrClosed], or
// what the disk said. When ctx ends first its error is returned; the record is appended all the same.
func (q *Queue) Append(ctx context.Context, record []byte) error {
	if len(record) > maxRecord {
		return fmt.Errorf("a record of %d bytes is too long for the queue; at most %d are taken", len(record), maxRecord)
	}
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return ErrClosed
	}
	if q.bytes+int64(len(record))+frameBytes > q.opts.MaxBytes {
		q.mu.Unlock()
		return ErrFull
	}
	g := q.waiting
	before := len(g.frames)
	g.frames = appendFrame(g.frames, record)
	g.records++
	q.bytes += int64(len(g.frames) - before)
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default: // it will be seen
	}
	select {
	case <-g.done:
		return g.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run writes groups, one after the other, until the queue is closed and nothing waits.
func (q *Queue) run() {
	defer close(q.stopped)
	spare := newGroup()
	for {
		g, closed := q.take(spare)
		if g == nil && closed {
			return
		}
		if g == nil {
			<-q.wake
			continue
		}
		g.err = q.write(g)
		close(g.done)
		spare = newGroup()
		if cap(g.frames) <= maxSpare {
			spare.frames = g.frames[:0]
		}
	}
}

// take is the group that waits, in whose place the next one gathers; nil when there is nothing to write.
func (q *Queue) take(next *group) (g *group, closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.waiting.records == 0 {
		return nil, q.closed
	}
	g, q.waiting = q.waiting, next
	return g, q.closed
}

// maxSpare is the largest buffer that is used again.
const maxSpare = 4 << 20

// write puts a group on disk. After an error nothing of it is in the log, and the next group begins a new file: what an fsync
// that failed has left of the old one's end is unknown.
func (q *Queue) write(g *group) error {
	err := q.append(g.frames)
	q.mu.Lock()
	q.failure, q.failedAt = err, time.Now()
	if err != nil {
		q.bytes -= int64(len(g.frames))
	} else {
		q.next += uint64(g.records)
		q.tail.size += int64(len(g.frames))
		q.tail.end = q.next
	}
	if q.tail != nil && (err != nil || q.tail.size >= q.opts.SegmentBytes) {
		q.finish()
	}
	close(q.written)
	q.written = make(chan struct{})
	q.mu.Unlock()
	if err != nil {
		return fmt.Errorf("the queue cannot be written to disk: %w", err)
	}
	return nil
}

func (q *Queue) append(frames []byte) error {
	if q.tail == nil {
		tail, err := createSegment(q.opts.Dir, q.next)
		if err != nil {
			return err
		}
		q.mu.Lock()
		q.segments = append(q.segments, tail)
		q.mu.Unlock()
		q.tail = tail
	}
	return q.tail.append(frames)
}

// finish closes the last file, with q.mu locked. One without records goes: the next one has its name.
func (q *Queue) finish() {
	q.tail.close()
	if q.tail.end == q.tail.first {
		_ = os.Remove(q.tail.path) // else it is overwritten
		q.segments = q.segments[:len(q.segments)-1]
	}
	q.tail = nil
}

// Size is how many bytes the log takes on disk, and how many records of it are not committed.
func (q *Queue) Size() (bytes int64, records uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.bytes, q.next - q.committed
}

// failureHolds is for how long a write that failed speaks for the disk: nobody writes to a queue that says it is not ready.
const failureHolds = 10 * time.Second

// Ready reports why records are not taken at the moment: [ErrFull], [ErrClosed], or what the disk has just said to the last one.
func (q *Queue) Ready() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return ErrClosed
	case q.bytes >= q.opts.MaxBytes-q.opts.MaxBytes/100:
		return ErrFull
	}
	if time.Since(q.failedAt) > failureHolds {
		return nil
	}
	return q.failure
}

// Close takes no more records, writes those that wait and leaves the folder to others. Nobody may be reading.
func (q *Queue) Close() error {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
	<-q.stopped
	if q.tail != nil {
		q.tail.close()
	}
	q.read.close()
	return q.lock.Unlock()
}
