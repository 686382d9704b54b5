package plan

import (
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// Buckets returns the starts of the buckets of the given period that touch the range, in order, and the end of the last one. More than
// [MaxBuckets] are refused, with an error that names the field.
func Buckets(field string, r model.Range, period model.Period, s Settings) ([]time.Time, error) {
	starts := []time.Time{bucketStart(r.From, period, s)}
	for starts[len(starts)-1].Before(r.To) {
		if len(starts) > MaxBuckets {
			return nil, tooManyBuckets(field, string(period))
		}
		starts = append(starts, nextBucket(starts[len(starts)-1], period, s.Zone))
	}
	return starts, nil
}

func tooManyBuckets(field, period string) error {
	return &model.Error{Field: field, Reason: say.New("problem.many-buckets",
		"is {{period}}, which cuts the range into more than {{most}} buckets; use a longer one or a shorter range", period, MaxBuckets)}
}

// bucketStart returns the start of the bucket of the given period that contains t, in the settings' zone.
func bucketStart(t time.Time, period model.Period, s Settings) time.Time {
	t = t.In(s.Zone)
	day := t.Day()
	switch period {
	case model.Hour:
		return clockStart(t, time.Hour)
	case model.Week:
		day -= (int(t.Weekday()) - int(s.WeekStart) + 7) % 7
	case model.Month:
		day = 1
	}
	return localMidnight(t.Year(), t.Month(), day, s.Zone)
}

// nextBucket returns the start of the bucket after the one that starts at t.
func nextBucket(t time.Time, period model.Period, zone *time.Location) time.Time {
	t = t.In(zone)
	// A day starts late where a clock change removes its midnight; only its date counts.
	switch period {
	case model.Hour:
		return clockNext(t, time.Hour)
	case model.Week:
		return localMidnight(t.Year(), t.Month(), t.Day()+7, zone)
	case model.Month:
		return localMidnight(t.Year(), t.Month()+1, 1, zone)
	}
	return localMidnight(t.Year(), t.Month(), t.Day()+1, zone)
}
