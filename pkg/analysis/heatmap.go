package analysis

import (
	"context"
	"slices"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// HeatmapCell is a cell of a heatmap that has a count. What its places mean depends on their dimension:
//   - hour: 0 to 23, weekday: 0 (Sunday) to 6, date: days since 1970-01-01, month: months since the year 0;
//   - property: the rank of the value from 0, or [OtherPlace] or [NonePlace];
//   - bins: the bin from 0, or [OutsidePlace] or [NoNumberPlace], whose cells are left out.
//
// The breakdown's place is like a property's; 0 without a breakdown.
type HeatmapCell struct {
	X     int    `db:"x"`
	XText string `db:"x_text"`
	Y     int    `db:"y"`
	YText string `db:"y_text"`
	// Part is the place of the breakdown's value.
	Part     int    `db:"part"`
	PartText string `db:"part_text"`
	// Actors are the different users or sessions; 0 where events are counted.
	Actors int64 `db:"actors"`
	// Events are the events in the cell; where users or sessions are counted, only events that have one.
	Events int64 `db:"events"`
}

// Heatmap is the answer to a heatmap query.
type Heatmap struct {
	// Cells may come in several parts where events are counted.
	Cells []HeatmapCell
	// Elements are listed beside a page, and Depths say how far down users came; empty unless the query asks for them.
	Elements []Element
	Depths   []Depth
}

// Element is what events on a page happened to.
type Element struct {
	// Place is the rank of the value Text from 0, or [OtherPlace] or [NonePlace].
	Place  int    `db:"place"`
	Text   string `db:"text"`
	Events int64  `db:"events"`
	// Users are different ones; events of nobody have none.
	Users int64 `db:"users"`
	// Left, Right, Top and Bottom are the first and last bins in which its events lie.
	Left   int `db:"left"`
	Right  int `db:"right"`
	Top    int `db:"top"`
	Bottom int `db:"bottom"`
}

// Depth is how many users came down a page so far that their deepest place reached this number of edges of the bins, from 0 to all.
type Depth struct {
	Edges int   `db:"edges"`
	Users int64 `db:"users"`
}

// Places that are not bins.
const (
	OutsidePlace  = -1
	NoNumberPlace = -2
)

// TimeAxis is a dimension of time within a range: Size places, from First on.
type TimeAxis struct {
	Dimension   model.Dimension
	First, Size int
}

// NewTimeAxis returns the axis for the times in [from, to).
func NewTimeAxis(d model.Dimension, zone *time.Location, from, to time.Time) TimeAxis {
	switch d {
	case model.HourOfDay:
		return TimeAxis{d, 0, 24}
	case model.Weekday:
		return TimeAxis{d, 0, 7}
	}
	clock := NewClock(zone, from, to)
	a := TimeAxis{Dimension: d}
	a.First = a.Place(clock.Local(Microseconds(from)))
	a.Size = a.Place(clock.Local(Microseconds(to.Add(-time.Nanosecond)))) - a.First + 1
	return a
}

// Place returns the place of a local time, see [Clock.Local].
func (a TimeAxis) Place(local int64) int {
	const day = 86400
	switch a.Dimension {
	case model.HourOfDay:
		return int((local - floorDiv(local, day)*day) / 3600)
	case model.Weekday:
		days := floorDiv(local, day) + int64(time.Thursday)
		return int(days - floorDiv(days, 7)*7)
	case model.Date:
		return int(floorDiv(local, day))
	}
	year, month, _ := time.Unix(local, 0).UTC().Date()
	return 12*year + int(month) - 1
}

// holds reports whether a place is on the axis.
func (a TimeAxis) holds(place int) bool { return place >= a.First && place < a.First+a.Size }

// OutsideRange reports whether a cell lies outside the range: then the database has other rules for the time zone.
func OutsideRange(h *model.Heatmap, zone *time.Location, from, to time.Time, cells []HeatmapCell) bool {
	outside := func(d model.Dimension, place func(HeatmapCell) int) bool {
		if !d.OfTime() {
			return false
		}
		axis := NewTimeAxis(d, zone, from, to)
		return slices.ContainsFunc(cells, func(c HeatmapCell) bool { return !axis.holds(place(c)) })
	}
	return outside(h.X, func(c HeatmapCell) int { return c.X }) || outside(h.Y, func(c HeatmapCell) int { return c.Y })
}

// HeatmapCounts counts over two dimensions of time.
type HeatmapCounts struct {
	clock *Clock
	x, y  TimeAxis
	cells []cellCount
	actor int32
}

type cellCount struct {
	events, actors int64
	last           int32 // the last actor that was counted
}

// NewHeatmapCounts makes an empty count for the times in [from, to).
func NewHeatmapCounts(h *model.Heatmap, zone *time.Location, from, to time.Time) *HeatmapCounts {
	x, y := NewTimeAxis(h.X, zone, from, to), NewTimeAxis(h.Y, zone, from, to)
	return &HeatmapCounts{clock: NewClock(zone, from, to), x: x, y: y, cells: make([]cellCount, x.Size*y.Size)}
}

func (c *HeatmapCounts) cell(us int64) *cellCount {
	local := c.clock.Local(us)
	return &c.cells[(c.x.Place(local)-c.x.First)*c.y.Size+c.y.Place(local)-c.y.First]
}

// Visit counts an actor and its events.
func (c *HeatmapCounts) Visit(_ context.Context, events []Event) {
	c.actor++
	for i := range events {
		cell := c.cell(events[i].Time)
		cell.events++
		if cell.last != c.actor {
			cell.last = c.actor
			cell.actors++
		}
	}
}

// Add counts events at one time, of any actors.
func (c *HeatmapCounts) Add(us, events int64) { c.cell(us).events += events }

// Merge adds another count, of other events and other actors.
func (c *HeatmapCounts) Merge(o *HeatmapCounts) {
	for i := range c.cells {
		c.cells[i].events += o.cells[i].events
		c.cells[i].actors += o.cells[i].actors
	}
}

// Cells returns the cells that have a count.
func (c *HeatmapCounts) Cells() []HeatmapCell {
	var cells []HeatmapCell
	for i, n := range c.cells {
		if n.events > 0 {
			cells = append(cells, HeatmapCell{X: c.x.First + i/c.y.Size, Y: c.y.First + i%c.y.Size, Events: n.events, Actors: n.actors})
		}
	}
	return cells
}
