package frames

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// axis lays out a dimension: the index of each place, and what to show there.
type axis struct {
	// name is the name of the axis's field, x or y, or for bins the name of their lower edge: the panel goes by it. title is what people
	// read.
	name  string
	title any
	size  int
	// index returns the index of a place, from 0; false if the place is left out.
	index func(place int) (i int, shown bool)
	// value returns the field's value at an index, and label what people read there.
	value func(i int) any
	label func(i int) string
	// text returns the text of a label that is one of our words; nil if no label is.
	text func(label string) (text say.Text, isOurs bool)
}

// axis returns the layout of an axis; texts are the values of its property by place.
func (p *Panel) axis(name string, a model.Axis, texts map[int]string) axis {
	switch a.Dimension {
	case model.ByProperty:
		ranked := rankedAxis(name, texts)
		ranked.title = a.Property
		return ranked
	case model.ByBins:
		bins := binAxis(name, a.Bins.Edges())
		bins.title = say.New("column.bin-from", "{{property}} from", a.Property)
		return bins
	}
	t := analysis.NewTimeAxis(a.Dimension, p.Zone, p.From, p.To)
	index := func(place int) int { return place - t.First }
	value := func(i int) any { return float64(i) }
	var label func(i int) string
	var title say.Text
	var text func(string) (say.Text, bool)
	switch a.Dimension {
	case model.HourOfDay:
		title = say.New("column.hour", "hour")
		label = func(i int) string { return fmt.Sprintf("%02d:00", i) }
	case model.Weekday:
		title = say.New("column.weekday", "weekday")
		index = func(place int) int { return (place - int(p.WeekStart) + 7) % 7 }
		label = func(i int) string { return time.Weekday((i + int(p.WeekStart)) % 7).String()[:3] }
		text = weekdayText
	case model.Date:
		title = say.New("column.date", "date")
		label = func(i int) string { return time.Unix(int64(t.First+i)*86400, 0).UTC().Format(time.DateOnly) }
		if name == "x" {
			value = func(i int) any { return p.date(t.First + i) }
		}
	case model.CalendarMonth:
		title = say.New("column.month", "month")
		label = func(i int) string {
			return time.Date(0, time.Month(1+t.First+i), 1, 0, 0, 0, 0, time.UTC).Format("2006-01")
		}
	}
	return axis{name, title, t.Size, func(place int) (int, bool) { return index(place), true }, value, label, text}
}

// weekdayText returns the text of a weekday, given its short name.
func weekdayText(name string) (text say.Text, isOurs bool) {
	switch name {
	case "Mon":
		return say.New("weekday.mon", "Mon"), true
	case "Tue":
		return say.New("weekday.tue", "Tue"), true
	case "Wed":
		return say.New("weekday.wed", "Wed"), true
	case "Thu":
		return say.New("weekday.thu", "Thu"), true
	case "Fri":
		return say.New("weekday.fri", "Fri"), true
	case "Sat":
		return say.New("weekday.sat", "Sat"), true
	case "Sun":
		return say.New("weekday.sun", "Sun"), true
	}
	return say.Text{}, false
}

// words marks the labels of the axis that are our words.
func (a *axis) words(field *data.Field) {
	for i := 0; a.text != nil && i < a.size; i++ {
		if text, isOurs := a.text(a.label(i)); isOurs {
			addWord(field, text)
		}
	}
}

// rankedAxis returns an axis with the values by rank, then Other, then (none).
func rankedAxis(name string, texts map[int]string) axis {
	places := map[int]int{}
	var labels []string
	for _, place := range analysis.InOrder(texts) {
		places[place], labels = len(labels), append(labels, analysis.Group{Place: place, Value: texts[place]}.Title())
	}
	return axis{
		name, nil, len(labels), func(place int) (int, bool) { return places[place], true },
		func(i int) any { return float64(i) }, func(i int) string { return labels[i] }, groupText,
	}
}

// binAxis returns an axis that names each bin by its lower edge.
func binAxis(name string, edges []float64) axis {
	return axis{
		name + "Min", nil, len(edges) - 1, func(place int) (int, bool) { return place, place >= 0 },
		func(i int) any { return edges[i] }, func(i int) string { return strconv.FormatFloat(edges[i], 'f', -1, 64) }, nil,
	}
}

// date returns the local midnight of a day, counted from 1970-01-01; an hour later if a clock change skips it.
func (p *Panel) date(day int) time.Time {
	t := time.Date(1970, time.January, 1+day, 0, 0, 0, 0, p.Zone)
	if t.Hour() == 23 {
		t = t.Add(time.Hour)
	}
	return t
}

