package frames

import "github.com/grafana/grafana-plugin-sdk-go/data"

// View is the form in which the Footfall panel draws an answer, unless its options say otherwise. src/panel/views has one for each.
type View string

const (
	// FunnelView draws the steps of a funnel, with who was lost between them.
	FunnelView View = "funnel"
	// CohortsView draws a triangle: a row for each cohort, a cell for each period.
	CohortsView View = "cohorts"
	// GridView draws cells of two axes, such as hours and weekdays.
	GridView View = "grid"
	// ClicksView draws where on a page something happened.
	ClicksView View = "clicks"
	// PathsView draws the ways from step to step, as wide as many went there.
	PathsView View = "paths"
	// LinesView draws numbers over time, or over the numbers of a first field.
	LinesView View = "lines"
	// BandsView draws numbers over time within the band that is usual.
	BandsView View = "bands"
	// BarsView draws counts by name.
	BarsView View = "bars"
	// LifecycleView draws bars upon each other over time, losses below zero.
	LifecycleView View = "lifecycle"
	// NumbersView draws a number, or one for each name.
	NumbersView View = "numbers"
	// TimelineView draws the events of one user or session, by session.
	TimelineView View = "timeline"
	// TableView draws rows and columns.
	TableView View = "table"
)

// SetView says in each frame of an answer how it is drawn, unless the frame says so itself. It returns the frames.
func SetView(answer data.Frames, view View) data.Frames {
	for _, frame := range answer {
		if c := ensureCustom(frame); c.View == "" {
			c.View = view
		}
	}
	return answer
}
