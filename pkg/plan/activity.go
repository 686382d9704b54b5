package plan

import (
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// LifecycleBuckets returns the starts of the bucket before the range and of all buckets that touch it, and the end of the last one.
func LifecycleBuckets(l *model.Lifecycle, r model.Range, s Settings) ([]time.Time, error) {
	starts, err := Buckets("lifecycle.interval", r, l.Interval.Period(), s)
	if err != nil {
		return nil, err
	}
	before := bucketStart(starts[0].Add(-time.Nanosecond), l.Interval.Period(), s)
	return append([]time.Time{before}, starts...), nil
}

// LifecycleScan returns the scan for a lifecycle. It has no lower bound in time: only all earlier events tell who is new.
func LifecycleScan(q *model.Query, starts []time.Time, s Settings) Scan {
	return activityScan(q, &q.Lifecycle.EventSelector, model.Range{To: starts[len(starts)-1]}, s)
}

// StickinessBuckets returns the starts of the buckets that touch the range, and the end of the last one.
func StickinessBuckets(t *model.Stickiness, r model.Range, s Settings) ([]time.Time, error) {
	return Buckets("stickiness.interval", r, t.Interval, s)
}

// StickinessScan returns the scan of the events in the buckets.
func StickinessScan(q *model.Query, starts []time.Time, s Settings) Scan {
	return activityScan(q, &q.Stickiness.EventSelector, model.Range{From: starts[0], To: starts[len(starts)-1]}, s)
}

// activityScan returns the scan of the events that make users active, up to now.
func activityScan(q *model.Query, selector *model.EventSelector, r model.Range, s Settings) Scan {
	r.To = minTime(r.To, s.Now)
	return Scan{Actor: model.UserActor, Filters: q.Filters, Picks: []*model.EventSelector{selector}, Range: r}
}
