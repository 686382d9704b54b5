package twin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Case is a published worked example: a question, the events, and the answer that its source gives.
type Case struct {
	ID, Source string
	// Reason says why the query model cannot express the case; then only ID and Source are set besides.
	Reason   string
	Query    *model.Query
	World    World
	Range    Range
	Settings Settings
	expected caseExpected
}

// The vocabulary of the file, all of it: an unknown word is an error, lest a case be misread.
type (
	caseFile struct {
		ID, Kind, Source, Notes string
		Events                  []caseEvent
		Definition              caseDefinition
		Expected                caseExpected
		Derived                 []string
	}
	caseEvent struct {
		User, Event string
		Time        time.Time
		Props       map[string]any
	}
	caseSelector struct {
		// Event is null for any event.
		Event     *string
		Filters   []struct{ Key, Op, Value string }
		FirstTime string `json:"first_time"`
	}
	caseDefinition struct {
		TimeZone  string
		WeekStart string `json:"week_start"`
		DateFrom  string `json:"date_from"`
		DateTo    string `json:"date_to"`
		// Funnels.
		Steps  []caseSelector
		Window struct {
			Value int
			Unit  string
		}
		Order, Entry, Output string
		Exclusions           []struct {
			caseSelector
			FromStep int `json:"from_step"`
			ToStep   int `json:"to_step"`
		}
		Interval string
		BinCount int `json:"bin_count"`
		FromStep int `json:"from_step"`
		ToStep   int `json:"to_step"`
		// Retention.
		Period                       string
		Intervals                    int
		Start, Return                caseSelector
		Cohorting, Criteria, Windows string
		Brackets                     []int
		MinimumOccurrences           int `json:"minimum_occurrences"`
		// Both.
		Breakdown *struct {
			Key, Attribution, Scope string
			SameValue               bool `json:"same_value_on_return"`
		}
	}
	caseExpected struct {
		Counts          []int
		BreakdownCounts map[string][]int `json:"breakdown_counts"`
		Median          []*float64       `json:"median_seconds_from_previous_step"`
		// Matrix has a row a cohort, from FirstCohort on; Rows names the cohorts. The first column is the cohort's size.
		FirstCohort string `json:"first_cohort"`
		Matrix      [][]int
		Rows        map[string][]int
		// What follows, no query of the model answers.
		Mean            any `json:"avg_seconds_from_previous_step"`
		UsersAtStep     any `json:"users_at_step"`
		BreakdownMatrix any `json:"breakdown_matrix"`
		Bins            any
		Trend           []struct {
			Period             string
			Entered, Converted int
			Rate               float64
		}
		AverageSeconds any `json:"avg_seconds"`
	}
)

// LoadCases reads a file of worked examples. The order is the file's.
func LoadCases(path string) ([]Case, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var files []caseFile
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&files); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var cases []Case
	for _, f := range files {
		c, err := f.load()
		if err != nil {
			return nil, fmt.Errorf("%s: case %s: %w", path, f.ID, err)
		}
		cases = append(cases, c)
	}
	return cases, nil
}

func (f *caseFile) load() (Case, error) {
	c := Case{ID: f.ID, Source: f.Source, expected: f.Expected}
	for _, e := range f.Events {
		c.World.Events = append(c.World.Events, Event{
			Time: e.Time, User: e.User, Type: e.Event, Metadata: e.Props,
			ID: fmt.Sprintf("00000000-0000-4000-8000-%012x", len(c.World.Events)),
		})
	}
	if err := f.setting(&c); err != nil {
		return c, err
	}
	if c.Reason = f.inexpressible(c.Range.From); c.Reason != "" {
		return Case{ID: c.ID, Source: c.Source, Reason: c.Reason}, nil
	}
	q, err := f.query()
	if err != nil {
		return c, err
	}
	c.Query = normal(q)
	return c, nil
}

// inexpressible says what a case needs that the query model does not have.
func (f *caseFile) inexpressible(from time.Time) string {
	d := &f.Definition
	startsBefore := slices.ContainsFunc(f.Events, func(e caseEvent) bool {
		return e.Time.Before(from) && (d.Start.Event == nil || *d.Start.Event == e.Event)
	})
	reasons := []struct {
		holds  bool
		reason string
	}{
		{d.Order == "strict", "a strict funnel in which events of any kind count as between"},
		{d.Order == "unordered", "a funnel in unordered order"},
		{d.Output == "time_to_convert", "a histogram of the time between two steps of a longer funnel"},
		{slices.ContainsFunc(d.Steps, func(s caseSelector) bool { return s.FirstTime != "" }), "a step that takes a user's first event ever only"},
		{d.Entry != "" && d.Entry != "any_start", "a funnel entered at " + d.Entry},
		{f.Kind == "funnel" && d.Breakdown != nil && d.Breakdown.Attribution != "step_0", "a breakdown by another step than the first"},
		{f.Kind == "retention" && d.Breakdown != nil && d.Breakdown.SameValue, "a breakdown whose value the return event must share"},
		{d.Cohorting == "first_in_range" && startsBefore, "cohorts by the first start event in the range, with earlier ones before it"},
		{d.Cohorting == "first_ever" && len(d.Start.Filters) > 0, "cohorts by the first event ever, whether the filters hold for it or not"},
	}
	for _, r := range reasons {
		if r.holds {
			return r.reason
		}
	}
	return ""
}

