package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/footfall-analytics/footfall/pkg/say"
)

// Cohorts says which start events put an actor into a cohort.
type Cohorts string

// The ways to form cohorts.
const (
	// FirstTime puts each actor into the bucket of its first start event ever, in all data.
	FirstTime Cohorts = "first_time"
	// Recurring puts each actor into every bucket with a start event, so that an actor can be in several cohorts.
	Recurring Cohorts = "recurring"
)

// RetentionWindows says where a period begins and ends.
type RetentionWindows string

// The windows.
const (
	// Calendar makes period p the p-th bucket after the cohort's.
	Calendar RetentionWindows = "calendar"
	// Rolling counts elapsed time from the actor's first start event of the cohort: period p begins p times 60 minutes, 24
	// hours or 7 times 24 hours after it. Months have no fixed length and cannot roll.
	Rolling RetentionWindows = "rolling"
)

// RetentionMode says when an actor counts as retained.
type RetentionMode string

// The retention modes.
const (
	// On counts return events in exactly the p-th period.
	On RetentionMode = "on"
	// OnOrAfter counts return events in the p-th period or any later one up to now.
	OnOrAfter RetentionMode = "on_or_after"
)

// RetentionOutput is the frame that a retention query returns.
type RetentionOutput string

// The outputs of a retention query.
const (
	// RetentionTable has one row per cohort, with its size and one share per column, and a row with the weighted mean.
	RetentionTable RetentionOutput = "table"
	// RetentionHeatmap is the same table for the heatmap panel.
	RetentionHeatmap RetentionOutput = "heatmap"
	// RetentionLong has one row per cell: cohort, period, size, users, share, complete.
	RetentionLong RetentionOutput = "long"
	// RetentionCurve is for the trend panel: over the periods, it has one line per cohort and one for the weighted mean. With a breakdown,
	// it has one line per value, the weighted mean.
	RetentionCurve RetentionOutput = "curve"
	// RetentionClassic has one row per cohort: new users, then the number and rate for each bracket; 1, 7 and 30 if none are given.
	RetentionClassic RetentionOutput = "classic"
	// RetentionRate is one number per breakdown value, the weighted mean of one column: what an alert rule or a stat panel takes.
	RetentionRate RetentionOutput = "rate"
	// RetentionActors lists the actors behind one cell.
	RetentionActors RetentionOutput = "actors"
)

// RetentionStatus says which actors of a cohort are listed.
type RetentionStatus string

// The statuses.
const (
	// Retained lists the actors that the cell counts.
	Retained RetentionStatus = "retained"
	// NotRetained lists the others of the cohort.
	NotRetained RetentionStatus = "not_retained"
	// Everyone lists the whole cohort.
	Everyone RetentionStatus = "all"
)

// Limits of a retention query.
const (
	// MaxPeriods is the largest number of columns.
	MaxPeriods = 120
	// MaxBracketPeriod is the last period that a bracket may name.
	MaxBracketPeriod = 366
	// MaxOccurrences is the largest number of return events that may be asked for.
	MaxOccurrences = 1000
)

// Retention asks how many actors come back, by cohort and period.
//
// Period 0 is the bucket of the start event. In it, a return event must come after the start event, unless Start and Return are the same.
// The cohorts are the buckets that touch the panel's range, each counted whole.
type Retention struct {
	Start  EventSelector `json:"start"`
	Return EventSelector `json:"return"`
	// Actor is user (default) or session.
	Actor Actor `json:"actor,omitempty"`
	// Cohorts is first_time (default) or recurring.
	Cohorts Cohorts `json:"cohorts,omitempty"`
	// Period is hour, day (default), week or month.
	Period Period `json:"period,omitempty"`
	// Periods is the number of columns, period 0 included: 1 to 120. Default 8. Brackets take its place.
	Periods int `json:"periods,omitempty"`
	// Brackets are columns of one or several periods, such as 1, 7 or 8-30, each beginning later than the one before it.
	Brackets []string `json:"brackets,omitempty"`
	// Windows is calendar (default) or rolling.
	Windows RetentionWindows `json:"windows,omitempty"`
	// Mode is on (default) or on_or_after.
	Mode RetentionMode `json:"mode,omitempty"`
	// MinOccurrences is how many return events it takes to be retained, within the cell's time: 1 (default) to 1000.
	MinOccurrences int `json:"minOccurrences,omitempty"`
	// Breakdown splits every cohort by a property of the start event that put the actor into it, or of the user's profile.
	Breakdown *Breakdown `json:"breakdown,omitempty"`
	// Output is table (default), heatmap, long, curve, classic, rate or actors.
	Output RetentionOutput `json:"output,omitempty"`
	// Column is the column for the rate or the list of actors, written as a period's number or a bracket. Default: 1, or the first bracket.
	Column string `json:"column,omitempty"`
	// Actors says which actors of the column to list.
	Actors *RetentionActorList `json:"actors,omitempty"`
}

// RetentionActorList picks actors of one cohort.
type RetentionActorList struct {
	// Cohort is the cohort's name, as the table shows it: 2026-03-02, or 2026-03, or 2026-03-02 15:00.
	Cohort string `json:"cohort"`
	// Status is retained (default), not_retained or all.
	Status RetentionStatus `json:"status,omitempty"`
	// Value is the row of the breakdown, as the table names it: a value, Other or (none). Left out: all rows.
	Value *string `json:"value,omitempty"`
}

// Bracket is a column of a retention query: the periods From to To, both inclusive.
type Bracket struct{ From, To int }

// String writes a bracket as a query does.
func (b Bracket) String() string {
	if b.From == b.To {
		return strconv.Itoa(b.From)
	}
	return fmt.Sprintf("%d-%d", b.From, b.To)
}

