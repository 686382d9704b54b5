package model

import (
	"testing"
	"time"
)

func TestAutoFitsTheRange(t *testing.T) {
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for length, want := range map[time.Duration][2]Interval{
		time.Minute:           {Hourly, Daily},
		6 * time.Hour:         {Hourly, Daily},
		72 * time.Hour:        {Hourly, Daily},
		72*time.Hour + 1:      {Daily, Daily},
		120 * 24 * time.Hour:  {Daily, Daily},
		121 * 24 * time.Hour:  {Weekly, Weekly},
		731 * 24 * time.Hour:  {Weekly, Weekly},
		732 * 24 * time.Hour:  {Monthly, Monthly},
		9000 * 24 * time.Hour: {Monthly, Monthly},
	} {
		for i, value := range []string{"users", "users_7_days"} {
			q, err := Parse([]byte(`{"queryType": "trend", "trend": {"interval": "auto", "value": "` + value + `"}}`))
			if err != nil {
				t.Fatal(err)
			}
			q.Fit(Range{start, start.Add(length)})
			if q.Trend.Interval != want[i] {
				t.Errorf("%s of %v: %s, want %s", value, length, q.Trend.Interval, want[i])
			}
		}
	}
	for _, raw := range []string{
		`{"queryType": "funnel", "funnel": {"steps": [{"event": "a"}, {"event": "b"}], "interval": "auto"}}`,
		`{"queryType": "lifecycle", "lifecycle": {"interval": "auto"}}`,
		`{"queryType": "lifecycle", "lifecycle": {"interval": "week"}}`,
	} {
		q, err := Parse([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		q.Fit(Range{start, start.Add(time.Hour)})
		if raw, _ := q.part(); q.QueryType == LifecycleType && q.Lifecycle.Interval == Auto || q.QueryType == FunnelType && q.Funnel.Interval != Hourly {
			t.Errorf("%+v", raw)
		}
	}
}
