package queue

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// Options set up a [Queue]; all but Log must be set.
type Options struct {
	// Dir is the folder, made if it is not there. It belongs to one process at a time.
	Dir string
	// MaxBytes is how many bytes the log may take on disk.
	MaxBytes int64
	// SegmentBytes is the size at which a file is full and the next one begins; a file whose records are all committed is deleted.
	SegmentBytes int64
	// Log gets a line when something was skipped or cannot be read, and when the folder goes away.
	Log *slog.Logger
}

// Errors of [Queue.Append] for a record that was not taken.
var (
	ErrFull   = errors.New("the queue on disk is full, as the database has not taken its events")
	ErrClosed = errors.New("the queue is closed")
	ErrAway   = errors.New("somebody has removed or replaced the queue's files while the collector runs")
)

// Queue keeps records in a log. Its methods may be called from many goroutines; only one at a time may read and commit.
type Queue struct {
	opts     Options
	lock     *flock.Flock
	lockInfo fs.FileInfo
	id       uint64
	framing
	// contents and committedNote are written in place: never into a folder that has taken the place of this one.
	contents, committedNote *note

	mu       sync.Mutex
	segments []*segment // by first record
	bytes    int64      // of all segments, and of what waits to be written
	next     uint64     // number of the next record that is written to disk
	waiting  *group
	closed   bool
	failure  error // of the last write
	failedAt time.Time
	// written is closed and replaced when records have reached the disk, or failed to.
	written  chan struct{}
	arrivals arrivals
	damaged  uint64 // records that could not be read since the queue was opened

	tail    *segment      // the file being written, used by run alone; nil if the next group begins one
	wake    chan struct{} // has room for one: something waits
	stopped chan struct{}

	read      cursor
	committed uint64 // number of the first record that is not committed
}

// group is the records that are written at once.
type group struct {
	frames  []byte
	records int
	done    chan struct{}
	err     error
}

func newGroup() *group { return &group{done: make(chan struct{})} }

// Open opens the log in a folder; new records come after its last one. The unfinished end that a crash has left is skipped, and copied to a
// file of its own. It is an error if a record that was acknowledged, but not committed, is damaged or missing.
func Open(opts Options) (*Queue, error) {
	opts.Log = cmp.Or(opts.Log, slog.New(slog.DiscardHandler))
	q := &Queue{opts: opts, waiting: newGroup(), written: make(chan struct{}), wake: make(chan struct{}, 1), stopped: make(chan struct{})}
	if err := os.MkdirAll(opts.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("the queue's folder: %w", err)
	}
	var err error
	if q.lock, err = lockFolder(opts.Dir); err != nil {
		return nil, err
	}
	if err := q.recover(); err != nil {
		q.closeFiles()
		_ = q.lock.Unlock() // the first error says more
		return nil, err
	}
	go q.run()
	return q, nil
}

const lockName = "lock"

func lockFolder(dir string) (*flock.Flock, error) {
	lock := flock.New(filepath.Join(dir, lockName))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("the queue's folder: %w", err)
	}
	if !locked {
		return nil, fmt.Errorf("the queue's folder %s is in use by another collector; give each one its own", dir)
	}
	return lock, nil
}

// recover reads what is in the folder.
func (q *Queue) recover() (err error) {
	if q.lockInfo, err = q.lock.Stat(); err != nil {
		return err
	}
	in := &inspection{dir: q.opts.Dir}
	if err := in.inspect(); err != nil {
		return err
	}
	if faults := in.Stops(); len(faults) > 0 {
		return damageError(q.opts.Dir, faults)
	}
	for _, odd := range in.Odd {
		q.opts.Log.Error("the queue's folder is not as it should be: " + odd)
	}
	q.segments, q.next, q.committed, q.read.next = in.segments, in.End, in.Committed, in.Committed
	for q.id = in.id; q.id == 0; {
		q.id = rand.Uint64()
	}
	q.framing = framingOf(q.id)
	if err := q.passOver(in); err != nil {
		return err
	}
	for i, s := range q.segments {
		q.bytes += s.size
		if err := s.open(i < mostOpen); err != nil {
			return err
		}
	}
	q.note()
	return q.free()
}

