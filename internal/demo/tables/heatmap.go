package tables

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/jedib0t/go-pretty/v6/text"
)

// cell is one cell of a heatmap.
type cell struct {
	x, y  int
	value float64
}

// Heatmap draws a heatmap of hours (x) and weekdays (y).
func Heatmap(frame *data.Frame, s Style) string {
	rows := ordinals(frame)
	cells := make([]cell, frame.Rows())
	for i := range cells {
		x, _ := number(frame, "x", i)
		y, _ := number(frame, "y", i)
		value, _ := number(frame, frame.Fields[2].Name, i)
		cells[i] = cell{int(x), int(y), value}
	}
	if len(cells) == 0 || len(rows) == 0 {
		return ""
	}
	byValue := func(a, b cell) int { return int(a.value - b.value) }
	low, high := slices.MinFunc(cells, byValue), slices.MaxFunc(cells, byValue)
	var b strings.Builder
	b.WriteString("       ")
	for x := range len(cells) / len(rows) {
		fmt.Fprintf(&b, "%02d ", x)
	}
	b.WriteString("\n")
	for y, name := range rows {
		total := 0.0
		fmt.Fprintf(&b, "  %-4s ", name)
		for _, c := range cells {
			if c.y == y {
				total += c.value
				b.WriteString(s.block(c.value / max(high.value, 1)))
			}
		}
		fmt.Fprintf(&b, " %8s\n", count(total))
	}
	what := frame.Fields[2].Name
	fmt.Fprintf(&b, "\n       %s", s.legend(low.value, high.value, what))
	fmt.Fprintf(&b, "\n       busiest: %s %02d:00 with %s %s, quietest: %s %02d:00 with %s\n",
		rows[high.y], high.x, count(high.value), what, rows[low.y], low.x, count(low.value))
	return b.String()
}

// block returns a cell of three characters.
func (s Style) block(share float64) string {
	if s.Color {
		return s.shade(share, "   ")
	}
	return strings.Repeat(string(shades[level(share, len(shades))]), 3)
}

func (s Style) legend(low, high float64, what string) string {
	var b strings.Builder
	steps := len(shades)
	if s.Color {
		steps = len(ramp)
	}
	for i := range steps {
		b.WriteString(s.block((float64(i) + 0.5) / float64(steps)))
	}
	return s.paint(fmt.Sprintf("%s ", count(low)), text.Faint) + b.String() + s.paint(fmt.Sprintf(" %s %s in an hour of the week", count(high), what), text.Faint)
}

// ordinals returns the names of the y axis, which the frame carries in its meta data.
func ordinals(frame *data.Frame) []string {
	if frame.Meta == nil {
		return nil
	}
	var custom struct {
		YOrdinalDisplay []string `json:"yOrdinalDisplay"`
	}
	raw, err := json.Marshal(frame.Meta.Custom)
	if err != nil || json.Unmarshal(raw, &custom) != nil {
		return nil
	}
	return custom.YOrdinalDisplay
}