// setting reads time zone, week start and range. The question is asked long after the last event, since the sources
// count what lies ahead as 0.
func (f *caseFile) setting(c *Case) (err error) {
	d := &f.Definition
	weekdays := map[string]time.Weekday{"": time.Monday, "monday": time.Monday, "sunday": time.Sunday, "saturday": time.Saturday}
	c.Settings.WeekStart = weekdays[d.WeekStart]
	zone := d.TimeZone
	if zone == "" {
		zone = "UTC"
	}
	if c.Settings.Zone, err = time.LoadLocation(zone); err != nil {
		return err
	}
	c.Range = Range{From: f.Events[0].Time, To: c.World.last().Add(time.Second)}
	for _, e := range f.Events {
		if e.Time.Before(c.Range.From) {
			c.Range.From = e.Time
		}
	}
	from := d.DateFrom
	if from == "" {
		from = f.Expected.FirstCohort
	}
	if from != "" {
		if c.Range.From, _, err = moment(from, c.Settings.Zone); err != nil {
			return err
		}
	}
	if d.DateTo != "" {
		if _, c.Range.To, err = moment(d.DateTo, c.Settings.Zone); err != nil {
			return err
		}
	}
	c.Settings.Now = c.Range.To.AddDate(1, 0, 0)
	return nil
}

// moment reads a time or a date, and gives its beginning and end.
func moment(text string, zone *time.Location) (begin, end time.Time, err error) {
	if t, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		return t, t.AddDate(0, 0, 1), nil
	}
	if local, ok := strings.CutSuffix(text, " local"); ok {
		t, err := time.ParseInLocation(time.DateTime, local, zone)
		return t, t.Add(time.Millisecond), err
	}
	t, err := time.Parse(time.RFC3339, text)
	return t, t.Add(time.Millisecond), err
}

func (f *caseFile) query() (q model.Query, err error) {
	d := &f.Definition
	q.TimeZone = d.TimeZone
	if f.Kind == "retention" {
		r := model.Retention{
			Cohorts: model.FirstTime, Period: model.Period(d.Period), Periods: d.Intervals, Mode: model.RetentionMode(d.Criteria),
			MinOccurrences: d.MinimumOccurrences, Brackets: brackets(d.Brackets),
		}
		if d.Windows == "rolling_24h" {
			r.Windows = model.Rolling
		}
		if d.Cohorting == "recurring" {
			r.Cohorts = model.Recurring
		}
		q.QueryType, q.Retention = model.RetentionType, &r
		if r.Start, err = d.Start.selector(); err == nil {
			r.Return, err = d.Return.selector()
		}
		return q, err
	}
	units := map[string]string{"second": "s", "minute": "m", "hour": "h", "day": "d", "week": "w"}
	q.QueryType, q.Funnel = model.FunnelType, &model.Funnel{Window: fmt.Sprintf("%d%s", d.Window.Value, units[d.Window.Unit])}
	for _, s := range d.Steps {
		selector, err := s.selector()
		if err != nil {
			return q, err
		}
		q.Funnel.Steps = append(q.Funnel.Steps, model.FunnelStep{EventSelector: selector})
	}
	for _, x := range d.Exclusions {
		selector, err := x.selector()
		if err != nil {
			return q, err
		}
		q.Funnel.Exclusions = append(q.Funnel.Exclusions, model.Exclusion{EventSelector: selector, From: x.FromStep + 1, To: x.ToStep + 1})
	}
	if d.Output == "trends" {
		q.Funnel.Output, q.Funnel.Interval = model.FunnelTrend, model.Interval(d.Interval)
	}
	if d.Breakdown != nil {
		q.Funnel.Breakdown = &model.Breakdown{Property: "metadata." + d.Breakdown.Key}
	}
	return q, nil
}

