package twin

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// State says how far time has come with a cell of a retention matrix.
type State string

// The states of a cell: its time is over, has begun, or is yet to come.
const (
	Complete   State = "complete"
	Incomplete State = "incomplete"
	Future     State = "future"
)

// Matrix is the answer to a retention query, for everybody or for one group of a breakdown.
type Matrix struct {
	Kind Kind
	// Breakdown is the value of a group of kind value.
	Breakdown string
	Cohorts   []Cohort
	// Mean is the share of retained actors a column, weighted by size, over the complete cells; nil where these have nobody.
	Mean []*float64
}

// Cohort is a row of the matrix.
type Cohort struct {
	// Start is the first moment of the cohort's bucket.
	Start   time.Time
	Members []Member
	// Cells has one cell a column.
	Cells []Cell
}

// Size returns how many actors the cohort has.
func (c Cohort) Size() int { return len(c.Members) }

// Member is an actor of a cohort.
type Member struct {
	Actor Actor
	// Started is the time of its first start event in the cohort's bucket.
	Started time.Time
	Kind    Kind
	Value   string
	// Retained says for each column whether the actor came back.
	Retained []bool
}

// Cell counts the actors of a cohort who came back. Nobody came back in the future.
type Cell struct {
	Users int
	State State
}

// Retention answers a retention query.
func Retention(q *model.Query, w World, r Range, s Settings) []Matrix {
	if q.BySegment() {
		return retentionBySegment(q, w, r, s)
	}
	cal := calendar{s.Zone, s.WeekStart, q.Retention.Period}
	var cohorts []Cohort
	actors := w.byActor(q.Retention.Actor)
	for actor, events := range actors {
		actors[actor] = past(events, s.Now)
	}
	lastMoment := r.To.Add(-time.Nanosecond)
	for b := cal.bucket(r.From); b <= cal.bucket(lastMoment) && cal.begin(b).Before(s.Now); b++ {
		c := Cohort{Start: cal.begin(b)}
		for actor, events := range actors {
			if m, ok := memberOf(q, cal, b, events); ok {
				m.Actor = actor
				c.Members = append(c.Members, m)
			}
		}
		slices.SortFunc(c.Members, func(a, b Member) int { return CompareActors(a.Actor, b.Actor) })
		for _, column := range columns(q.Retention) {
			c.Cells = append(c.Cells, Cell{State: state(q.Retention, cal, b, column, s.Now)})
		}
		cohorts = append(cohorts, c)
	}
	return groups(q.Retention, cohorts)
}

func past(events []Event, now time.Time) []Event {
	var all []Event
	for _, e := range events {
		if e.Time.Before(now) {
			all = append(all, e)
		}
	}
	return all
}

// columns returns the first and the last period of each column.
func columns(r *model.Retention) [][2]int {
	var all [][2]int
	for _, text := range r.Brackets {
		first, last, isRange := strings.Cut(text, "-")
		if !isRange {
			last = first
		}
		from, err := strconv.Atoi(first)
		to, err2 := strconv.Atoi(last)
		if err != nil || err2 != nil {
			panic("twin: bracket " + text)
		}
		all = append(all, [2]int{from, to})
	}
	if len(all) == 0 {
		for p := range r.Periods {
			all = append(all, [2]int{p, p})
		}
	}
	return all
}

// rollingPeriod returns the length of a period that is counted from an actor's start.
func rollingPeriod(r *model.Retention) time.Duration {
	return map[model.Period]time.Duration{model.Hour: time.Hour, model.Day: 24 * time.Hour, model.Week: 7 * 24 * time.Hour}[r.Period]
}

// state returns a cell's state, by the first and the last moment that may belong to the cell of any actor.
func state(r *model.Retention, cal calendar, bucket int, column [2]int, now time.Time) State {
	begin, end := cal.begin(bucket+column[0]), cal.begin(bucket+column[1]+1)
	if r.Windows == model.Rolling {
		begin = cal.begin(bucket).Add(time.Duration(column[0]) * rollingPeriod(r))
		end = cal.begin(bucket + 1).Add(time.Duration(column[1]+1) * rollingPeriod(r))
	}
	switch {
	case !begin.Before(now):
		return Future
	case end.After(now):
		return Incomplete
	}
	return Complete
}

// memberOf follows one actor of a cohort; false if the actor is not of the cohort.
func memberOf(q *model.Query, cal calendar, bucket int, events []Event) (Member, bool) {
	r := q.Retention
	for _, e := range events {
		if !Picks(q, r.Start, e) {
			continue
		}
		if cal.bucket(e.Time) == bucket {
			m := Member{Started: e.Time, Kind: All}
			for _, column := range columns(r) {
				m.Retained = append(m.Retained, returns(q, cal, bucket, column, e.Time, events) >= r.MinOccurrences)
			}
			if r.Breakdown != nil {
				m.Kind, m.Value = startValue(q, e.Time, events)
			}
			return m, true
		}
		if r.Cohorts == model.FirstTime {
			break
		}
	}
	return Member{}, false
}

