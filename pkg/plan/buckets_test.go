package plan

import (
	"testing"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Clock changes at midnight, of half an hour, of a whole day, and ordinary ones.
var clockChanges = map[string]time.Time{
	"America/New_York":    time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC),
	"Europe/Berlin":       time.Date(2026, 10, 25, 12, 0, 0, 0, time.UTC),
	"Australia/Lord_Howe": time.Date(2026, 4, 5, 0, 0, 0, 0, time.UTC),
	"America/Sao_Paulo":   time.Date(2018, 11, 4, 12, 0, 0, 0, time.UTC), // 0:00 becomes 1:00
	"America/Havana":      time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC), // 1:00 becomes 0:00
	"Asia/Beirut":         time.Date(2026, 3, 29, 0, 0, 0, 0, time.UTC),  // 0:00 becomes 1:00
	"Pacific/Apia":        time.Date(2011, 12, 30, 0, 0, 0, 0, time.UTC), // has no 30 December
	"Asia/Kathmandu":      time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
}

// Minute by minute, each minute is in the bucket that starts with its own date.
func TestDaysStartWithTheirFirstMinute(t *testing.T) {
	for name, around := range clockChanges {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		s := Settings{Zone: zone, WeekStart: time.Monday}
		first := bucketStart(around.AddDate(0, 0, -3), model.Day, s)
		for minute := first; minute.Before(around.AddDate(0, 0, 3)); minute = minute.Add(time.Minute) {
			before := minute.Add(-time.Minute)
			if minute.In(zone).Day() != before.In(zone).Day() {
				if next := nextBucket(first, model.Day, zone); minute != first && !next.Equal(minute) {
					t.Errorf("%s: the day after %s starts at %s; want %s", name, first, next, minute.In(zone))
				}
				first = minute
			}
			if got := bucketStart(minute, model.Day, s); !got.Equal(first) {
				t.Fatalf("%s: the day of %s starts at %s; want %s", name, minute.In(zone), got, first.In(zone))
			}
		}
	}
}

// Long after the years that the time zone database lists, hours still start where the clock shows one, in zones that are off by part of
// an hour, too.
func TestHoursOfLaterYears(t *testing.T) {
	for _, name := range []string{"Australia/Adelaide", "Pacific/Chatham", "America/St_Johns", "Europe/Berlin"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		s := Settings{Zone: zone}
		for _, year := range []int{2040, 2041, 2060} {
			start := bucketStart(time.Date(year, 12, 30, 12, 0, 0, 0, zone), model.Hour, s)
			for range 96 {
				next := nextBucket(start, model.Hour, zone)
				if next.Sub(start) != time.Hour || start.Minute() != 0 || !bucketStart(next.Add(-1), model.Hour, s).Equal(start) {
					t.Fatalf("%s: an hour from %s to %s", name, start, next)
				}
				start = next
			}
		}
	}
}

func TestWeeksAndMonths(t *testing.T) {
	zone := time.FixedZone("", -5*3600)
	at := time.Date(2027, 1, 2, 3, 0, 0, 0, time.UTC) // Friday, 1 January 2027, 22:00
	for _, c := range []struct {
		period      model.Period
		weekStart   time.Weekday
		start, next string
	}{
		{model.Day, time.Monday, "2027-01-01", "2027-01-02"},
		{model.Week, time.Monday, "2026-12-28", "2027-01-04"},
		{model.Week, time.Sunday, "2026-12-27", "2027-01-03"},
		{model.Week, time.Saturday, "2026-12-26", "2027-01-02"},
		{model.Month, time.Monday, "2027-01-01", "2027-02-01"},
	} {
		start := bucketStart(at, c.period, Settings{Zone: zone, WeekStart: c.weekStart})
		next := nextBucket(start, c.period, zone)
		if start.Format(time.DateOnly) != c.start || next.Format(time.DateOnly) != c.next {
			t.Errorf("%s from %s: %s to %s; want %s to %s", c.period, c.weekStart, start, next, c.start, c.next)
		}
	}
}

func TestGrainsFollowTheZonesOffsets(t *testing.T) {
	for _, c := range []struct {
		zone string
		year int
		want time.Duration
	}{
		{"UTC", 2026, 15 * time.Minute},
		{"Asia/Kathmandu", 2026, 15 * time.Minute},
		{"Australia/Lord_Howe", 2026, 15 * time.Minute},
		{"Africa/Monrovia", 1960, time.Second},  // 44:30 behind UTC
		{"Europe/Amsterdam", 1938, time.Minute}, // 20 minutes ahead of UTC
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		r := model.Range{From: time.Date(c.year, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(c.year+1, 1, 1, 0, 0, 0, 0, time.UTC)}
		if got := zoneGrain(r, zone); got != c.want {
			t.Errorf("%s in %d: %s; want %s", c.zone, c.year, got, c.want)
		}
	}
}
