package model

import "time"

// LastChange returns the last moment up to t at which the offset of t's zone from UTC changed; the zero time if it never did.
//
// [time.Time.ZoneBounds] is not enough: in years that the time zone database leaves to a rule (2038 and later) it also gives the start and
// the end of the year, and on 31 December of a leap year an end that has passed.
func LastChange(t time.Time) time.Time {
	for {
		start, _ := t.ZoneBounds()
		if start.IsZero() || offset(start.Add(-time.Nanosecond)) != offset(t) {
			return start
		}
		t = start.Add(-time.Nanosecond)
	}
}

// NextChange returns the first moment after t at which the offset of t's zone changes; the zero time if there is none.
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
