package analysis

import (
	"testing"
	"time"
)

// A clock for all years that a range may have knows the local time in each.
func TestClockOfAllYears(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		from, to := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
		clock := NewClock(zone, from, to)
		for at := from; at.Before(to); at = at.Add(1234 * time.Hour) {
			local := at.In(zone)
			_, offset := local.Zone()
			if got := clock.Local(Microseconds(at)); got != at.Unix()+int64(offset) {
				t.Fatalf("%s: %d; want %d", local, got, at.Unix()+int64(offset))
			}
		}
	}
}
