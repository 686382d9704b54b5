package analysis

import (
	"context"
	"maps"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// RetentionTally is a visitor that counts actors by cohort and column.
type RetentionTally struct {
	retention *Retention
	marker    *marker   // for mergeable questions
	follower  *follower // for all others, and for lists of actors
	// counts has a row per cohort: its size, then the retained actors of each column. With a breakdown, rows for a value and cohort are
	// made as needed.
	counts []int64
	rows   map[valueCohort][]int64
	// sign is 1, or -1 while an actor is subtracted.
	sign int64
	// plain says that the columns are the single periods from 0 on.
	plain bool

	list []ListedActor
	cell *Cell
}

type valueCohort struct {
	value  uint32
	cohort int32
}

// Cell is a place in the matrix, by the indexes of cohort and column.
type Cell struct{ Cohort, Column int }

// ListedActor is an actor of a cohort.
type ListedActor struct {
	Actor int64
	// Start is the time of the start event that put the actor into the cohort, and Value is that event's value.
	Start    int64
	Value    uint32
	Retained bool
}

// NewRetentionTally starts an empty tally.
func NewRetentionTally(r *Retention) *RetentionTally {
	t := &RetentionTally{retention: r, counts: make([]int64, r.Cohorts*(1+len(r.Columns))), rows: map[valueCohort][]int64{}, sign: 1}
	if r.Mergeable() {
		t.marker = r.newMarker()
	} else {
		t.follower = r.newFollower()
	}
	t.plain = true
	for i, c := range r.Columns {
		t.plain = t.plain && c == model.Bracket{From: i, To: i}
	}
	return t
}

// NewRetentionList starts an empty tally that also lists the actors of the cell's cohort, retained in its column or not.
func NewRetentionList(r *Retention, cell Cell) *RetentionTally {
	t := NewRetentionTally(r)
	t.follower, t.cell = r.newFollower(), &cell
	return t
}

// Visit counts an actor.
func (t *RetentionTally) Visit(_ context.Context, events []Event) {
	if t.follower == nil {
		t.marker.mark(events, true)
		t.count(&t.marker.marks)
		return
	}
	t.follower.follow(events)
	for _, m := range t.follower.members {
		row := t.row(m.cohort, m.value)
		row[0]++
		for column := range t.retention.Columns {
			if t.follower.isRetained(m, column) {
				row[1+column]++
			}
		}
		if t.cell != nil && t.cell.Cohort == m.cohort {
			t.list = append(t.list, ListedActor{events[0].Actor, m.start, m.value, t.follower.isRetained(m, t.cell.Column)})
		}
	}
}

func (t *RetentionTally) row(cohort int, value uint32) []int64 {
	n := 1 + len(t.retention.Columns)
	if !t.retention.Breakdown {
		return t.counts[cohort*n : (cohort+1)*n]
	}
	key := valueCohort{value, int32(cohort)}
	row := t.rows[key]
	if row == nil {
		row = make([]int64, n)
		t.rows[key] = row
	}
	return row
}

// count counts an actor by its marks.
func (t *RetentionTally) count(m *marks) {
	r := t.retention
	if r.FirstTime {
		if m.first >= 1 && m.first <= r.Cohorts {
			t.countIn(m.first, m.back || r.SameEvent, m.returns)
		}
		return
	}
	for c := nextIn(m.starts, 1); c <= r.Cohorts; c = nextIn(m.starts, c+1) {
		t.countIn(c, has(m.backs, c), m.returns)
	}
}

// countIn counts an actor of the cohort in the given bucket. back says that it returned in that bucket.
func (t *RetentionTally) countIn(bucket int, back bool, returns []uint64) {
	row := t.row(bucket-1, 0)
	row[0] += t.sign
	switch {
	case t.retention.OnOrAfter:
		last := lastIn(returns) - bucket // the last period with a return; in period 0, not all returns count
		for i, c := range t.retention.Columns {
			if c.From <= last && (c.From > 0 || last > 0) || c.From == 0 && back {
				row[1+i] += t.sign
			}
		}
	case t.plain:
		if back {
			row[1] += t.sign
		}
		for b := nextIn(returns, bucket+1); b < bucket+len(row)-1; b = nextIn(returns, b+1) {
			row[1+b-bucket] += t.sign
		}
	default:
		for i, c := range t.retention.Columns {
			if c.From == 0 && back || nextIn(returns, bucket+max(c.From, 1)) <= bucket+c.To {
				row[1+i] += t.sign
			}
		}
	}
}

// Add adds the counts of another tally of the same question, which saw other actors.
func (t *RetentionTally) Add(o *RetentionTally) {
	for i, n := range o.counts {
		t.counts[i] += n
	}
	for key, counts := range o.rows {
		addTo(t.row(int(key.cohort), key.value), counts)
	}
	t.list = append(t.list, o.list...)
}

func addTo(sum, counts []int64) {
	for i, n := range counts {
		sum[i] += n
	}
}

// List returns the actors of the listed cohort.
func (t *RetentionTally) List() []ListedActor { return t.list }

// RetentionAnswer is the answer to a retention question: one matrix per breakdown value, or one of everybody.
type RetentionAnswer struct {
	*Retention
	Groups []RetentionGroup
}

// RetentionActor is one actor of a list.
type RetentionActor struct {
	ActorID
	// Group is the group of the breakdown that counts the actor.
	Group
	// Started is the time of the start event that put the actor into the cohort.
	Started  time.Time
	Retained bool
}

// RetentionGroup is the matrix of one breakdown value, or of everybody.
type RetentionGroup struct {
	Group
	// Cohorts has all cohorts, including empty ones.
	Cohorts []RetentionCohort
}

// RetentionCohort is a row of the matrix.
type RetentionCohort struct {
	Size int64
	// Users are the retained actors, by column.
	Users []int64
}

// Size returns the sum of the cohorts' sizes; an actor in several cohorts counts in each.
func (g *RetentionGroup) Size() int64 {
	var sum int64
	for i := range g.Cohorts {
		sum += g.Cohorts[i].Size
	}
	return sum
}

// Ranking ranks breakdown values by the actors in all cohorts; at most limit values have a group of their own.
func (t *RetentionTally) Ranking(limit int) *Ranking {
	sizes := map[uint32]int64{}
	for key, row := range t.rows {
		sizes[key.value] += row[0]
	}
	return NewRanking(t.retention.Values, limit, maps.All(sizes))
}

// Groups returns the groups in the panel's order. Limit 0 means no breakdown, and one group of everybody.
func (t *RetentionTally) Groups(limit int) []RetentionGroup {
	all := newGroups(t.Ranking(limit), t.newGroup)
	if limit == 0 {
		for c := range t.retention.Cohorts {
			all.of(0).add(c, t.row(c, 0))
		}
	}
	for key, row := range t.rows {
		all.of(key.value).add(int(key.cohort), row)
	}
	return all.list()
}

func (t *RetentionTally) newGroup(group Group) *RetentionGroup {
	g := &RetentionGroup{Group: group, Cohorts: make([]RetentionCohort, t.retention.Cohorts)}
	for i := range g.Cohorts {
		g.Cohorts[i].Users = make([]int64, len(t.retention.Columns))
	}
	return g
}

func (g *RetentionGroup) add(cohort int, row []int64) {
	g.Cohorts[cohort].Size += row[0]
	addTo(g.Cohorts[cohort].Users, row[1:])
}