// brackets writes consecutive brackets of so many periods each, from period 1 on.
func brackets(lengths []int) []string {
	var texts []string
	next := 1
	for _, n := range lengths {
		texts = append(texts, fmt.Sprintf("%d-%d", next, next+n-1))
		next += n
	}
	return texts
}

func (s *caseSelector) selector() (model.EventSelector, error) {
	selector := model.EventSelector{Event: model.AnyEvent}
	if s.Event != nil {
		selector.Event = *s.Event
	}
	operators := map[string]model.Operator{"eq": model.Equal, "neq": model.NotEqual}
	for _, f := range s.Filters {
		operator, ok := operators[f.Op]
		if !ok {
			return selector, fmt.Errorf("the operator %q is unknown", f.Op)
		}
		selector.Filters = append(selector.Filters, model.Filter{Property: "metadata." + f.Key, Operator: operator, Values: []string{f.Value}})
	}
	return selector, nil
}

// Check compares an answer with what the case's source says.
func (c *Case) Check(a Answer) error {
	if c.Query.QueryType == model.RetentionType {
		return c.checkRetention(a.Retention)
	}
	if c.expected.Trend != nil {
		return c.checkTrend(FunnelTrend(c.Query, c.World, c.Range, c.Settings))
	}
	groups := c.expected.BreakdownCounts
	if groups == nil {
		groups = map[string][]int{"": c.expected.Counts}
	}
	if want := len(groups) * len(c.Query.Funnel.Steps); len(a.Funnel) != want {
		return fmt.Errorf("%d rows, want %d", len(a.Funnel), want)
	}
	for _, row := range a.Funnel {
		i := row.Step - 1
		if want := groups[row.Breakdown]; i >= len(want) || row.Users != want[i] {
			return fmt.Errorf("%q has %d users at step %d, want %v", row.Breakdown, row.Users, row.Step, want)
		}
		if i > 0 && i < len(c.expected.Median) {
			if want := c.expected.Median[i]; row.MedianSeconds == nil || math.Abs(*row.MedianSeconds-*want) > 1e-6 {
				return fmt.Errorf("median time to step %d is not %v", row.Step, *want)
			}
		}
	}
	return nil
}

// checkRetention compares a matrix whose first column is the cohorts' sizes: it stands for period 0, or comes before the brackets.
func (c *Case) checkTrend(buckets []FunnelBucket) error {
	if len(buckets) != len(c.expected.Trend) {
		return fmt.Errorf("%d buckets, want %d", len(buckets), len(c.expected.Trend))
	}
	for i, want := range c.expected.Trend {
		b := buckets[i]
		if b.Start.Format(time.DateOnly) != want.Period || b.Entered != want.Entered || b.Converted != want.Converted {
			return fmt.Errorf("bucket %d is %+v, want %+v", i, b, want)
		}
	}
	return nil
}

func (c *Case) checkRetention(groups []Matrix) error {
	if len(groups) != 1 {
		return fmt.Errorf("%d groups, want one", len(groups))
	}
	want, err := c.expectedCohorts()
	if err != nil {
		return err
	}
	if c.expected.Rows == nil && len(groups[0].Cohorts) != len(want) {
		return fmt.Errorf("%d cohorts, want %d", len(groups[0].Cohorts), len(want))
	}
	bracketed := 0
	if len(c.Query.Retention.Brackets) > 0 {
		bracketed = 1
	}
	for _, cohort := range groups[0].Cohorts {
		start := cohort.Start.UTC()
		for i, users := range want[start] {
			if i == 0 && cohort.Size() != users || i > 0 && cohort.Cells[i-bracketed].Users != users {
				return fmt.Errorf("cohort %s is %d, %v; want %v", start, cohort.Size(), cohort.Cells, want[start])
			}
		}
		delete(want, start)
	}
	if len(want) > 0 {
		return fmt.Errorf("the cohorts %v are missing", want)
	}
	return nil
}

// expectedCohorts returns the rows that the source gives, by the start of their cohort in UTC.
func (c *Case) expectedCohorts() (map[time.Time][]int, error) {
	want := map[time.Time][]int{}
	for name, row := range c.expected.Rows {
		start, _, err := moment(name, c.Settings.Zone)
		if err != nil {
			return nil, err
		}
		want[start.UTC()] = row
	}
	for i, row := range c.expected.Matrix {
		start, _, err := moment(c.expected.FirstCohort, c.Settings.Zone)
		if err != nil {
			return nil, err
		}
		switch c.Query.Retention.Period {
		case model.Hour:
			start = start.Add(time.Duration(i) * time.Hour)
		case model.Week:
			start = start.AddDate(0, 0, 7*i)
		default:
			start = start.AddDate(0, 0, i)
		}
		want[start.UTC()] = row
	}
	return want, nil
}