// Columns returns the columns of a validated retention query.
func (r *Retention) Columns() []Bracket {
	var columns []Bracket
	for i, text := range r.Brackets {
		b, problem := parseBracket(indexPath("retention.brackets", i), text)
		if problem != nil {
			panic("model: Columns of a retention query that was not validated: " + problem.Error())
		}
		columns = append(columns, b)
	}
	if len(r.Brackets) == 0 {
		for p := range r.Periods {
			columns = append(columns, Bracket{p, p})
		}
	}
	return columns
}

// ColumnIndex returns the index of Column among the columns, for a validated query with the output rate or actors.
func (r *Retention) ColumnIndex() int {
	for i, b := range r.Columns() {
		if b.String() == r.Column {
			return i
		}
	}
	panic("model: ColumnIndex of a retention query that was not validated")
}

// ClassicBrackets are the columns of the classic table if a query names none.
var ClassicBrackets = []string{"1", "7", "30"}

func (r *Retention) setDefaults() {
	setDefault(&r.Actor, UserActor)
	setDefault(&r.Cohorts, FirstTime)
	setDefault(&r.Period, Day)
	setDefault(&r.Periods, 8)
	setDefault(&r.Windows, Calendar)
	setDefault(&r.Mode, On)
	setDefault(&r.MinOccurrences, 1)
	setDefault(&r.Output, RetentionTable)
	if r.Output == RetentionClassic && len(r.Brackets) == 0 {
		r.Brackets = slices.Clone(ClassicBrackets)
	}
	switch {
	case len(r.Brackets) > 0:
		setDefault(&r.Column, r.Brackets[0])
	case r.Periods == 1:
		setDefault(&r.Column, "0")
	}
	setDefault(&r.Column, "1")
	if r.Actors != nil {
		setDefault(&r.Actors.Status, Retained)
	}
	r.Breakdown.setDefaults()
}

func (r *Retention) selectors() []*EventSelector { return []*EventSelector{&r.Start, &r.Return} }

func (r *Retention) validate(c *checker) {
	r.Start.validate(c, "retention.start")
	r.Return.validate(c, "retention.return")
	r.Actor.validate(c, "retention.actor")
	oneOf(c, "retention.cohorts", r.Cohorts, FirstTime, Recurring)
	oneOf(c, "retention.period", r.Period, Hour, Day, Week, Month)
	c.count("retention.periods", r.Periods, 1, MaxPeriods)
	r.validateBrackets(c)
	oneOf(c, "retention.windows", r.Windows, Calendar, Rolling)
	if r.Windows == Rolling && r.Period == Month {
		c.invalid("retention.windows", say.New("problem.rolling-months",
			"is rolling, but months have no fixed length; use calendar windows, or hours, days or weeks"))
	}
	oneOf(c, "retention.mode", r.Mode, On, OnOrAfter)
	c.count("retention.minOccurrences", r.MinOccurrences, 1, MaxOccurrences)
	r.Breakdown.validate(c, "retention.breakdown")
	r.validateOutput(c)
}

func (r *Retention) validateBrackets(c *checker) {
	if len(r.Brackets) > MaxPeriods {
		c.invalid("retention.brackets", say.New("problem.many-brackets", "has {{number}} entries; at most {{most}} are allowed", len(r.Brackets), MaxPeriods))
	}
	before := -1
	for i, text := range r.Brackets {
		at := indexPath("retention.brackets", i)
		b, problem := parseBracket(at, text)
		if !c.add(problem) {
			continue
		}
		if b.From <= before {
			c.invalid(at, say.New("problem.bracket-order",
				"is {{bracket}}, which begins no later than the bracket before it; put brackets in order", quote(text)))
		}
		before = b.From
	}
}

func parseBracket(field, text string) (Bracket, *Error) {
	first, last, isRange := strings.Cut(text, "-")
	if !isRange {
		last = first
	}
	from, err := strconv.Atoi(first)
	to, err2 := strconv.Atoi(last)
	b := Bracket{from, to}
	if err != nil || err2 != nil || from > to || to > MaxBracketPeriod || b.String() != text {
		return b, invalid(field, say.New("problem.no-bracket",
			"is {{bracket}}; write a number of periods such as 7, or a first and a later last one such as 8-30, from 0 to {{most}}",
			quote(text), MaxBracketPeriod))
	}
	return b, nil
}

func (r *Retention) validateOutput(c *checker) {
	oneOf(c, "retention.output", r.Output, RetentionTable, RetentionHeatmap, RetentionLong, RetentionCurve, RetentionClassic, RetentionRate, RetentionActors)
	r.validateColumn(c)
	if r.Actors == nil {
		if r.Output == RetentionActors {
			c.missing("retention.actors", say.New("problem.no-cohort", "is missing: name the cohort whose actors to list"))
		}
		return
	}
	c.text("retention.actors.cohort", r.Actors.Cohort)
	oneOf(c, "retention.actors.status", r.Actors.Status, Retained, NotRetained, Everyone)
	r.Breakdown.validateValue(c, "retention.actors.value", r.Actors.Value)
}

func (r *Retention) validateColumn(c *checker) {
	if r.Output != RetentionRate && r.Output != RetentionActors {
		return
	}
	if len(r.Brackets) > 0 {
		if !slices.Contains(r.Brackets, r.Column) {
			c.invalid("retention.column", say.New("problem.not-a-bracket", "is {{column}}; use one of the brackets: {{brackets}}", quote(r.Column), r.Brackets))
		}
		return
	}
	if p, err := strconv.Atoi(r.Column); err != nil || p < 0 || p >= r.Periods || strconv.Itoa(p) != r.Column {
		c.invalid("retention.column", say.New("problem.not-a-column", "is {{column}}; use 0 to {{last}}", quote(r.Column), r.Periods-1))
	}
}
