package model

// Dimension is an axis of a heatmap, cut in the query's time zone.
type Dimension string

// The dimensions. An hour that a clock change repeats counts under one and the same hour of day.
const (
	HourOfDay Dimension = "hour"
	Weekday   Dimension = "weekday"
	Date      Dimension = "date"
)

// HeatmapValue is what a heatmap counts.
type HeatmapValue string

// The values of a heatmap's cells.
const (
	Events HeatmapValue = "events"
	// Users counts each user once a cell.
	Users HeatmapValue = "users"
)

// Heatmap counts events or users over two dimensions of time.
type Heatmap struct {
	// EventSelector picks the events that count; any event by default.
	EventSelector
	// X is hour (default), weekday or date.
	X Dimension `json:"x,omitempty"`
	// Y is weekday (default), hour or date; not the same as X.
	Y Dimension `json:"y,omitempty"`
	// Value is events (default) or users.
	Value HeatmapValue `json:"value,omitempty"`
}

func (h *Heatmap) setDefaults() {
	if h.Event == "" {
		h.Event = AnyEvent
	}
	if h.X == "" {
		h.X = HourOfDay
	}
	if h.Y == "" {
		h.Y = Weekday
	}
	if h.Value == "" {
		h.Value = Events
	}
}

func (h *Heatmap) validate() error {
	if err := h.EventSelector.validate("heatmap"); err != nil {
		return err
	}
	if err := h.X.validate("heatmap.x"); err != nil {
		return err
	}
	if err := h.Y.validate("heatmap.y"); err != nil {
		return err
	}
	if h.X == h.Y {
		return invalid("heatmap.y", "is %q, the same as heatmap.x; choose two different dimensions", h.Y)
	}
	if h.Value != Events && h.Value != Users {
		return invalid("heatmap.value", "is %q; use events or users", h.Value)
	}
	return nil
}

func (d Dimension) validate(field string) error {
	if d != HourOfDay && d != Weekday && d != Date {
		return invalid(field, "is %q; use hour, weekday or date", d)
	}
	return nil
}
