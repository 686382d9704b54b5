package twin

import (
	"sort"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// A calendar numbers the days, weeks or months of a zone with consecutive integers. An event belongs to the bucket of its
// local date, however long that day is.
type calendar struct {
	zone      *time.Location
	weekStart time.Weekday
	period    model.Period
}

func (c calendar) bucket(t time.Time) int {
	day := dayNumber(t.In(c.zone))
	switch c.period {
	case model.Day:
		return day
	case model.Week:
		return floorDiv(day-c.weekOffset(), 7)
	case model.Month:
		year, month, _ := t.In(c.zone).Date()
		return 12*year + int(month) - 1
	}
	panic("twin: unknown period " + string(c.period))
}

// begin is the first moment of a bucket.
func (c calendar) begin(bucket int) time.Time {
	switch c.period {
	case model.Day:
		return firstMoment(bucket, c.zone)
	case model.Week:
		return firstMoment(7*bucket+c.weekOffset(), c.zone)
	case model.Month:
		return firstMoment(dayNumber(time.Date(floorDiv(bucket, 12), time.Month(bucket-12*floorDiv(bucket, 12)+1), 1, 0, 0, 0, 0, time.UTC)), c.zone)
	}
	panic("twin: unknown period " + string(c.period))
}

// weekOffset is the number of the first day since 1970-01-01 that begins a week.
func (c calendar) weekOffset() int { return int(c.weekStart-time.Thursday+7) % 7 }

// dayNumber counts the days of the calendar from 1970-01-01 to t's local date.
func dayNumber(t time.Time) int {
	year, month, day := t.Date()
	return int(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// firstMoment is when a date begins. That is not always its only 0:00: where clocks change at midnight, 0:00 is
// skipped in spring and comes twice in autumn.
func firstMoment(day int, zone *time.Location) time.Time {
	const margin = 30 * 3600
	from := int64(day)*86400 - margin
	seconds := sort.Search(2*margin, func(s int) bool { return dayNumber(time.Unix(from+int64(s), 0).In(zone)) >= day })
	return time.Unix(from+int64(seconds), 0).In(zone)
}

func floorDiv(a, b int) int {
	if a%b < 0 {
		return a/b - 1
	}
	return a / b
}