// Heatmap makes a dense frame for the heatmap panel, or one for each value of the breakdown: cells without events are 0, or empty
// where events are divided by users. What stands beside a page has frames of its own after it.
func Heatmap(panel Panel, answer analysis.Heatmap) data.Frames {
	h, found := panel.Query.Heatmap, answer.Cells
	ax, ay := h.Axes()
	shown := found[:0:0]
	var texts [3]map[int]string
	for i := range texts {
		texts[i] = map[int]string{}
	}
	for _, c := range found {
		if !leftOut(ax, c.X) && !leftOut(ay, c.Y) {
			shown = append(shown, c)
			texts[0][c.X], texts[1][c.Y], texts[2][c.Part] = c.XText, c.YText, c.PartText
		}
	}
	x, y := panel.axis("x", ax, texts[0]), panel.axis("y", ay, texts[1])
	parts := axis{size: 1, index: func(int) (int, bool) { return 0, true }, label: func(int) string { return "heatmap" }}
	if h.Breakdown != nil {
		parts = rankedAxis("part", texts[2])
	}
	counts := make([]analysis.HeatmapCell, parts.size*x.size*y.size)
	for _, c := range shown {
		part, _ := parts.index(c.Part)
		i, _ := x.index(c.X)
		j, _ := y.index(c.Y)
		cell := &counts[(part*x.size+i)*y.size+j]
		cell.Events += c.Events
		cell.Actors += c.Actors
	}
	notices := leftOutTexts(ax, ay, found)
	if len(counts) == 0 {
		frame := data.NewFrame("heatmap") // no fields: what panels take for "no data"
		addNotices(frame, notices)
		return data.Frames{frame}
	}
	frames := make(data.Frames, parts.size)
	for part := range frames {
		frames[part] = heatmapFrame(h, parts.label(part), x, y, counts[part*x.size*y.size:])
		addNotices(frames[part], notices)
		if h.IsPage() {
			c := ensureCustom(frames[part])
			c.View, c.Area = ClicksView, areaOf(ax.Bins.Edges(), ay.Bins.Edges())
			c.Page, c.Viewport = panel.only(parts.label(part), "page_url"), panel.only(parts.label(part), "metadata.viewport", "device_type")
		}
	}
	if h.Elements != nil {
		frames = append(frames, elementsFrame(h, answer.Elements))
	}
	if h.Scroll != nil {
		frames = append(frames, depthsFrame(h, answer.Depths))
	}
	return frames
}

// only returns the one value of the first of these properties that has one, in the frame of a value of the breakdown; empty if none has.
func (p *Panel) only(group string, properties ...string) string {
	h := p.Query.Heatmap
	for _, property := range properties {
		if _, isOurs := groupText(group); h.Breakdown != nil && h.Breakdown.Property == property && !isOurs {
			return group
		}
		for _, f := range slices.Concat(p.Query.Filters, h.Filters) {
			if f.Property == property && (f.Operator == model.Equal || f.Operator == model.In) && len(f.Values) == 1 {
				return f.Values[0]
			}
		}
	}
	return ""
}

func areaOf(x, y []float64) *Area {
	return &Area{Left: x[0], Top: y[0], Right: x[len(x)-1], Bottom: y[len(y)-1]}
}

func heatmapFrame(h *model.Heatmap, name string, x, y axis, counts []analysis.HeatmapCell) *data.Frame {
	frame := newHeatmap(name, x.size, y.size, x.value, func(i, j int) *float64 { return cellValue(h.Value, &counts[i*y.size+j]) })
	ensureCustom(frame).Additive = h.Value == model.Events
	xField, yField, value := frame.Fields[0], frame.Fields[1], frame.Fields[2]
	xField.Name, yField.Name, value.Name = x.name, y.name, string(h.Value)
	setAnyTitle(xField, x.title)
	setAnyTitle(yField, y.title)
	if h.Breakdown != nil {
		setGroup(value, name)
	} else {
		titleByName(value)
	}
	if h.X != model.HourOfDay && h.X != model.Date && h.X != model.ByBins {
		// The panel's x axis can only have numbers; its tooltip shows the names.
		labels := make([]string, x.size)
		for i := range labels {
			labels[i] = x.label(i)
		}
		labelOrdinals(xField, labels)
		x.words(xField)
	}
	if h.Y == model.ByBins {
		for row := range yField.Len() {
			yField.Set(row, y.value(row%y.size))
		}
		return frame
	}
	labels := make([]string, y.size)
	for j := range labels {
		labels[j] = y.label(j)
	}
	labelY(frame, labels)
	y.words(yField)
	return frame
}

func cellValue(v model.HeatmapValue, c *analysis.HeatmapCell) *float64 {
	value := float64(c.Events)
	switch v {
	case model.Users, model.Sessions:
		value = float64(c.Actors)
	case model.EventsPerUser:
		return ratio(c.Events, c.Actors)
	}
	return &value
}

func leftOut(a model.Axis, place int) bool { return a.Dimension == model.ByBins && place < 0 }

// leftOutTexts say how many events are in no cell, and why. An event that misses both axes counts for the first.
func leftOutTexts(x, y model.Axis, found []analysis.HeatmapCell) []say.Text {
	type reason struct {
		property string
		place    int
	}
	events := map[reason]int64{}
	for i := range found {
		switch c := &found[i]; {
		case leftOut(x, c.X):
			events[reason{x.Property, c.X}] += c.Events
		case leftOut(y, c.Y):
			events[reason{y.Property, c.Y}] += c.Events
		}
	}
	var texts []say.Text
	for _, property := range []string{x.Property, y.Property} {
		if n := events[reason{property, analysis.NoNumberPlace}]; n > 0 {
			texts = append(texts, say.New("notice.no-number", "Number of events left out because their {{property}} is not a number: {{number}}.", property, n))
		}
		if n := events[reason{property, analysis.OutsidePlace}]; n > 0 {
			texts = append(texts, say.New("notice.outside", "Number of events left out because their {{property}} is outside of the bins: {{number}}.", property, n))
		}
	}
	return texts
}

func addNotices(frame *data.Frame, texts []say.Text) {
	for _, text := range texts {
		addNotice(frame, data.NoticeSeverityInfo, text)
	}
}
