package plan

import (
	"slices"
	"testing"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Cohorts are named after their local time; hours that clocks repeat get their distance from UTC.
func TestCohortsHaveNames(t *testing.T) {
	for _, c := range []struct {
		zone, from string
		period     model.Period
		hours      int
		want       []string
	}{
		{"America/New_York", "2026-11-01T04:30:00Z", model.Hour, 4, []string{
			"2026-11-01 00:00", "2026-11-01 01:00", "2026-11-01 01:00 -05:00", "2026-11-01 02:00", "2026-11-01 03:00"}},
		{"Antarctica/Troll", "2026-10-24T23:00:00Z", model.Hour, 4, []string{
			"2026-10-25 01:00", "2026-10-25 02:00", "2026-10-25 01:00 +00:00", "2026-10-25 02:00 +00:00"}},
		{"Australia/Lord_Howe", "2026-04-04T14:00:00Z", model.Hour, 2, []string{"2026-04-05 01:00", "2026-04-05 01:30", "2026-04-05 02:00"}},
		{"Asia/Kathmandu", "2026-01-01T00:00:00Z", model.Day, 24, []string{"2026-01-01", "2026-01-02"}},
		{"UTC", "2026-01-01T00:00:00Z", model.Week, 24, []string{"2025-12-29"}},
		{"UTC", "2026-01-31T00:00:00Z", model.Month, 48, []string{"2026-01", "2026-02"}},
		{"UTC", "2026-12-01T00:00:00Z", model.Month, 48, nil}, // ahead of now
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		from, err := time.Parse(time.RFC3339, c.from)
		if err != nil {
			t.Fatal(err)
		}
		s := Settings{Zone: zone, WeekStart: time.Monday, Now: time.Date(2026, 11, 15, 0, 0, 0, 0, time.UTC)}
		cohorts, err := RetentionCohorts(&model.Retention{Period: c.period, Periods: 3, Windows: model.Calendar}, model.Range{From: from, To: from.Add(time.Duration(c.hours) * time.Hour)}, s)
		if err != nil || !slices.Equal(cohorts.Names, c.want) || len(cohorts.Starts) != cohorts.Count+3 {
			t.Errorf("%s by %s: %v, %v; want %v", c.zone, c.period, cohorts, err, c.want)
		}
	}
}

// A first start is known only to who reads all starts; all other events lie between the first cohort and the last cell, or now.
func TestRetentionReadsNoMoreThanItNeeds(t *testing.T) {
	at := func(day int) time.Time { return time.Date(2026, 3, day, 0, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		query    string
		now      int
		from, to time.Time
	}{
		{`"periods":3`, 30, time.Time{}, at(6)},
		{`"periods":3,"cohorts":"recurring"`, 30, at(2), at(6)},
		{`"periods":3,"cohorts":"recurring"`, 5, at(2), at(5)},
		{`"periods":3,"cohorts":"recurring","mode":"on_or_after"`, 30, at(2), at(30)},
		{`"brackets":["1","3-7"],"cohorts":"recurring","windows":"rolling"`, 30, at(2), at(12)},
	} {
		q, err := model.Parse([]byte(`{"queryType":"retention","retention":{"start":{"event":"a"},"return":{"event":"b"},` + c.query + `}}`))
		if err != nil {
			t.Fatal(err)
		}
		s := Settings{Zone: time.UTC, WeekStart: time.Monday, Now: at(c.now)}
		cohorts, err := RetentionCohorts(q.Retention, model.Range{From: at(2), To: at(4)}, s)
		if err != nil {
			t.Fatal(err)
		}
		if scan := RetentionScan(q, cohorts, s); !scan.From.Equal(c.from) || !scan.To.Equal(c.to) {
			t.Errorf("%s reads from %s to %s; want %s to %s", c.query, scan.From, scan.To, c.from, c.to)
		}
	}
}
