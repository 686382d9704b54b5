package model

import (
	"math/rand/v2"
	"testing"
	"time"
)

// Zones with rules, of whole hours and not, in both hemispheres, and without.
var zones = []string{
	"UTC", "Europe/Berlin", "America/New_York", "America/Havana", "Australia/Lord_Howe", "Australia/Adelaide", "Pacific/Chatham", "America/St_Johns",
	"Asia/Kathmandu", "Africa/Casablanca", "America/Nuuk", "Pacific/Apia", "Africa/Monrovia", "Europe/Dublin",
}

// Between two changes the clock is not set, and at each it is: also in years that the time zone database leaves to a rule.
func TestClockChanges(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, name := range zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for range 30 {
			at := time.Unix(time.Date(1880, 1, 1, 0, 0, 0, 0, time.UTC).Unix()+random.Int64N(300*365*86400), 0).In(zone)
			checkChanges(t, at)
		}
		for _, year := range []int{2028, 2036, 2040, 2044, 2100, 9996} { // the last day of leap years, where the library is wrong
			for hour := -24; hour < 72; hour += 7 {
				checkChanges(t, time.Date(year, 12, 31, hour, 0, 0, 0, zone))
			}
		}
	}
}

func checkChanges(t *testing.T, at time.Time) {
	t.Helper()
	last, next := LastChange(at), NextChange(at)
	if last.After(at) || !last.IsZero() && (offset(last) == offset(last.Add(-1)) || offset(last) != offset(at)) {
		t.Fatalf("%s: the last change is %s", at, last)
	}
	if !next.IsZero() && (!next.After(at) || offset(next) == offset(next.Add(-1)) || offset(next.Add(-1)) != offset(at)) {
		t.Fatalf("%s: the next change is %s", at, next)
	}
	if last.IsZero() {
		last = at.AddDate(-5, 0, 0)
	}
	if next.IsZero() {
		next = at.AddDate(5, 0, 0)
	}
	for u := last; u.Before(next); u = u.Add(20 * 24 * time.Hour) {
		if offset(u) != offset(at) {
			t.Fatalf("%s: the clock is set between %s and %s", at, last, next)
		}
	}
}
