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

// HeatmapCounts counts over two dimensions, each of time or the values of a property, and perhaps for each value of a breakdown; over one property
// in all.
type HeatmapCounts struct {
	ByValue
	heatmap *model.Heatmap
	times   cellTimes
	// grids have the counts of each group of values.
	grids [][]cellCount
	// visitor is the actor being counted.
	visitor int32
}

type cellCount struct {
	events, actors int64
	last           int32 // the last actor that was counted
}

// NewHeatmapCounts makes an empty count for the times in [from, to).
func NewHeatmapCounts(h *model.Heatmap, zone *time.Location, from, to time.Time, grouping Grouping) *HeatmapCounts {
	return &HeatmapCounts{
		ByValue: ByValue{grouping: grouping}, heatmap: h, times: newCellTimes(h, zone, from, to), grids: make([][]cellCount, MaxGroups),
	}
}

// grid returns the counts of a group of values.
func (c *HeatmapCounts) grid(group int) []cellCount {
	if c.grids[group] == nil {
		c.grids[group] = make([]cellCount, c.times.x.Size*c.times.y.Size)
	}
	return c.grids[group]
}

// Visit counts an actor and its events or, where events are counted, events of anyone.
func (c *HeatmapCounts) Visit(_ context.Context, events []Event) {
	if c.heatmap.Value == model.Events {
		c.addEvents(events)
		for i := range events {
			c.grid(c.grouping(events[i].Value))[c.times.cell(events[i].Time)].events++
		}
		return
	}
	c.addActor(events)
	c.visitor++
	for i := range events {
		cell := &c.grid(c.grouping(events[i].Value))[c.times.cell(events[i].Time)]
		cell.events++
		if cell.last != c.visitor {
			cell.last = c.visitor
			cell.actors++
		}
	}
}

// Add counts events at one time, of any actors.
func (c *HeatmapCounts) Add(us, events int64) { c.grid(0)[c.times.cell(us)].events += events }

// Merge adds another count, of other events and other actors.
func (c *HeatmapCounts) Merge(o *HeatmapCounts) {
	c.merge(&o.ByValue)
	for group, cells := range o.grids {
		for i := range cells {
			c.grid(group)[i].events += cells[i].events
			c.grid(group)[i].actors += cells[i].actors
		}
	}
}

// Cells returns the cells that have a count. Without a property, the ranking is nil.
func (c *HeatmapCounts) Cells(ranking *Ranking) []HeatmapCell {
	groups := map[int]Group{0: {}}
	if ranking != nil {
		groups = c.groups(ranking)
	}
	var cells []HeatmapCell
	for i, group := range groups {
		for at, n := range c.grids[i] {
			if n.events == 0 {
				continue
			}
			cell := HeatmapCell{X: c.times.x.First + at/c.times.y.Size, Y: c.times.y.First + at%c.times.y.Size, Events: n.events, Actors: n.actors}
			switch {
			case c.heatmap.X == model.ByProperty:
				cell.X, cell.XText = group.Place, group.Value
			case c.heatmap.Y == model.ByProperty:
				cell.Y, cell.YText = group.Place, group.Value
			default:
				cell.Part, cell.PartText = group.Place, group.Value
			}
			cells = append(cells, cell)
		}
	}
	return cells
}

// cellTimes finds the cell of a grid that a time lies in. An axis that is not of time has one place.
type cellTimes struct {
	clock *Clock
	x, y  TimeAxis
	// start is the first quarter hour of the table, which has the cells by quarter hour; nil where the zone's clock does not keep to them or
	// there are too many.
	start int64
	table []int32
}

const (
	quarterHour = 15 * 60 * 1_000_000
	// mostQuarters is how many quarter hours a table may have: ten years.
	mostQuarters = 10 * 366 * 96
)

func newCellTimes(h *model.Heatmap, zone *time.Location, from, to time.Time) cellTimes {
	c := cellTimes{clock: NewClock(zone, from, to), x: newCellAxis(h.X, zone, from, to), y: newCellAxis(h.Y, zone, from, to)}
	c.start = floorDiv(Microseconds(from), quarterHour)
	quarters := floorDiv(Microseconds(to), quarterHour) - c.start + 1
	if quarters > mostQuarters || !c.clock.keepsTo(quarterHour) {
		return c
	}
	for i := range quarters {
		// The first and the last one may begin and end outside the range.
		c.table = append(c.table, c.find(max(Microseconds(from), (c.start+i)*quarterHour)))
	}
	return c
}

func newCellAxis(d model.Dimension, zone *time.Location, from, to time.Time) TimeAxis {
	if !d.OfTime() {
		return TimeAxis{Dimension: d, Size: 1}
	}
	return NewTimeAxis(d, zone, from, to)
}

func (c *cellTimes) cell(us int64) int32 {
	if c.table != nil {
		return c.table[floorDiv(us, quarterHour)-c.start]
	}
	return c.find(us)
}

func (c *cellTimes) find(us int64) int32 {
	local := c.clock.Local(us)
	return int32(c.x.index(local)*c.y.Size + c.y.index(local))
}

// index returns a local time's place, from 0.
func (a TimeAxis) index(local int64) int {
	if !a.Dimension.OfTime() {
		return 0
	}
	return a.Place(local) - a.First
}