// damageError returns an error that says what is damaged, and what to do.
func damageError(dir string, faults []Fault) error {
	var told []string
	for _, f := range faults[:min(len(faults), maxPlacesInError)] {
		told = append(told, f.String())
	}
	if more := len(faults) - len(told); more > 0 {
		told = append(told, fmt.Sprintf("%d more places", more))
	}
	return fmt.Errorf("the queue cannot be opened, and nothing of it was changed: %s. Restore the file, or run "+
		"\"collector queue salvage --queue-dir %s\": it brings out all other records and keeps the files as they are", strings.Join(told, "; "), dir)
}

// maxPlacesInError is how many places an error names.
const maxPlacesInError = 5

// passOver keeps aside what cannot be read in the files, and logs it.
func (q *Queue) passOver(in *inspection) error {
	for _, f := range in.Faults {
		q.opts.Log.Error("the queue's file is damaged where all records are in the database already; it will be set aside, and not deleted", "file", f.Path,
			"byte", f.At, "bytes", f.Bytes)
		for _, s := range q.segments {
			s.keep = s.keep || s.path == f.Path
		}
	}
	if in.Tail != nil {
		q.keepTail(*in.Tail)
	}
	n := len(q.segments)
	if n == 0 || q.segments[n-1].first < q.segments[n-1].end {
		return nil
	}
	empty := q.segments[n-1] // the next file has its name
	q.segments = q.segments[:n-1]
	if in.Tail == nil {
		return os.Remove(empty.path)
	}
	_, err := setAside(empty.path)
	return err
}

// keepTail copies the unfinished end that a crash has left.
func (q *Queue) keepTail(tail Fault) {
	path, err := copyPart(tail)
	if err != nil { // for example, the disk is full
		for _, s := range q.segments {
			s.keep = s.keep || s.path == tail.Path
		}
	}
	q.opts.Log.Warn("the queue's last file ends in the middle of a record, as a crash leaves it; that was not acknowledged and is passed over", "file", tail.Path,
		"byte", tail.At, "bytes", tail.Bytes, "copy", path, "error", err)
}

// note writes both notes anew.
func (q *Queue) note() {
	first := q.next
	if len(q.segments) > 0 {
		first = q.segments[0].first
	}
	q.contents, q.committedNote = newNote(q.opts.Dir, contentsName, q.id, first, q.next), newNote(q.opts.Dir, committedName, q.id, q.committed)
	// The disk may be full: then no record is taken until it can be noted.
	if err := errors.Join(q.committedNote.set(0, q.committed), q.contents.set(1, q.next)); err != nil {
		q.opts.Log.Error("what is in the queue cannot be noted", "error", err)
	}
}

