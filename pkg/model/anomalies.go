package model

import "time"

// AnomaliesOutput is the frame that a query for anomalies returns.
type AnomaliesOutput string

// The outputs.
const (
	// BusyActors is a table of the actors with too many events at once, the busiest first: their highest count, and when.
	BusyActors AnomaliesOutput = "actors"
	// BusyActorCount is one number, how many such actors there are, 0 for none: what an alert rule or a stat panel takes.
	BusyActorCount AnomaliesOutput = "actor_count"
	// BusyActorPeaks is one number per actor, its highest count: an alert rule then has one alert for each.
	BusyActorPeaks AnomaliesOutput = "actor_peaks"
	// UnusualBuckets is a time series: the count of each bucket with its usual range, its score, and whether it is an anomaly.
	UnusualBuckets AnomaliesOutput = "buckets"
	// BucketScore is one number, the score of the last bucket that is over: what an alert rule takes.
	BucketScore AnomaliesOutput = "bucket_score"
)

// OfActors reports whether the output is about actors, and not about buckets.
func (o AnomaliesOutput) OfActors() bool {
	return o == BusyActors || o == BusyActorCount || o == BusyActorPeaks
}

// AnomaliesValue is what is counted in a bucket.
type AnomaliesValue string

// The values.
const (
	AnomalousEvents AnomaliesValue = "events"
	// AnomalousUsers counts each user once a bucket.
	AnomalousUsers AnomaliesValue = "users"
)

// AnomaliesInterval is the bucket.
type AnomaliesInterval string

// The intervals.
const (
	EveryQuarterHour AnomaliesInterval = "15m"
	EveryHour        AnomaliesInterval = "hour"
	EveryDay         AnomaliesInterval = "day"
)

// Limits of a query for anomalies.
const (
	// MaxBusyWindow is the longest window in which an actor's events are counted.
	MaxBusyWindow = 24 * time.Hour
	// MaxMoreThan is the largest number of events that an actor may be allowed.
	MaxMoreThan = 1_000_000
	// MaxBusyActors is the longest list of actors.
	MaxBusyActors = 1000
	// MinHistory is how many of the earlier weeks must be known: fewer numbers say nothing about their spread.
	MinHistory = 3
	MaxWeeks   = 12
	// MinActivity is the divisor of present activity: a week counts as known if it had at least a twentieth of it.
	MinActivity = 20
	// MinDeviations and MaxDeviations bound how far from the middle the usual range may reach.
	MinDeviations = 0.5
	MaxDeviations = 100
)

// Anomalies finds actors with too many events at once, or buckets that leave their usual range.
//
// Actors: an actor's count is its largest number of events in any window of the given length that ends in the panel's range. A window
// excludes its very start: two events exactly one window apart are not in the same window. Actors with a count of more than MoreThan are
// found.
//
// Buckets: the buckets that touch the panel's range, each counted whole, are compared with the same bucket of the week (the same weekday
// and local time) in the weeks before. Expected is the median of those, the score is how far the count is from it in deviations, and a
// bucket whose score is beyond Deviations, up or down, is an anomaly. This is the modified z-score of Iglewicz and Hoaglin (How to Detect
// and Handle Outliers, 1993; NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.5.17), who propose 3.5. A deviation is 1.4826
// times the median distance of those counts from their median, which is the standard deviation of normally distributed numbers. It is at
// least the square root of expected, by which a count of independent events varies, and at least 1: a few weeks that happen to be alike do
// not prove that all weeks are. A week whose bucket a clock change skips or shortens is left out, and so is a week that is not known. A
// week is known if, in the seven days before its bucket, the quarter hours with any event were at least one, and at least a twentieth as
// many as in the seven days before the bucket that is compared with it. So a new installation has no history, even if single events have
// wrong times. Where a clock change repeats a bucket, the first is taken. With fewer than 3 weeks left, and for buckets that are not over,
// there is no score.
type Anomalies struct {
	// EventSelector picks the events that count; any event by default.
	EventSelector
	// Output is actors (default), actor_count, actor_peaks, buckets or bucket_score.
	Output AnomaliesOutput `json:"output,omitempty"`
	// Actor is user (default) or session.
	Actor Actor `json:"actor,omitempty"`
	// Window is the time in which an actor's events are counted, at most 24h: a number and a unit out of s, m and h. Default 1m.
	Window string `json:"window,omitempty"`
	// MoreThan is the most events that an actor may have within a window, 1 to 1000000. Default 60.
	MoreThan int `json:"moreThan,omitempty"`
	// Limit is how many actors to list, 1 to 1000. Default 100.
	Limit int `json:"limit,omitempty"`
	// Value is events (default) or users.
	Value AnomaliesValue `json:"value,omitempty"`
	// Interval is the bucket: 15m, hour (default) or day.
	Interval AnomaliesInterval `json:"interval,omitempty"`
	// Weeks is how many earlier weeks tell what is usual, 3 to 12. Default 4.
	Weeks int `json:"weeks,omitempty"`
	// Deviations is how far from expected the usual range reaches, 0.5 to 100. Default 3.5.
	Deviations float64 `json:"deviations,omitempty"`
}

func (a *Anomalies) setDefaults() {
	setDefault(&a.Event, AnyEvent)
	setDefault(&a.Output, BusyActors)
	setDefault(&a.Actor, UserActor)
	setDefault(&a.Window, "1m")
	setDefault(&a.MoreThan, 60)
	setDefault(&a.Limit, 100)
	setDefault(&a.Value, AnomalousEvents)
	setDefault(&a.Interval, EveryHour)
	setDefault(&a.Weeks, 4)
	setDefault(&a.Deviations, 3.5)
}

func (a *Anomalies) validate(c *checker) {
	a.EventSelector.validate(c, "anomalies")
	oneOf(c, "anomalies.output", a.Output, BusyActors, BusyActorCount, BusyActorPeaks, UnusualBuckets, BucketScore)
	a.Actor.validate(c, "anomalies.actor")
	c.window("anomalies.window", a.window())
	c.count("anomalies.moreThan", a.MoreThan, 1, MaxMoreThan)
	c.count("anomalies.limit", a.Limit, 1, MaxBusyActors)
	oneOf(c, "anomalies.value", a.Value, AnomalousEvents, AnomalousUsers)
	oneOf(c, "anomalies.interval", a.Interval, EveryQuarterHour, EveryHour, EveryDay)
	c.count("anomalies.weeks", a.Weeks, MinHistory, MaxWeeks)
	if a.Deviations < MinDeviations || a.Deviations > MaxDeviations {
		c.invalid("anomalies.deviations", outOfRange(shortest(a.Deviations), MinDeviations, MaxDeviations))
	}
}

func (a *Anomalies) window() window { return window{a.Window, MaxBusyWindow, "24h"} }

// WindowDuration returns the window of a validated query.
func (a *Anomalies) WindowDuration() time.Duration { return a.window().duration() }
