package frames

import (
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// RetentionRow is one cell: the users of a cohort who were retained in a period, or the cohort's size in period -1.
type RetentionRow struct {
	Cohort int   `db:"cohort"`
	Period int   `db:"period"`
	Users  int64 `db:"users"`
}

// CohortBounds tells when cohorts and their periods begin and end.
type CohortBounds struct {
	// Starts are the buckets' starts in order, with the end of the last; cohort c's period p is bucket c+p.
	Starts []time.Time
	// Count is the number of cohorts.
	Count int
	Zone  *time.Location
	Now   time.Time
}

// cohort is one row of the matrix.
type cohort struct {
	label string
	size  int64
	users []int64
	// known is how many periods have begun, complete how many are over.
	known, complete int
}

// share is the share of the cohort that was retained in a period; nil in the future and in a cohort of nobody.
func (c *cohort) share(period int) *float64 {
	if period >= c.known {
		return nil
	}
	return ratio(c.users[period], c.size)
}

// Retention makes the frame that the query's output asks for.
func Retention(r *model.Retention, bounds CohortBounds, rows []RetentionRow) data.Frames {
	cohorts := matrix(r, bounds, rows)
	switch r.Output {
	case model.RetentionHeatmap:
		return data.Frames{retentionHeatmap(r, cohorts)}
	case model.RetentionLong:
		return data.Frames{retentionLong(r, cohorts)}
	}
	return data.Frames{retentionTable(r, cohorts)}
}

func matrix(r *model.Retention, b CohortBounds, rows []RetentionRow) []cohort {
	layout := "2006-01-02"
	if r.Period == model.Month {
		layout = "2006-01"
	}
	cohorts := make([]cohort, b.Count)
	for i := range cohorts {
		c := &cohorts[i]
		c.label = b.Starts[i].In(b.Zone).Format(layout)
		c.users = make([]int64, r.Periods)
		for p := range r.Periods {
			if b.Starts[i+p].Before(b.Now) {
				c.known++
			}
			if !b.Starts[i+p+1].After(b.Now) {
				c.complete++
			}
		}
	}
	for _, row := range rows {
		if row.Period < 0 {
			cohorts[row.Cohort].size = row.Users
		} else {
			cohorts[row.Cohort].users[row.Period] = row.Users
		}
	}
	return cohorts
}

// mean is the share retained in a period over all cohorts for which it is over, weighted by their sizes.
func mean(cohorts []cohort, period int) *float64 {
	var users, size int64
	for i := range cohorts {
		if period < cohorts[i].complete {
			users += cohorts[i].users[period]
			size += cohorts[i].size
		}
	}
	return ratio(users, size)
}

func periodName(r *model.Retention, period int) string { return fmt.Sprintf("%s %d", r.Period, period) }

// retentionTable has a row a cohort and a column a period, above them the weighted mean.
func retentionTable(r *model.Retention, cohorts []cohort) *data.Frame {
	labels, sizes, open := []string{"weighted mean"}, []int64{0}, []*string{nil}
	for i := range cohorts {
		c := &cohorts[i]
		labels, sizes = append(labels, c.label), append(sizes, c.size)
		sizes[0] += c.size
		if c.complete < c.known {
			name := periodName(r, c.complete)
			open = append(open, &name)
		} else {
			open = append(open, nil)
		}
	}
	frame := data.NewFrame("retention", data.NewField("cohort", nil, labels), unit(data.NewField("users", nil, sizes), "short"))
	for p := range r.Periods {
		shares := []*float64{mean(cohorts, p)}
		for i := range cohorts {
			shares = append(shares, cohorts[i].share(p))
		}
		frame.Fields = append(frame.Fields, percent(data.NewField(periodName(r, p), nil, shares)))
	}
	frame.Fields = append(frame.Fields, data.NewField("in_progress", nil, open))
	frame.Meta = &data.FrameMeta{PreferredVisualization: data.VisTypeTable}
	return frame
}

// retentionHeatmap has periods on x and cohorts on y.
func retentionHeatmap(r *model.Retention, cohorts []cohort) *data.Frame {
	frame := cells("retention", r.Periods, len(cohorts),
		func(p int) any { return float64(p) },
		func(p, c int) *float64 { return cohorts[c].share(p) })
	percent(frame.Fields[2])
	labels := make([]string, len(cohorts))
	open := 0
	for i := range cohorts {
		labels[i] = cohorts[i].label
		open += cohorts[i].known - cohorts[i].complete
	}
	yLabels(frame, labels)
	if open > 0 {
		frame.Meta.Notices = []data.Notice{{Severity: data.NoticeSeverityInfo, Text: fmt.Sprintf(
			"The last cell of %d cohorts is a %s that is not over yet: its share can still grow.", open, r.Period)}}
	}
	return frame
}

// retentionLong has a row a cell that has begun.
func retentionLong(r *model.Retention, cohorts []cohort) *data.Frame {
	var labels []string
	var periods, sizes, users []int64
	var shares []*float64
	var complete []bool
	for i := range cohorts {
		c := &cohorts[i]
		for p := range c.known {
			labels, periods, sizes = append(labels, c.label), append(periods, int64(p)), append(sizes, c.size)
			users, shares, complete = append(users, c.users[p]), append(shares, c.share(p)), append(complete, p < c.complete)
		}
	}
	return data.NewFrame("retention",
		data.NewField("cohort", nil, labels),
		data.NewField("period", nil, periods),
		unit(data.NewField("size", nil, sizes), "short"),
		unit(data.NewField("users", nil, users), "short"),
		percent(data.NewField("share", nil, shares)),
		data.NewField("complete", nil, complete),
	)
}
