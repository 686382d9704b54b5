package model

// Cohorts says which start events put a user into a cohort.
type Cohorts string

// The ways to form cohorts.
const (
	// FirstTime puts each user into the bucket of the first start event ever, in all data.
	FirstTime Cohorts = "first_time"
	// Recurring puts each user into every bucket with a start event, so that a user can be in several cohorts.
	Recurring Cohorts = "recurring"
)

// Period is the size of a retention bucket, cut in the query's time zone.
type Period string

// The periods.
const (
	Hour  Period = "hour"
	Day   Period = "day"
	Week  Period = "week"
	Month Period = "month"
)

// RetentionMode says when a user counts as retained.
type RetentionMode string

// The retention modes.
const (
	// On counts a return event in exactly the p-th bucket after the cohort's.
	On RetentionMode = "on"
	// OnOrAfter counts a return event in the p-th bucket or any later one up to now.
	OnOrAfter RetentionMode = "on_or_after"
)

// RetentionOutput is the frame that a retention query returns.
type RetentionOutput string

// The outputs of a retention query.
const (
	// RetentionTable has one row a cohort: size and one share a period, and a row with the weighted mean.
	RetentionTable RetentionOutput = "table"
	// RetentionHeatmap is the same for the heatmap panel.
	RetentionHeatmap RetentionOutput = "heatmap"
	// RetentionLong has one row a cell: cohort, period, size, users, share, complete.
	RetentionLong RetentionOutput = "long"
)

// MaxPeriods is the largest number of periods.
const MaxPeriods = 120

// Retention asks how many users come back, by cohort and period.
//
// Period 0 is the bucket of the start event. There, a return event must come after the start event, unless Start and
// Return are the same. Cohorts are the buckets that touch the panel's range, each counted whole.
type Retention struct {
	Start  EventSelector `json:"start"`
	Return EventSelector `json:"return"`
	// Cohorts is first_time (default) or recurring.
	Cohorts Cohorts `json:"cohorts,omitempty"`
	// Period is day (default), week or month.
	Period Period `json:"period,omitempty"`
	// Periods is the number of columns, period 0 included: 1 to 120. Default 8.
	Periods int `json:"periods,omitempty"`
	// Mode is on (default) or on_or_after.
	Mode RetentionMode `json:"mode,omitempty"`
	// Output is table (default), heatmap or long.
	Output RetentionOutput `json:"output,omitempty"`
}

func (r *Retention) setDefaults() {
	if r.Cohorts == "" {
		r.Cohorts = FirstTime
	}
	if r.Period == "" {
		r.Period = Day
	}
	if r.Periods == 0 {
		r.Periods = 8
	}
	if r.Mode == "" {
		r.Mode = On
	}
	if r.Output == "" {
		r.Output = RetentionTable
	}
}

func (r *Retention) validate() error {
	if err := r.Start.validate("retention.start"); err != nil {
		return err
	}
	if err := r.Return.validate("retention.return"); err != nil {
		return err
	}
	if r.Cohorts != FirstTime && r.Cohorts != Recurring {
		return invalid("retention.cohorts", "is %q; use first_time or recurring", r.Cohorts)
	}
	if r.Period != Day && r.Period != Week && r.Period != Month {
		return invalid("retention.period", "is %q; use day, week or month", r.Period)
	}
	if r.Periods < 1 || r.Periods > MaxPeriods {
		return invalid("retention.periods", "is %d; use 1 to %d", r.Periods, MaxPeriods)
	}
	if r.Mode != On && r.Mode != OnOrAfter {
		return invalid("retention.mode", "is %q; use on or on_or_after", r.Mode)
	}
	switch r.Output {
	case RetentionTable, RetentionHeatmap, RetentionLong:
		return nil
	}
	return invalid("retention.output", "is %q; use table, heatmap or long", r.Output)
}
