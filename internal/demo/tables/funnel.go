package tables

import (
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

const barWidth = 30

// Funnel draws the steps of a funnel: a bar per step, as long as the share of the first step's users who came that far.
func Funnel(frame *data.Frame, s Style) string {
	t := newTable("Step", "", "Users", "Of first", "Of previous", "Dropped", "In progress", "Median time")
	right(t, 3, 4, 5, 6, 7, 8)
	group := ""
	for row := range frame.Rows() {
		if value := words(frame, "breakdown", row); value != group {
			if group != "" {
				t.AppendRow(table.Row{""})
			}
			group = value
			t.AppendRow(table.Row{s.paint(group, text.Bold)})
		}
		t.AppendRow(funnelRow(frame, row, s))
	}
	return indent(t)
}

func funnelRow(frame *data.Frame, row int, s Style) table.Row {
	optional := func(field string, format func(float64) string) string {
		if v, ok := number(frame, field, row); ok {
			return format(v)
		}
		return ""
	}
	share, _ := number(frame, "share_of_first", row)
	color := text.FgCyan
	if _, further := number(frame, "dropped", row); !further {
		color = text.FgGreen
	}
	return table.Row{
		"  " + words(frame, "step", row),
		s.paint(fmt.Sprintf("%-*s", barWidth, bar(share, barWidth)), color),
		optional("users", count),
		optional("share_of_first", percent),
		optional("share_of_previous", percent),
		optional("dropped", count),
		optional("in_progress", count),
		optional("median_time", span),
	}
}

// span returns a number of seconds in the two units that matter.
func span(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second)).Round(time.Second)
	switch {
	case d >= 24*time.Hour:
		return fmt.Sprintf("%d d %2d h", int(d.Hours())/24, int(d.Hours())%24)
	case d >= time.Hour:
		return fmt.Sprintf("%d h %2d min", int(d.Hours()), int(d.Minutes())%60)
	case d >= time.Minute:
		return fmt.Sprintf("%d min %2d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d s", int(d.Seconds()))
}
