package model

import (
	"math"
	"strconv"
	"strings"

	"github.com/footfall-analytics/footfall/pkg/say"
)

// Dimension is an axis of a heatmap. Dimensions of time are cut in the query's time zone.
type Dimension string

// The dimensions. An hour that a clock change repeats counts under the same hour of day both times.
const (
	HourOfDay Dimension = "hour"
	Weekday   Dimension = "weekday"
	Date      Dimension = "date"
	// CalendarMonth is a month of a year.
	CalendarMonth Dimension = "month"
	// ByProperty has the property's most frequent values first (by events, users or sessions: what is counted), the others together under
	// "Other", and events without the property under "(none)".
	ByProperty Dimension = "property"
	// ByBins cuts a property that is a number into bins of equal size.
	ByBins Dimension = "bins"
)

// OfTime reports whether the dimension is one of time.
func (d Dimension) OfTime() bool { return d != ByProperty && d != ByBins }

// HeatmapValue is what a heatmap counts.
type HeatmapValue string

// The values of a heatmap's cells.
const (
	Events HeatmapValue = "events"
	// Users counts each user once a cell.
	Users HeatmapValue = "users"
	// Sessions counts each session once a cell.
	Sessions HeatmapValue = "sessions"
	// EventsPerUser divides the cell's events that have a user by the cell's users.
	EventsPerUser HeatmapValue = "events_per_user"
)

// Heatmap counts events, users or sessions over two dimensions.
type Heatmap struct {
	// EventSelector picks the events that count; any event by default.
	EventSelector
	// X is hour (default), weekday, date, month, property or bins.
	X Dimension `json:"x,omitempty"`
	// Y is weekday (default), hour, date, month, property or bins; not the same as X.
	Y Dimension `json:"y,omitempty"`
	// XProperty and YProperty are the properties of the dimensions property and bins. They are not the same.
	XProperty string `json:"xProperty,omitempty"`
	YProperty string `json:"yProperty,omitempty"`
	// XLimit and YLimit are how many values of the dimension property get a place of their own, 1 to 50. Default 10.
	XLimit int `json:"xLimit,omitempty"`
	YLimit int `json:"yLimit,omitempty"`
	// XBins and YBins are the bins of the dimension bins.
	XBins *Bins `json:"xBins,omitempty"`
	YBins *Bins `json:"yBins,omitempty"`
	// Value is events (default), users, sessions or events_per_user.
	Value HeatmapValue `json:"value,omitempty"`
	// Breakdown makes a frame for each of the property's most frequent values (by events, users or sessions).
	Breakdown *Breakdown `json:"breakdown,omitempty"`
	// Elements lists, beside places on a page, what was there: the values of a property, such as metadata.element, with the most of the
	// events that are counted. Not with a breakdown.
	Elements *Breakdown `json:"elements,omitempty"`
	// Scroll says, beside places on a page, how far down users came. Not with a breakdown.
	Scroll *Scroll `json:"scroll,omitempty"`
}

// Scroll says how far down a page users came.
type Scroll struct {
	// EventSelector picks the events that say so; the event scroll by default. The heatmap's filters hold for them, too.
	EventSelector
	// Property is the deepest place, in the unit of the y axis, such as metadata.depth.
	Property string `json:"property"`
}

// Bins cut the numbers from Min to Max into parts of equal size. A number on the edge of two bins belongs to the upper one; the last bin
// includes its upper edge. Numbers outside the bins are left out.
type Bins struct {
	Min float64 `json:"min"`
	// Max is greater than Min.
	Max float64 `json:"max"`
	// Count is the number of bins, 1 to 100. Default 20, or as Size demands.
	Count int `json:"count,omitempty"`
	// Size is the size of a bin, instead of Count. The last bin then ends at Max or, where Size does not divide the numbers
	// evenly, above it.
	Size float64 `json:"size,omitempty"`
}

// Axis is what a heatmap says of one of its axes.
type Axis struct {
	Dimension Dimension
	Property  string
	Limit     int
	Bins      *Bins
}

// Axes returns the axes, x and y.
func (h *Heatmap) Axes() (x, y Axis) {
	return Axis{h.X, h.XProperty, h.XLimit, h.XBins}, Axis{h.Y, h.YProperty, h.YLimit, h.YBins}
}

func (h *Heatmap) setDefaults() {
	setDefault(&h.Event, AnyEvent)
	setDefault(&h.X, HourOfDay)
	setDefault(&h.Y, Weekday)
	setDefault(&h.Value, Events)
	if h.X == ByProperty {
		setDefault(&h.XLimit, 10)
	}
	if h.Y == ByProperty {
		setDefault(&h.YLimit, 10)
	}
	h.XBins.setDefaults()
	h.YBins.setDefaults()
	h.Breakdown.setDefaults()
	h.Elements.setDefaults()
	if h.Scroll != nil {
		setDefault(&h.Scroll.Event, "scroll")
	}
}

func (h *Heatmap) selectors() []*EventSelector {
	if h.Scroll != nil {
		return []*EventSelector{&h.EventSelector, &h.Scroll.EventSelector}
	}
	return h.EventSelector.selectors()
}

