package analysis

import (
	"slices"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Retention is a retention question in numbers. Bit 0 of an event's picks is the start event and bit 1 the return event. Times are
// microseconds, as [Event] counts.
type Retention struct {
	// Bounds are the starts of the buckets, in order, and the end of the last one. The first Cohorts buckets are the cohorts, and Names are
	// their names.
	Bounds  []int64
	Cohorts int
	Names   []string
	Columns []model.Bracket
	// FirstTime counts an actor in the cohort of its first start event only, wherever that lies.
	FirstTime bool
	OnOrAfter bool
	// SameEvent says that every start event is a return event and vice versa: then a start event is its own return.
	SameEvent bool
	// Rolling is the length of a period that is counted from the actor's start event; 0 means calendar windows.
	Rolling int64
	// MinOccurrences is how many return events make an actor retained.
	MinOccurrences int
	// Breakdown says that the start events have values, which Values numbers.
	Breakdown bool
	Values    *Values
	// Now is the present: cells that end later are not over.
	Now int64
}

// NewRetention returns the question of a query. starts has the starts of the buckets and the end of the last one; names has the names of
// the cohorts, which are the first buckets; now is the present.
func NewRetention(m *model.Retention, starts []time.Time, names []string, now time.Time) *Retention {
	r := &Retention{
		Cohorts: len(names), Names: names, Columns: m.Columns(),
		FirstTime: m.Cohorts == model.FirstTime, OnOrAfter: m.Mode == model.OnOrAfter, SameEvent: m.Start.Equal(&m.Return),
		MinOccurrences: m.MinOccurrences, Breakdown: m.Breakdown != nil, Values: NewValues(),
		Bounds: AllMicroseconds(starts), Now: Microseconds(now),
	}
	if m.Windows == model.Rolling {
		r.Rolling = m.Period.Rolling().Microseconds()
	}
	return r
}

// CellState says whether a cell is over.
type CellState int

// The states of a cell: its time is over, has begun, or is yet to come.
const (
	Complete CellState = iota
	Incomplete
	Future
)

// State returns the state of a cohort's cell. With rolling windows, it begins when the first possible actor's window does and ends with the
// last one's.
func (r *Retention) State(cohort, column int) CellState {
	b := r.Columns[column]
	begin, end := r.Bounds[cohort]+int64(b.From)*r.Rolling, r.Bounds[cohort+1]+int64(b.To+1)*r.Rolling
	if r.Rolling == 0 {
		begin, end = r.Bounds[cohort+b.From], r.Bounds[cohort+b.To+1]
	}
	switch {
	case begin >= r.Now:
		return Future
	case end > r.Now:
		return Incomplete
	}
	return Complete
}

// Mergeable reports whether it is enough to know in which buckets an actor started and returned, so that states of consecutive times can be
// merged. Rolling windows, several occurrences and breakdowns need the events themselves.
func (r *Retention) Mergeable() bool {
	return r.Rolling == 0 && r.MinOccurrences == 1 && !r.Breakdown
}

// membership is an actor's place in a cohort: the cohort's number, and time and value of the start event.
type membership struct {
	cohort int
	start  int64
	value  uint32
}

// follower looks at one actor after another, event by event. It can answer every question; [marker] is faster, for mergeable questions
// only.
type follower struct {
	retention *Retention
	buckets   buckets
	members   []membership
	returns   []int64 // the times of the return events, in order
}

func (r *Retention) newFollower() *follower {
	return &follower{retention: r, buckets: newBuckets(r.Bounds)}
}

// follow finds the actor's memberships and return events.
func (f *follower) follow(events []Event) {
	f.members, f.returns = f.members[:0], f.returns[:0]
	last := -1 // the bucket of the previous start event
	for i := range events {
		e := &events[i]
		if e.Picks&2 != 0 {
			f.returns = append(f.returns, e.Time)
		}
		if e.Picks&1 == 0 || f.retention.FirstTime && last >= 0 {
			continue
		}
		if b := f.buckets.of(e.Time); b != last {
			last = b
			if b > 0 && b <= f.retention.Cohorts {
				f.members = append(f.members, membership{b - 1, e.Time, f.value(events[i:])})
			}
		}
	}
}

// value returns the smallest value among the start events at the time of the first event; 0 if none has a value.
func (f *follower) value(events []Event) (value uint32) {
	if !f.retention.Breakdown {
		return 0
	}
	for i := 0; i < len(events) && events[i].Time == events[0].Time; i++ {
		v := events[i].Value
		if events[i].Picks&1 != 0 && v != 0 && (value == 0 || f.retention.Values.Less(v, value)) {
			value = v
		}
	}
	return value
}

// isRetained reports whether the actor is retained in a column.
func (f *follower) isRetained(m membership, column int) bool {
	r := f.retention
	b := r.Columns[column]
	from, to := m.start+int64(b.From)*r.Rolling, m.start+int64(b.To+1)*r.Rolling
	if r.Rolling == 0 {
		from, to = r.Bounds[m.cohort+b.From], r.Bounds[m.cohort+b.To+1]
	}
	if !r.SameEvent {
		from = max(from, m.start+1)
	}
	first, _ := slices.BinarySearch(f.returns, from)
	end := len(f.returns)
	if !r.OnOrAfter {
		end, _ = slices.BinarySearch(f.returns, to)
	}
	return end-first >= r.MinOccurrences
}