// Append returns when the record is on disk. After an error it is not, or not certainly, in the log: [ErrFull], [ErrClosed], [ErrAway], or
// the disk's error. If ctx ends first, its error is returned, but the record is still appended.
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
	g.frames = q.appendFrame(g.frames, record)
	g.records++
	q.bytes += int64(len(g.frames) - before)
	q.mu.Unlock()
	q.knock()
	select {
	case <-g.done:
		return g.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// knock makes run look for something to do.
func (q *Queue) knock() {
	select {
	case q.wake <- struct{}{}:
	default: // it will be seen
	}
}

// run writes groups, one after another, until the queue is closed and nothing waits.
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
			q.leaveLost()
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

// take returns the waiting group and lets the next one gather in its place; nil if there is nothing to write.
func (q *Queue) take(next *group) (g *group, closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.waiting.records == 0 {
		return nil, q.closed
	}
	g, q.waiting = q.waiting, next
	return g, q.closed
}

// leaveLost lets the next group begin a new file when the last one has been removed.
func (q *Queue) leaveLost() {
	if q.tail == nil || q.tail.away() == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.finish()
}

// maxSpare is the largest buffer that is reused.
const maxSpare = 4 << 20

// write writes a group to disk. After an error none of it is in the log, and the next group begins a new file: what a failed fsync has left
// at the end of the old one is unknown.
func (q *Queue) write(g *group) error {
	err := q.append(g)
	if errors.Is(err, ErrAway) && !errors.Is(q.failure, ErrAway) {
		q.opts.Log.Error("somebody has removed or replaced the queue's folder, its lock or its last file while the collector runs: requests are answered 503. "+
			"What was taken is still written to the database; do not kill the collector before that is done", "folder", q.opts.Dir)
	}
	q.mu.Lock()
	q.failure, q.failedAt = err, time.Now()
	if err != nil {
		q.bytes -= int64(len(g.frames))
	} else {
		q.arrivals.add(q.next, q.failedAt)
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
	if err != nil && !errors.Is(err, ErrAway) {
		return fmt.Errorf("the queue cannot be written to disk: %w", err)
	}
	return err
}

// append writes a group's frames. The group is acknowledged only if the files are still where the next start looks for them, and after the
// note says that it must be there.
func (q *Queue) append(g *group) error {
	if q.tail == nil {
		if err := q.away(); err != nil {
			return err
		}
		tail, err := createSegment(q.opts.Dir, q.next, q.id)
		if err != nil {
			return err
		}
		q.mu.Lock()
		tail.kept = len(q.segments) < mostOpen
		q.segments = append(q.segments, tail)
		q.bytes += tail.size
		q.mu.Unlock()
		q.tail = tail
	}
	q.number(g.frames, q.next)
	if err := q.tail.append(g.frames); err != nil {
		if q.away() == nil {
			_ = q.tail.file.Truncate(q.tail.size) // the next file's name tells where this one ends
		}
		return err
	}
	if err := q.away(); err != nil {
		return err
	}
	if err := q.tail.away(); err != nil {
		return err
	}
	return q.contents.set(1, q.next+uint64(g.records))
}

// finish ends the last file, with q.mu locked. A file without records is removed, because the next one has the same name.
func (q *Queue) finish() {
	q.tail.writing = false
	if q.tail.end == q.tail.first {
		if q.away() == nil && q.tail.away() == nil {
			_ = os.Remove(q.tail.path) // else it is set aside
		}
		q.tail.close()
		q.bytes -= q.tail.size
		q.segments = q.segments[:len(q.segments)-1]
	} else if !q.tail.kept {
		q.tail.close()
	}
	q.tail = nil
}

// away returns an error if the folder or its lock is gone or was replaced: the next start would not find what is written, or another
// collector may be at work.
func (q *Queue) away() error {
	if !same(q.lock.Path(), q.lockInfo) {
		return fmt.Errorf("%w: events are taken when they are back, or the collector has been started again", ErrAway)
	}
	return nil
}

// Size returns how many bytes the log takes on disk, and how many records of it are not committed.
func (q *Queue) Size() (bytes int64, records uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.bytes, q.next - q.committed
}

// Damaged returns how many records could not be read since the queue was opened.
func (q *Queue) Damaged() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.damaged
}

// failureHolds is for how long a failed write makes the queue not ready. It must end, since nobody writes to a queue that is not ready.
const failureHolds = 10 * time.Second

// Ready returns why records are not taken at the moment: [ErrFull], [ErrClosed], [ErrAway], or the error of the last write if it is recent.
func (q *Queue) Ready() error {
	q.mu.Lock()
	closed, full, failure, failedAt := q.closed, q.bytes >= q.opts.MaxBytes-q.opts.MaxBytes/100, q.failure, q.failedAt
	var tail *segment
	if n := len(q.segments); n > 0 && q.segments[n-1].writing {
		tail = q.segments[n-1]
	}
	q.mu.Unlock()
	if closed {
		return ErrClosed
	}
	if err := q.away(); err != nil {
		return err
	}
	if tail != nil {
		if err := tail.away(); err != nil {
			q.knock()
			return err
		}
	}
	switch {
	case full:
		return ErrFull
	case time.Since(failedAt) > failureHolds || errors.Is(failure, ErrAway): // it is there again
		return nil
	}
	return failure
}

// Close refuses new records, writes the waiting ones and unlocks the folder. Nobody may be reading.
func (q *Queue) Close() error {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.knock()
	<-q.stopped
	q.closeFiles()
	return q.lock.Unlock()
}

func (q *Queue) closeFiles() {
	q.read.close()
	for _, s := range q.segments {
		s.close()
	}
	q.contents.close()
	q.committedNote.close()
}