// IsPage reports whether the axes are the places of events on a page: numbers of properties that are called alike, but for x and y.
func (h *Heatmap) IsPage() bool {
	if h.X != ByBins || h.Y != ByBins {
		return false
	}
	across, isX := strings.CutSuffix(strings.ToLower(h.XProperty), "x")
	down, isY := strings.CutSuffix(strings.ToLower(h.YProperty), "y")
	return isX && isY && across == down
}

func (b *Bins) setDefaults() {
	if b != nil && b.Size == 0 {
		setDefault(&b.Count, 20)
	}
}

func (h *Heatmap) validate(c *checker) {
	h.EventSelector.validate(c, "heatmap")
	x, y := h.Axes()
	x.validate(c, "heatmap.x")
	y.validate(c, "heatmap.y")
	switch {
	case h.X.OfTime() && h.X == h.Y:
		c.invalid("heatmap.y", say.New("problem.same-dimension", "is {{dimension}}, the same as heatmap.x; choose two different dimensions", quote(h.Y)))
	case !h.X.OfTime() && !h.Y.OfTime() && h.XProperty == h.YProperty && h.XProperty != "":
		c.invalid("heatmap.yProperty", say.New("problem.same-property", "is {{property}}, the same as heatmap.xProperty; choose two different properties", quote(h.YProperty)))
	}
	oneOf(c, "heatmap.value", h.Value, Events, Users, Sessions, EventsPerUser)
	if h.Breakdown != nil {
		h.Breakdown.validate(c, "heatmap.breakdown")
		c.noSegment("heatmap.breakdown.property", h.Breakdown.Property)
	}
	if h.Elements != nil {
		h.Elements.validate(c, "heatmap.elements")
		c.noSegment("heatmap.elements.property", h.Elements.Property)
		h.validateBeside(c, "heatmap.elements.property")
	}
	if h.Scroll != nil {
		h.Scroll.validate(c, "heatmap.scroll")
		c.property("heatmap.scroll.property", h.Scroll.Property)
		h.validateBeside(c, "heatmap.scroll.property")
	}
}

// validateBeside refuses what stands beside a page where there is no page, or several.
func (h *Heatmap) validateBeside(c *checker, field string) {
	if !h.IsPage() {
		c.invalid(field, say.New("problem.no-page",
			"is given, but the axes are no places on a page: choose for both the numbers of a property, such as metadata.x and metadata.y, or remove it"))
	} else if h.Breakdown != nil {
		c.invalid(field, say.New("problem.beside-and-breakdown", "is given, and so is a breakdown; use one of them, and pick one value with a filter"))
	}
}

// validate takes the name of the axis's field; the names of its other fields begin with it.
func (a *Axis) validate(c *checker, field string) {
	oneOf(c, field, a.Dimension, HourOfDay, Weekday, Date, CalendarMonth, ByProperty, ByBins)
	if a.Dimension.OfTime() {
		return
	}
	c.property(field+"Property", a.Property)
	if a.Dimension == ByBins {
		a.Bins.validate(c, field+"Bins")
	} else {
		c.count(field+"Limit", a.Limit, 1, MaxBreakdownLimit)
	}
}

// Limits on where bins lie and how narrow they are, so that 64-bit numbers are exact enough.
const (
	MaxBinEdge  = 1_000_000_000
	MinBinsSpan = 0.001
)

func (b *Bins) validate(c *checker, field string) {
	if b == nil {
		c.missing(field, say.New("problem.no-bins", "is missing: the dimension bins needs min and max"))
		return
	}
	if math.Abs(b.Min) > MaxBinEdge || math.Abs(b.Max) > MaxBinEdge {
		c.invalid(field, say.New("problem.bin-edges", "reaches from {{min}} to {{max}}; use numbers between -{{edge}} and {{edge}}",
			shortest(b.Min), shortest(b.Max), MaxBinEdge))
	}
	if b.Max-b.Min < MinBinsSpan {
		c.invalid(field+".max", say.New("problem.bin-span", "is {{max}}; use a number at least {{span}} greater than min, which is {{min}}",
			shortest(b.Max), MinBinsSpan, shortest(b.Min)))
		return
	}
	if b.Size == 0 {
		c.count(field+".count", b.Count, 1, MaxBins)
		return
	}
	if b.Count != 0 {
		c.invalid(field+".size", say.New("problem.bin-size-and-count", "is set, and so is count; use one of them"))
	}
	if bins := (b.Max - b.Min) / b.Size; bins < 1 || bins-roundingError > MaxBins {
		c.invalid(field+".size", say.New("problem.bin-size",
			"is {{size}}, which does not cut {{min}} to {{max}} into 1 to {{most}} bins; use another size or use count",
			shortest(b.Size), shortest(b.Min), shortest(b.Max), MaxBins))
	}
}

func shortest(number float64) string { return strconv.FormatFloat(number, 'f', -1, 64) }

// roundingError is by how much a computed number of bins may be off: 1.1 / 0.1 is a little more than 11.
const roundingError = 1e-9

// Edges returns the edges of the bins, one more than there are bins, to nine decimal places.
func (b *Bins) Edges() []float64 {
	count, size := b.Count, b.Size
	if size == 0 {
		size = (b.Max - b.Min) / float64(count)
	} else {
		count = int(math.Ceil((b.Max-b.Min)/size - roundingError))
	}
	edges := make([]float64, count+1)
	for i := range edges {
		edges[i] = math.Round((b.Min+float64(i)*size)*1e9) / 1e9
	}
	return edges
}
