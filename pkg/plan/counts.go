package plan

import (
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// quarter is the grain in which closed days keep their counts of events.
const quarter = 15 * time.Minute

// Counting asks how many events a selector picks at which times. [Counting.Pieces] is for one that fits quarter hours.
type Counting struct {
	// Filters hold for all events.
	Filters  []model.Filter
	Selector *model.EventSelector
	model.Range
	// Zone is the time zone in which times are cut.
	Zone *time.Location
}

// Pieces chooses the sources of a counting: the quarter hours of closed days wherever they give the same answer, and raw events
// for the rest.
func (c *Counting) Pieces(days []Day) []Piece {
	whole := model.Range{From: c.From.UTC().Truncate(quarter), To: c.To.UTC().Truncate(quarter)}
	if whole.From.Before(c.From) {
		whole.From = whole.From.Add(quarter)
	}
	closed := Piece{Range: whole, Reason: say.New("reason.quarter-counts", "the event counts of days that are over, by quarter hour")}
	var pieces []Piece
	rest := c.Range
	raw := func(until time.Time) {
		if rest.From.Before(until) {
			pieces = append(pieces, Piece{Range: model.Range{From: rest.From, To: until}, Reason: say.New("reason.not-closed-parts", "days that are not closed, and parts of quarter hours")})
		}
	}
	for _, d := range days {
		from, to := maxTime(d.Start, whole.From), minTime(d.End, whole.To)
		if !d.Closed || !from.Before(to) {
			continue
		}
		raw(from)
		if d.touches(whole) {
			closed.Days = append(closed.Days, d.Start)
		}
		rest.From = to
	}
	raw(rest.To)
	if closed.Days != nil {
		pieces = append(pieces, closed)
	}
	return pieces
}

// FitsQuarters reports whether the counting can use quarter hours: it has no filters, and the zone is not cut at other times.
func (c *Counting) FitsQuarters() bool {
	return len(c.Filters) == 0 && len(c.Selector.Filters) == 0 && zoneGrain(c.Range, c.Zone) == quarter
}

// ReadQuarters plans the reading of a piece of closed days, as rows of (day, events), one per day and event type, see quarter_counts.
func (c *Counting) ReadQuarters(p Piece) Statement {
	var args arguments
	where := []string{"day = ANY(" + args.bind(p.Days, "date[]") + ")"}
	if c.Selector.Event != model.AnyEvent {
		where = append(where, "event_type = "+args.bind(c.Selector.Event, "text"))
	}
	sql := lines("SELECT day, events", "FROM quarter_counts", "WHERE "+all(where))
	return Statement{SQL: sql, Args: args, Source: closedDays, Reason: p.Reason}
}

// Quarters calls add with the number of events in each quarter hour of the piece, given a row of [Counting.ReadQuarters].
func (p Piece) Quarters(day time.Time, events []int32, add func(start time.Time, events int64)) {
	for i, n := range events {
		start := day.Add(time.Duration(i) * quarter)
		if n > 0 && !start.Before(p.From) && start.Before(p.To) {
			add(start, int64(n))
		}
	}
}
