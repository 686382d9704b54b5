package plan

import (
	"slices"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// Cohorts are the buckets of a retention query: first the cohorts and then, with calendar windows, the later buckets in which their actors
// may return.
type Cohorts struct {
	// Starts has the start of each bucket, in order, and the end of the last one.
	Starts []time.Time
	// Count is the number of buckets that are cohorts.
	Count int
	// Names are what the cohorts are called on screen: their local date, month, or date and hour.
	Names []string
}

// RetentionCohorts cuts the past part of the range into cohorts. Too many buckets are an error.
func RetentionCohorts(m *model.Retention, r model.Range, s Settings) (Cohorts, error) {
	var c Cohorts
	columns := m.Columns()
	after := columns[len(columns)-1].To
	for _, b := range columns {
		after = max(after, b.To)
	}
	listed := after // the buckets after the last cohort
	if m.Windows == model.Rolling {
		listed = 0
	}
	until := minTime(r.To, s.Now)
	for start := bucketStart(r.From, m.Period, s); ; start = nextBucket(start, m.Period, s.Zone) {
		c.Starts = append(c.Starts, start)
		if start.Before(until) {
			c.Count++
		}
		if c.Count+after > MaxBuckets {
			return c, &model.Error{Field: "retention.period", Reason: say.New("problem.many-periods",
				"is {{period}}, which cuts the panel's range and the periods after it into more than {{most}} buckets; use a longer period or a shorter range", m.Period, MaxBuckets)}
		}
		if len(c.Starts) > c.Count+listed {
			break
		}
	}
	c.name(m.Period, s.Zone)
	return c, nil
}

// name sets the cohorts' names. Hours that a clock change repeats are told apart by their offset from UTC.
func (c *Cohorts) name(period model.Period, zone *time.Location) {
	layout := map[model.Period]string{model.Hour: "2006-01-02 15:04", model.Month: "2006-01"}[period]
	if layout == "" {
		layout = time.DateOnly
	}
	for i, start := range c.Starts[:c.Count] {
		text := start.In(zone).Format(layout)
		if slices.Contains(c.Names[max(0, i-3):i], text) {
			text += start.In(zone).Format(" -07:00")
		}
		c.Names = append(c.Names, text)
	}
}

// RetentionScan returns the scan for a retention query: bit 0 picks start events, bit 1 return events. For first-time cohorts it has no
// lower bound in time: only all earlier events tell whether a start event is an actor's first. Events ahead of now do not count yet.
func RetentionScan(q *model.Query, c Cohorts, s Settings) Scan {
	m := q.Retention
	scan := Scan{
		Actor: m.Actor, Filters: q.Filters, Picks: []*model.EventSelector{&m.Start, &m.Return},
		Range: model.Range{From: c.Starts[0], To: minTime(c.end(m), s.Now)},
	}
	if m.Cohorts == model.FirstTime {
		scan.From = time.Time{}
	}
	if m.Breakdown != nil {
		scan.Value, scan.ValueOf = m.Breakdown.Property, 1
	}
	return scan
}

// end returns the end of the last cell.
func (c *Cohorts) end(m *model.Retention) time.Time {
	end := c.Starts[len(c.Starts)-1]
	switch {
	case m.Mode == model.OnOrAfter:
		return time.Unix(1<<40, 0)
	case m.Windows == model.Rolling:
		periods := 0
		for _, b := range m.Columns() {
			periods = max(periods, b.To+1)
		}
		return end.Add(time.Duration(periods) * m.Period.Rolling())
	}
	return end
}