// returns returns how many return events an actor who started at the given time has in a column.
func returns(q *model.Query, cal calendar, bucket int, column [2]int, started time.Time, events []Event) int {
	r := q.Retention
	n := 0
	for _, e := range events {
		if !Picks(q, r.Return, e) || e.Time.Before(started) || e.Time.Equal(started) && !sameEvent(q) {
			continue
		}
		period := cal.bucket(e.Time) - bucket
		if r.Windows == model.Rolling {
			period = int(e.Time.Sub(started) / rollingPeriod(r))
		}
		if period >= column[0] && (period <= column[1] || r.Mode == model.OnOrAfter) {
			n++
		}
	}
	return n
}

// sameEvent reports whether start and return are the same event, whatever the order in which its filters are written.
func sameEvent(q *model.Query) bool {
	start, back := conditions(q, q.Retention.Start), conditions(q, q.Retention.Return)
	return q.Retention.Start.Event == q.Retention.Return.Event && maps.Equal(start, back)
}

// conditions returns what a selector asks for besides the event's name, as a set.
func conditions(q *model.Query, s model.EventSelector) map[string]bool {
	set := map[string]bool{}
	for _, f := range slices.Concat(q.Filters, s.Filters) {
		values := slices.Clone(f.Values)
		switch f.Operator {
		case model.Equal:
			f.Operator = model.In
		case model.NotEqual:
			f.Operator = model.NotIn
		case model.Less, model.LessOrEqual, model.Greater, model.GreaterOrEqual:
			values[0] = rational(values[0]).RatString()
		}
		slices.Sort(values)
		set[fmt.Sprintf("%s %s %q", f.Property, f.Operator, slices.Compact(values))] = true
	}
	return set
}

// startValue returns the property of the start event; of several at the very same time, the smallest value.
func startValue(q *model.Query, started time.Time, events []Event) (Kind, string) {
	var values []string
	for _, e := range events {
		if value, set := PropertyOf(e, q.Retention.Breakdown.Property); set && e.Time.Equal(started) && Picks(q, q.Retention.Start, e) {
			values = append(values, value)
		}
	}
	if len(values) == 0 {
		return None, ""
	}
	return Value, slices.Min(values)
}

// groups splits the cohorts by the values with the most members; of equals, the smaller value comes first.
func groups(r *model.Retention, cohorts []Cohort) []Matrix {
	if r.Breakdown == nil {
		return []Matrix{matrix(r, All, "", cohorts, func(Member) bool { return true })}
	}
	sizes := map[string]int{}
	nones := 0
	for _, c := range cohorts {
		for _, m := range c.Members {
			if m.Kind == Value {
				sizes[m.Value]++
			} else {
				nones++
			}
		}
	}
	var top []string
	for value := range sizes {
		top = append(top, value)
	}
	slices.SortFunc(top, func(a, b string) int { return cmp.Or(sizes[b]-sizes[a], cmp.Compare(a, b)) })
	top = top[:min(len(top), r.Breakdown.Limit)]
	var all []Matrix
	for _, value := range top {
		all = append(all, matrix(r, Value, value, cohorts, func(m Member) bool { return m.Kind == Value && m.Value == value }))
	}
	if len(sizes) > len(top) {
		all = append(all, matrix(r, Other, "", cohorts, func(m Member) bool { return m.Kind == Value && !slices.Contains(top, m.Value) }))
	}
	if nones > 0 {
		all = append(all, matrix(r, None, "", cohorts, func(m Member) bool { return m.Kind == None }))
	}
	return all
}

// matrix counts the members that belong to it.
func matrix(r *model.Retention, kind Kind, value string, cohorts []Cohort, belongs func(Member) bool) Matrix {
	m := Matrix{Kind: kind, Breakdown: value}
	for _, c := range cohorts {
		own := Cohort{Start: c.Start, Cells: slices.Clone(c.Cells)}
		for _, member := range c.Members {
			if !belongs(member) {
				continue
			}
			member.Kind, member.Value = kind, value
			own.Members = append(own.Members, member)
			for i, retained := range member.Retained {
				if retained {
					own.Cells[i].Users++
				}
			}
		}
		m.Cohorts = append(m.Cohorts, own)
	}
	for i := range columns(r) {
		m.Mean = append(m.Mean, weightedMean(m.Cohorts, i))
	}
	return m
}

func weightedMean(cohorts []Cohort, column int) *float64 {
	var users, size int
	for _, c := range cohorts {
		if c.Cells[column].State == Complete {
			users += c.Cells[column].Users
			size += c.Size()
		}
	}
	if size == 0 {
		return nil
	}
	mean := float64(users) / float64(size)
	return &mean
}
