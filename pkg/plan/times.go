package plan

import (
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// clockStart returns the last moment up to t at which the local clock shows a multiple of step (an hour or a part of one that divides it),
// or at which clocks change: hours with different offsets are different buckets.
func clockStart(t time.Time, step time.Duration) time.Time {
	start := t.Add(-clockPast(t, step))
	if change := model.LastChange(t); change.After(start) {
		return change
	}
	return start
}

// clockNext returns the first moment after t that [clockStart] could return.
func clockNext(t time.Time, step time.Duration) time.Time {
	next := t.Add(step - clockPast(t, step))
	if change := model.NextChange(t); !change.IsZero() && change.Before(next) {
		return change
	}
	return next
}

// clockPast returns how much of the step is over at t.
func clockPast(t time.Time, step time.Duration) time.Duration {
	return (time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())) % step
}

// localMidnight returns the first instant of a date in a zone: 0:00, the earlier one if a clock change repeats it, and the instant of the
// change if one skips it. [time.Date] promises none of that.
func localMidnight(year int, month time.Month, day int, zone *time.Location) time.Time {
	utc := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	noon := time.Date(year, month, day, 12, 0, 0, 0, zone)
	midnight := utc.Add(-offset(noon))
	change := model.LastChange(noon)
	if change.IsZero() {
		return midnight
	}
	if before := utc.Add(-offset(change.Add(-time.Nanosecond))); before.Before(change) {
		return before
	}
	if midnight.Before(change) {
		return change
	}
	return midnight
}

// offset returns how far the zone of t is ahead of UTC at t.
func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}
