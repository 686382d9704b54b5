package twin

import (
	"sort"
	"sync"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// A calendar numbers the hours, days, weeks or months of a zone with consecutive integers. An event belongs to the bucket of its
// local date, however long that day is. An hour is cut by a clock change.
type calendar struct {
	zone      *time.Location
	weekStart time.Weekday
	period    model.Period
}

func (c calendar) bucket(t time.Time) int {
	day := dayNumber(t.In(c.zone))
	switch c.period {
	case model.Hour:
		return sort.Search(len(startsOfHours(c.zone)), func(i int) bool { return startsOfHours(c.zone)[i].After(t) }) - 1
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

// begin returns the first moment of a bucket.
func (c calendar) begin(bucket int) time.Time {
	switch c.period {
	case model.Hour:
		return startsOfHours(c.zone)[bucket]
	case model.Day:
		return firstMoment(bucket, c.zone)
	case model.Week:
		return firstMoment(7*bucket+c.weekOffset(), c.zone)
	case model.Month:
		return firstMoment(dayNumber(time.Date(floorDiv(bucket, 12), time.Month(bucket-12*floorDiv(bucket, 12)+1), 1, 0, 0, 0, 0, time.UTC)), c.zone)
	}
	panic("twin: unknown period " + string(c.period))
}

var hours sync.Map // lists of times, by the name of their zone

// startsOfHours returns the moments from 2015 to 2035 at which a zone's clock shows a full hour, or changes. All clocks of these years
// keep to quarter hours.
func startsOfHours(zone *time.Location) []time.Time {
	if known, ok := hours.Load(zone.String()); ok {
		return known.([]time.Time)
	}
	var starts []time.Time
	before := 0
	for t := time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC); t.Year() < 2035; t = t.Add(15 * time.Minute) {
		_, offset := t.In(zone).Zone()
		if t.In(zone).Minute() == 0 || offset != before {
			starts = append(starts, t.In(zone))
		}
		before = offset
	}
	hours.Store(zone.String(), starts)
	return starts
}

// weekOffset returns the number of the first day since 1970-01-01 that begins a week.
func (c calendar) weekOffset() int { return int(c.weekStart-time.Thursday+7) % 7 }

// dayNumber counts the days of the calendar from 1970-01-01 to t's local date.
func dayNumber(t time.Time) int {
	year, month, day := t.Date()
	return int(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// firstMoment returns when a date begins. That is not always its only 0:00: where clocks change at midnight, 0:00 is skipped in spring and
// comes twice in autumn.
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
