package model

import "github.com/footfall-analytics/footfall/pkg/say"

// TrendValue is what a trend counts.
type TrendValue string

// The values of a trend.
const (
	TrendEvents TrendValue = "events"
	// TrendUsers counts each user once a bucket.
	TrendUsers TrendValue = "users"
	// TrendSessions counts each session once a bucket.
	TrendSessions TrendValue = "sessions"
	// TrendUsers7Days counts the different users of the 7 days that end with the bucket, and TrendUsers30Days of the 30 days.
	TrendUsers7Days  TrendValue = "users_7_days"
	TrendUsers30Days TrendValue = "users_30_days"
)

// RollingDays returns over how many days users are counted; 0 if the value is not a rolling one.
func (v TrendValue) RollingDays() int {
	switch v {
	case TrendUsers7Days:
		return 7
	case TrendUsers30Days:
		return 30
	}
	return 0
}

// MaxSeries is the largest number of a trend's series.
const MaxSeries = 10

// Trend counts events, users or sessions over time, bucket by bucket. Buckets without any are 0, and future buckets are empty.
type Trend struct {
	// Series are what is counted, 1 to 10. Default: one series of any event.
	Series []TrendSeries `json:"series,omitempty"`
	// Value is events (default), users, sessions, users_7_days or users_30_days.
	Value TrendValue `json:"value,omitempty"`
	// Interval is the bucket: hour, day (default), week, month or auto. Not hour for users_7_days and users_30_days, whose auto is a day at least.
	Interval Interval `json:"interval,omitempty"`
	// Breakdown splits each series by the values of a property. The values are chosen for each series by what it counts over the
	// whole range.
	Breakdown *Breakdown `json:"breakdown,omitempty"`
}

// TrendSeries is one line of a trend.
type TrendSeries struct {
	EventSelector
	// Label is shown instead of the event's name. No two series may have the same title.
	Label string `json:"label,omitempty"`
}

// Title returns what a series is called on screen.
func (s *TrendSeries) Title() string {
	switch {
	case s.Label != "":
		return s.Label
	case s.Event == AnyEvent:
		return "any event"
	}
	return s.Event
}

func (t *Trend) setDefaults() {
	if len(t.Series) == 0 {
		t.Series = []TrendSeries{{EventSelector: EventSelector{Event: AnyEvent}}}
	}
	setDefault(&t.Value, TrendEvents)
	setDefault(&t.Interval, Daily)
	t.Breakdown.setDefaults()
}

// fit replaces an interval of Auto.
func (t *Trend) fit(r Range) {
	t.Interval = t.Interval.fit(r)
	if t.Value.RollingDays() > 0 && t.Interval == Hourly {
		t.Interval = Daily
	}
}

func (t *Trend) selectors() []*EventSelector {
	var all []*EventSelector
	for i := range t.Series {
		all = append(all, &t.Series[i].EventSelector)
	}
	return all
}

func (t *Trend) validate(c *checker) {
	if len(t.Series) > MaxSeries {
		c.invalid("trend.series", say.New("problem.series-count", "has {{number}} series; a trend has 1 to {{most}}", len(t.Series), MaxSeries))
	}
	t.validateSeries(c)
	oneOf(c, "trend.value", t.Value, TrendEvents, TrendUsers, TrendSessions, TrendUsers7Days, TrendUsers30Days)
	oneOf(c, "trend.interval", t.Interval, Hourly, Daily, Weekly, Monthly, Auto)
	if t.Value.RollingDays() > 0 && t.Interval == Hourly {
		c.invalid("trend.interval", say.New("problem.hours-of-days", "is hour, and {{value}} counts whole days; use day, week or month", t.Value))
	}
	t.Breakdown.validate(c, "trend.breakdown")
}

func (t *Trend) validateSeries(c *checker) {
	titles := map[string]int{"": -1} // series without an event have no title yet
	for i := range t.Series {
		s, at := &t.Series[i], indexPath("trend.series", i)
		s.validate(c, at)
		c.text(at+".label", s.Label)
		first, used := titles[s.Title()]
		if !used {
			titles[s.Title()] = i
		} else if first >= 0 {
			c.invalid(at+".label", say.New("problem.same-label", "makes it {{label}}, as trend.series[{{first}}] is called; give it a label of its own", quote(s.Title()), first))
		}
	}
}
