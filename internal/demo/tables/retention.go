package tables

import (
	"fmt"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Retention draws the table of a retention: a row per cohort and a cell per period, darker if more users came back. A cell whose period is
// not over yet is marked.
func Retention(frame *data.Frame, s Style) string {
	periods := frame.Fields[2 : len(frame.Fields)-1]
	unit, _, _ := strings.Cut(periods[0].Name, " ")
	var b strings.Builder
	fmt.Fprintf(&b, "  %-15s %7s  %s", "Cohort", "Users", unit)
	for p := range periods {
		if p == 0 {
			fmt.Fprintf(&b, " %d ", p)
			continue
		}
		fmt.Fprintf(&b, "%4d ", p)
	}
	b.WriteString("\n")
	// Period 0 is nearly everybody: the colours tell the later ones apart.
	most := largest(periods[min(1, len(periods)-1):])
	marked := false
	for row := range frame.Rows() {
		users, _ := number(frame, "users", row)
		fmt.Fprintf(&b, "  %-15s %7s  ", cohortName(words(frame, "cohort", row)), count(users))
		open := words(frame, "in_progress", row)
		for _, period := range periods {
			share, known := number(frame, period.Name, row)
			if !known {
				break // the rest is the future
			}
			mark := " "
			if period.Name == open {
				mark, marked = "*", true
			}
			b.WriteString(s.shade(share/most, fmt.Sprintf("%3.0f%%%s", 100*share, mark)))
		}
		b.WriteString("\n")
		if row == 0 {
			b.WriteString("\n")
		}
	}
	if marked {
		fmt.Fprintf(&b, "  %s\n", s.paint(fmt.Sprintf("* this %s is not over yet", unit), text.Faint))
	}
	return b.String()
}

func largest(fields []*data.Field) float64 {
	most := 0.0
	for _, f := range fields {
		for row := range f.Len() {
			if !f.NilAt(row) {
				if v, err := f.FloatAt(row); err == nil {
					most = max(most, v)
				}
			}
		}
	}
	return most
}

// cohortName returns a cohort's name with the weekday, which is easier to read.
func cohortName(date string) string {
	if day, err := time.Parse(time.DateOnly, date); err == nil {
		return day.Format("Mon 02 Jan 2006")
	}
	return date
}
