package twin

import (
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// State says how far time has come with a cell of a retention matrix.
type State string

// The states of a cell: its bucket is over, has begun, or is yet to come.
const (
	Complete   State = "complete"
	Incomplete State = "incomplete"
	Future     State = "future"
)

// Matrix is the answer to a retention query.
type Matrix struct {
	Cohorts []Cohort
	// Mean is the share of retained users a period, weighted by size, over the complete cells; nil where these have nobody.
	Mean []*float64
}

// Cohort is a row of the matrix.
type Cohort struct {
	// Start is the first moment of the cohort's bucket.
	Start time.Time
	Size  int
	// Cells has one cell a period.
	Cells []Cell
}

// Cell counts the users of a cohort who came back. Nobody came back in the future.
type Cell struct {
	Users int
	State State
}

// visits are the times of one user's start and return events.
type visits struct{ starts, returns []time.Time }

// Retention answers a retention query.
func Retention(q *model.Query, w World, r Range, s Settings) Matrix {
	cal := calendar{s.Zone, s.WeekStart, q.Retention.Period}
	var users []visits
	for _, events := range w.byUser() {
		var v visits
		for _, e := range events {
			if !e.Time.Before(s.Now) {
				continue
			}
			if picks(q, q.Retention.Start, e) {
				v.starts = append(v.starts, e.Time)
			}
			if picks(q, q.Retention.Return, e) {
				v.returns = append(v.returns, e.Time)
			}
		}
		users = append(users, v)
	}
	var m Matrix
	lastMoment := r.To.Add(-time.Nanosecond)
	for b := cal.bucket(r.From); b <= cal.bucket(lastMoment) && cal.begin(b).Before(s.Now); b++ {
		m.Cohorts = append(m.Cohorts, cohort(q.Retention, cal, b, users, s.Now))
	}
	for p := range q.Retention.Periods {
		m.Mean = append(m.Mean, weightedMean(m.Cohorts, p))
	}
	return m
}

func cohort(r *model.Retention, cal calendar, bucket int, users []visits, now time.Time) Cohort {
	c := Cohort{Start: cal.begin(bucket), Cells: make([]Cell, r.Periods)}
	for p := range c.Cells {
		c.Cells[p].State = state(cal, bucket+p, now)
	}
	for _, v := range users {
		first, member := v.entry(r, cal, bucket)
		if !member {
			continue
		}
		c.Size++
		for p := range c.Cells {
			if c.Cells[p].State != Future && v.retained(r, cal, bucket, p, first) {
				c.Cells[p].Users++
			}
		}
	}
	return c
}

func state(cal calendar, bucket int, now time.Time) State {
	switch {
	case !cal.begin(bucket).Before(now):
		return Future
	case cal.begin(bucket + 1).After(now):
		return Incomplete
	}
	return Complete
}

// entry is the user's first start event in a cohort's bucket; false if the user is not of the cohort.
func (v visits) entry(r *model.Retention, cal calendar, bucket int) (time.Time, bool) {
	for i, t := range v.starts {
		if cal.bucket(t) == bucket && (i == 0 || r.Cohorts == model.Recurring) {
			return t, true
		}
	}
	return time.Time{}, false
}

func (v visits) retained(r *model.Retention, cal calendar, bucket, p int, first time.Time) bool {
	if p == 0 && r.Start.Equal(&r.Return) {
		return true
	}
	for _, t := range v.returns {
		inPeriod := cal.bucket(t) == bucket+p || r.Mode == model.OnOrAfter && cal.bucket(t) > bucket+p
		if inPeriod && (p > 0 || t.After(first)) {
			return true
		}
	}
	return false
}

func weightedMean(cohorts []Cohort, p int) *float64 {
	var users, size int
	for _, c := range cohorts {
		if c.Cells[p].State == Complete {
			users += c.Cells[p].Users
			size += c.Size
		}
	}
	if size == 0 {
		return nil
	}
	mean := float64(users) / float64(size)
	return &mean
}
