package model

import "time"

// LastChange returns the last moment up to t at which the clock of t's zone was set to another distance from UTC; the zero time if it
// never was.
//
// [time.Time.ZoneBounds] is not enough: of years that the time zone database leaves to a rule (2038 and later) it also gives the start
// and the end, and on 31 December of a leap year an end that is over.
func LastChange(t time.Time) time.Time {
	for {
		start, _ := t.ZoneBounds()
		if start.IsZero() || offset(start.Add(-time.Nanosecond)) != offset(t) {
			return start
		}
		t = start.Add(-time.Nanosecond)
	}
}

// NextChange returns the first such moment after t; the zero time if there is none.
func NextChange(t time.Time) time.Time {
	for {
		_, end := t.ZoneBounds()
		if !end.After(t) && !end.IsZero() {
			end = t.Truncate(time.Minute).Add(time.Minute) // rules know minutes
		}
		if end.IsZero() || offset(end) != offset(t) {
			return end
		}
		t = end
	}
}

// offset returns how many seconds t's zone is ahead of UTC at t.
func offset(t time.Time) int {
	_, seconds := t.Zone()
	return seconds
}
