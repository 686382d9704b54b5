package twin

import (
	"cmp"
	"slices"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Kind says what a group of a funnel's users is.
type Kind string

// The kinds of groups, in the order of their rows.
const (
	// All is the one group of a funnel without a breakdown.
	All Kind = "all"
	// Value is a breakdown value with a row of its own.
	Value Kind = "value"
	// Other is what lies beyond the breakdown's limit.
	Other Kind = "other"
	// None is the users whose first event lacks the property.
	None Kind = "none"
)

// FunnelRow is one step of one group.
type FunnelRow struct {
	// Breakdown is the value of a group of kind value.
	Breakdown string
	Kind      Kind
	// Step counts from 1.
	Step int
	// Users reached the step; Dropped and InProgress are those of them who came no further. Both are 0 at the last step.
	Users, Dropped, InProgress int
	// MedianSeconds is the time since the step before; nil at the first step and where nobody is.
	MedianSeconds *float64
}

// journey is how far one user came.
type journey struct {
	// chain holds the time of each step that the user's chain reached.
	chain      []time.Time
	inProgress bool
	kind       Kind
	value      string
}

// Funnel answers a funnel query.
func Funnel(q *model.Query, w World, r Range, _ Settings) []FunnelRow {
	steps := len(q.Funnel.Steps)
	var journeys []journey
	for _, events := range w.byUser() {
		if j, ok := travel(q, events, r, w.last()); ok {
			journeys = append(journeys, j)
		}
	}
	if q.Funnel.Breakdown == nil {
		return groupRows(steps, journeys, All, "")
	}
	own := topValues(journeys, q.Funnel.Breakdown.Limit)
	var rows []FunnelRow
	for _, value := range own {
		rows = append(rows, groupRows(steps, having(journeys, func(j journey) bool { return j.kind == Value && j.value == value }), Value, value)...)
	}
	if others := having(journeys, func(j journey) bool { return j.kind == Value && !slices.Contains(own, j.value) }); len(others) > 0 {
		rows = append(rows, groupRows(steps, others, Other, "")...)
	}
	if none := having(journeys, func(j journey) bool { return j.kind == None }); len(none) > 0 {
		rows = append(rows, groupRows(steps, none, None, "")...)
	}
	return rows
}

// travel follows one user; false if the user has no first step in the range.
func travel(q *model.Query, events []Event, r Range, worldEnd time.Time) (journey, bool) {
	times := make([][]time.Time, len(q.Funnel.Steps))
	for k, step := range q.Funnel.Steps {
		for _, e := range events {
			if picks(q, step.EventSelector, e) && (k > 0 || r.contains(e.Time)) {
				times[k] = append(times[k], e.Time)
			}
		}
		times[k] = slices.CompactFunc(times[k], time.Time.Equal)
	}
	if len(times[0]) == 0 {
		return journey{}, false
	}
	window := q.Funnel.WindowDuration()
	j := journey{chain: bestChain(times, window)}
	latestStart := times[0][len(times[0])-1]
	j.inProgress = len(j.chain) < len(times) && !latestStart.Add(window).Before(worldEnd)
	if b := q.Funnel.Breakdown; b != nil {
		j.kind, j.value = breakdownValue(q, events, j.chain[0])
	}
	return j, true
}

// bestChain tries every chain there is.
func bestChain(times [][]time.Time, window time.Duration) []time.Time {
	var best []time.Time
	var extend func(chain []time.Time)
	extend = func(chain []time.Time) {
		if better(chain, best) {
			best = slices.Clone(chain)
		}
		k := len(chain)
		if k == len(times) {
			return
		}
		for _, t := range times[k] {
			if k == 0 || t.After(chain[k-1]) && t.Sub(chain[0]) <= window {
				extend(append(chain, t))
			}
		}
	}
	extend(nil)
	return best
}

// better prefers the deeper chain, then the earlier end, then the later start, then, from the end backwards, the later
// step.
func better(a, b []time.Time) bool {
	if len(a) != len(b) || len(a) == 0 {
		return len(a) > len(b)
	}
	last := len(a) - 1
	order := cmp.Or(b[last].Compare(a[last]), a[0].Compare(b[0]))
	for k := last - 1; k > 0 && order == 0; k-- {
		order = a[k].Compare(b[k])
	}
	return order > 0
}

// breakdownValue is the property of the event that fills the first step. Among events of the very same time that could,
// the smallest value counts.
func breakdownValue(q *model.Query, events []Event, start time.Time) (Kind, string) {
	var values []string
	for _, e := range events {
		if e.Time.Equal(start) && picks(q, q.Funnel.Steps[0].EventSelector, e) {
			if value, set := property(e, q.Funnel.Breakdown.Property); set {
				values = append(values, value)
			}
		}
	}
	if len(values) == 0 {
		return None, ""
	}
	return Value, slices.Min(values)
}

// topValues are the breakdown values with the most users, most first; of equals, the smaller value first.
func topValues(journeys []journey, limit int) []string {
	users := map[string]int{}
	for _, j := range journeys {
		if j.kind == Value {
			users[j.value]++
		}
	}
	var values []string
	for value := range users {
		values = append(values, value)
	}
	slices.SortFunc(values, func(a, b string) int { return cmp.Or(users[b]-users[a], cmp.Compare(a, b)) })
	return values[:min(limit, len(values))]
}

func having(journeys []journey, keep func(journey) bool) []journey {
	var kept []journey
	for _, j := range journeys {
		if keep(j) {
			kept = append(kept, j)
		}
	}
	return kept
}

func groupRows(steps int, group []journey, kind Kind, value string) []FunnelRow {
	rows := make([]FunnelRow, steps)
	for i := range rows {
		row := &rows[i]
		*row = FunnelRow{Breakdown: value, Kind: kind, Step: i + 1}
		var seconds []float64
		for _, j := range group {
			if len(j.chain) < row.Step {
				continue
			}
			row.Users++
			if i > 0 {
				seconds = append(seconds, j.chain[i].Sub(j.chain[i-1]).Seconds())
			}
			switch {
			case len(j.chain) > row.Step || row.Step == steps:
			case j.inProgress:
				row.InProgress++
			default:
				row.Dropped++
			}
		}
		row.MedianSeconds = median(seconds)
	}
	return rows
}

// median lies halfway between the middle two of an even number of values; nil of none.
func median(values []float64) *float64 {
	if len(values) == 0 {
		return nil
	}
	slices.Sort(values)
	n := len(values)
	m := (values[(n-1)/2] + values[n/2]) / 2
	return &m
}
