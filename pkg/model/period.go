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

// Rolling is the length of a period of rolling windows; of months, which have none, a day's.
func (p Period) Rolling() time.Duration {
	switch p {
	case Hour:
		return time.Hour
	case Week:
		return 7 * 24 * time.Hour
	}
	return 24 * time.Hour
}
