package twin

import (
	"fmt"
	"testing"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Random worlds reach every interval, missing and full histories, anomalies up and down, and timelines that are cut.
func TestRandomAnomaliesAndTimelinesReachEverything(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(2500) {
		s := Random(seed, 6)
		for _, q := range s.Queries {
			switch q.QueryType {
			case model.TimelineType:
				if listed := Timeline(q, s.World, s.Range); len(listed.Events) > 0 {
					seen[fmt.Sprintf("timeline %s, more %t", q.Timeline.Order, listed.More)]++
				}
			case model.AnomaliesType:
				for range busyActors(q, s.World, s.Range) {
					seen["busy "+string(q.Anomalies.Actor)]++
				}
				for _, u := range unusualBuckets(q, s.World, s.Range, s.Settings) {
					for _, what := range bucketTraits(q.Anomalies, u) {
						seen[what]++
					}
				}
			}
		}
	}
	for _, what := range []string{
		"timeline newest, more true", "timeline newest, more false", "timeline oldest, more true", "timeline oldest, more false",
		"busy user", "busy session", "15m known", "hour known", "day known", "15m unknown", "hour unknown", "day unknown",
		"events high", "users high", "low", "expected something", "not over", "future",
	} {
		if seen[what] < 10 {
			t.Errorf("only %d random answers show %q: %v", seen[what], what, seen)
		}
	}
}

func bucketTraits(a *model.Anomalies, u Unusual) []string {
	switch {
	case !u.Begun:
		return []string{"future"}
	case !u.Over:
		return []string{"not over"}
	case !u.Known:
		return []string{string(a.Interval) + " unknown"}
	}
	all := []string{string(a.Interval) + " known"}
	if u.Expected > 0 {
		all = append(all, "expected something")
	}
	switch reach := a.Deviations * u.Deviation; {
	case float64(u.Count) > u.Expected+reach:
		all = append(all, string(a.Value)+" high")
	case float64(u.Count) < u.Expected-reach:
		all = append(all, "low")
	}
	return all
}

// The same hour of earlier weeks is that on the clock, also where clocks changed since.
func TestWeeksBefore(t *testing.T) {
	for _, test := range []struct{ zone, interval, bucket, before string }{
		{"UTC", "hour", "2026-03-30 02:00:00", "2026-03-23 02:00:00"},
		{"Europe/Berlin", "hour", "2026-03-31 00:00:00", "2026-03-24 01:00:00"},      // 2:00 in summer and winter
		{"Europe/Berlin", "hour", "2026-04-05 00:00:00", ""},                         // 2:00, which was skipped
		{"Europe/Berlin", "hour", "2026-11-01 01:00:00", "2026-10-25 00:00:00"},      // 2:00, which came twice
		{"Australia/Lord_Howe", "hour", "2026-10-10 15:00:00", ""},                   // 2:00, of which half was skipped
		{"Australia/Lord_Howe", "15m", "2026-10-10 15:30:00", "2026-10-03 15:30:00"}, // 2:30, which was not
		{"Asia/Kathmandu", "day", "2026-06-15 18:15:00", "2026-06-08 18:15:00"},
		{"America/New_York", "day", "2026-03-15 04:00:00", "2026-03-08 05:00:00"}, // a day of 23 hours
	} {
		c := weekly{calendar{zone: zone(t, test.zone), period: model.Day}, model.AnomaliesInterval(test.interval)}
		got := ""
		if before, ok := c.weeksBefore(c.bucket(at(t, test.bucket)), 1); ok {
			got = c.begin(before).UTC().Format(time.DateTime)
		}
		if got != test.before {
			t.Errorf("%s %s of %s: a week before is %q; want %q", test.zone, test.interval, test.bucket, got, test.before)
		}
	}
}
