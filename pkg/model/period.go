package model

import "time"

// Period is the size of a bucket of time, cut in the query's time zone.
type Period string

// The periods.
const (
	Hour  Period = "hour"
	Day   Period = "day"
	Week  Period = "week"
	Month Period = "month"
)

// Rolling returns the length of a rolling window of this period. Months cannot roll; for them it is a day.
func (p Period) Rolling() time.Duration {
	switch p {
	case Hour:
		return time.Hour
	case Week:
		return 7 * 24 * time.Hour
	}
	return 24 * time.Hour
}

// Interval is the size of the buckets of what is counted over time: a period, or what fits the range.
type Interval string

// The intervals.
const (
	Hourly  Interval = "hour"
	Daily   Interval = "day"
	Weekly  Interval = "week"
	Monthly Interval = "month"
	// Auto is one of the others, whichever fits the range that is asked for: see [Query.Fit].
	Auto Interval = "auto"
)

// Period is the interval's period, once a query has been fitted to its range.
func (i Interval) Period() Period { return Period(i) }

// fit returns the interval, and for Auto one that cuts the range into few enough buckets to tell apart: hours of up to 3 days, days of
// up to 120, weeks of up to two years, else months.
func (i Interval) fit(r Range) Interval {
	if i != Auto {
		return i
	}
	switch days := r.To.Sub(r.From).Hours() / 24; {
	case days <= 3:
		return Hourly
	case days <= 120:
		return Daily
	case days <= 731:
		return Weekly
	}
	return Monthly
}
