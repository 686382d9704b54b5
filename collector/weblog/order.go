package weblog

import (
	"container/heap"
	"time"
)

// slack is how far lines may be out of order in time. Servers write a line when a request ends but stamp it with the time when it began, or
// mix the lines of several processes.
const slack = 2 * time.Minute

// record is a line on its way to becoming an event.
type record struct {
	view
	line int
	// sum identifies the line's text.
	sum [32]byte
	// late marks a line that came after younger ones had been released.
	late bool
}

// inOrder holds records back until no older one is expected, and releases them in order of time, with equal times in the order of the file.
// It is a heap of the log's last minutes.
type inOrder struct {
	waiting []*record
	newest  time.Time
}

func (o *inOrder) Len() int { return len(o.waiting) }
func (o *inOrder) Less(i, j int) bool {
	a, b := o.waiting[i], o.waiting[j]
	return a.time.Before(b.time) || a.time.Equal(b.time) && a.line < b.line
}
func (o *inOrder) Swap(i, j int) { o.waiting[i], o.waiting[j] = o.waiting[j], o.waiting[i] }
func (o *inOrder) Push(x any)    { o.waiting = append(o.waiting, x.(*record)) }
func (o *inOrder) Pop() any {
	last := o.waiting[len(o.waiting)-1]
	o.waiting = o.waiting[:len(o.waiting)-1]
	return last
}

// add adds a record and calls release for the records that are due.
func (o *inOrder) add(r *record, release func(*record) error) error {
	if r.time.After(o.newest) {
		o.newest = r.time
	}
	due := o.newest.Add(-slack)
	if r.late = r.time.Before(due); r.late {
		return release(r)
	}
	heap.Push(o, r)
	return o.releaseUntil(due, release)
}

// flush releases all records and starts again.
func (o *inOrder) flush(release func(*record) error) error {
	err := o.releaseUntil(o.newest.Add(time.Second), release)
	o.newest = time.Time{}
	return err
}

func (o *inOrder) releaseUntil(due time.Time, release func(*record) error) error {
	for len(o.waiting) > 0 && o.waiting[0].time.Before(due) {
		if err := release(heap.Pop(o).(*record)); err != nil {
			return err
		}
	}
	return nil
}

// silence is the pause that ends a session.
const silence = 30 * time.Minute

// user is what is remembered about a user: the current session.
type user struct {
	start, first, last time.Time
}

// session returns the start of the session of an event at the given time, and whether it is a new one. Events come in order, except late
// ones: a late event before the current session gets a session of its own.
func (u *user) session(at time.Time) (start time.Time, isNew bool) {
	switch {
	case u.start.IsZero() || at.After(u.last.Add(silence)):
		*u = user{at, at, at}
		return at, true
	case at.Before(u.first.Add(-silence)):
		return at, true
	case at.After(u.last):
		u.last = at
	case at.Before(u.first):
		u.first = at
	}
	return u.start, false
}
