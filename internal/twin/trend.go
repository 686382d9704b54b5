package twin

import (
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Trend is the answer to a trend query.
type Trend struct {
	// Starts are the first moments of the buckets; Begun is how many of them are past.
	Starts []time.Time
	Begun  int
	// CutFront and CutBack say that the first bucket, or the last that has begun, is not counted whole.
	CutFront, CutBack bool
	Lines             []TrendLine
}

// TrendLine is one line, with a number for each bucket.
type TrendLine struct {
	Series int
	Place
	Counts []int
}

// Trending answers a trend query.
func Trending(q *model.Query, w World, r Range, s Settings) Trend {
	t := trender{q, r, s, calendar{s.Zone, s.WeekStart, q.Trend.Interval.Period()}}
	first, last := t.cal.bucket(r.From), t.cal.bucket(r.To.Add(-time.Nanosecond))
	var trend Trend
	for b := first; b <= last; b++ {
		trend.Starts = append(trend.Starts, t.cal.begin(b))
		if t.cal.begin(b).Before(s.Now) {
			trend.Begun++
			trend.CutBack = t.cal.begin(b+1).After(s.Now) || t.cal.begin(b+1).After(r.To)
		}
	}
	trend.CutFront = q.Trend.Value.RollingDays() == 0 && t.cal.begin(first).Before(r.From)
	if q.BySegment() {
		trend.Lines = linesBySegment(q, w, r, s)
		return trend
	}
	for i := range q.Trend.Series {
		trend.Lines = append(trend.Lines, t.lines(w, i, first, last)...)
	}
	return trend
}

type trender struct {
	query    *model.Query
	r        Range
	settings Settings
	cal      calendar
}

// lines returns those of one series.
func (t trender) lines(w World, series, first, last int) []TrendLine {
	groups := map[Place][]Event{}
	for _, e := range w.Events {
		if !Picks(t.query, t.query.Trend.Series[series].EventSelector, e) || !t.counts(e, first, last) {
			continue
		}
		place := Place{Kind: All}
		if t.query.Trend.Breakdown != nil {
			place = valuePlace(e, t.query.Trend.Breakdown.Property)
		}
		groups[place] = append(groups[place], e)
	}
	places := []Place{{Kind: All}}
	if t.query.Trend.Breakdown != nil {
		for place, events := range groups {
			if t.number(events) == 0 {
				delete(groups, place)
			}
		}
		places = topPlaces(t.query.Trend.Breakdown.Limit, groups, t.number)
	}
	own := map[Place]bool{}
	for _, place := range places {
		own[place] = true
	}
	var lines []TrendLine
	for _, place := range places {
		var events []Event
		for group, list := range groups {
			if group == place || place.Kind == Other && !own[group] {
				events = append(events, list...)
			}
		}
		line := TrendLine{Series: series, Place: place}
		some := place.Kind == All
		for b := first; b <= last; b++ {
			var inside []Event
			for _, e := range events {
				if t.counts(e, b, b) {
					inside = append(inside, e)
				}
			}
			n := t.number(inside)
			line.Counts = append(line.Counts, n)
			some = some || n > 0
		}
		if some {
			lines = append(lines, line)
		}
	}
	return lines
}

// counts reports whether an event counts in any of the buckets, and for rolling numbers, whether its day is one from the first day
// that counts in the first bucket to the last day of the last.
func (t trender) counts(e Event, first, last int) bool {
	days := t.query.Trend.Value.RollingDays()
	if days == 0 {
		b := t.cal.bucket(e.Time)
		return t.r.contains(e.Time) && b >= first && b <= last
	}
	day := dayNumber(e.Time.In(t.settings.Zone))
	return e.Time.Before(t.r.To) && day > t.lastDay(first)-days && day <= t.lastDay(last)
}

// lastDay returns the last day that counts in a bucket: its last, or the last one that has come, or that is in the range.
func (t trender) lastDay(bucket int) int {
	begin, end := t.cal.begin(bucket), t.cal.begin(bucket+1)
	for _, limit := range []time.Time{t.r.To, t.settings.Now} {
		if limit.After(begin) && limit.Before(end) {
			end = limit
		}
	}
	return dayNumber(end.Add(-time.Nanosecond).In(t.settings.Zone))
}

// number returns what a group of events makes.
func (t trender) number(events []Event) int {
	switch t.query.Trend.Value {
	case model.TrendEvents:
		return len(events)
	case model.TrendSessions:
		return different(events, func(e Event) (Actor, bool) { return e.Actor(model.SessionActor) })
	}
	return different(events, func(e Event) (Actor, bool) { return e.Actor(model.UserActor) })
}
