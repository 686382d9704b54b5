package frames

import (
	"fmt"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// FunnelRow is the funnel of one breakdown value, or of everyone.
type FunnelRow struct {
	// Kind is 0 for a value (and for everyone), 1 for the values past the limit, 2 for users without the property.
	Kind  int    `db:"kind"`
	Value string `db:"value"`
	// One element a step: users who reached it, users who stopped there and still have time, and the median of the seconds
	// since the step before.
	Users         []int64    `db:"users"`
	InProgress    []int64    `db:"in_progress"`
	MedianSeconds []*float64 `db:"median_seconds"`
}

func (r *FunnelRow) title() string {
	switch r.Kind {
	case 1:
		return otherValues
	case 2:
		return noValue
	}
	return r.Value
}

// Funnel makes the frame that the query's output asks for.
func Funnel(f *model.Funnel, rows []FunnelRow) data.Frames {
	if f.Output == model.FunnelConversion {
		return data.Frames{conversion(f, rows)}
	}
	return data.Frames{steps(f, rows)}
}

// steps is a table with one row a step and breakdown value.
func steps(f *model.Funnel, rows []FunnelRow) *data.Frame {
	var breakdown, step []string
	var users []int64
	var ofFirst, ofPrevious, median []*float64
	var dropped, inProgress []*int64
	for i := range rows {
		row := &rows[i]
		for k, count := range row.Users {
			breakdown = append(breakdown, row.title())
			step = append(step, fmt.Sprintf("%d. %s", k+1, f.Steps[k].Title()))
			users = append(users, count)
			ofFirst = append(ofFirst, ratio(count, row.Users[0]))
			median = append(median, row.MedianSeconds[k])
			if k == 0 {
				ofPrevious = append(ofPrevious, nil)
			} else {
				ofPrevious = append(ofPrevious, ratio(count, row.Users[k-1]))
			}
			if k == len(row.Users)-1 {
				dropped, inProgress = append(dropped, nil), append(inProgress, nil)
				continue
			}
			lost := count - row.Users[k+1] - row.InProgress[k]
			dropped, inProgress = append(dropped, &lost), append(inProgress, &row.InProgress[k])
		}
	}
	fields := []*data.Field{
		data.NewField("step", nil, step),
		unit(data.NewField("users", nil, users), "short"),
		percent(data.NewField("share_of_first", nil, ofFirst)),
		percent(data.NewField("share_of_previous", nil, ofPrevious)),
		unit(data.NewField("dropped", nil, dropped), "short"),
		unit(data.NewField("in_progress", nil, inProgress), "short"),
		unit(data.NewField("median_time", nil, median), "s"),
	}
	if f.Breakdown != nil {
		fields = append([]*data.Field{data.NewField("breakdown", nil, breakdown)}, fields...)
	}
	frame := data.NewFrame("funnel", fields...)
	frame.Meta = &data.FrameMeta{PreferredVisualization: data.VisTypeTable}
	return frame
}

// conversion is one number a breakdown value: what alert rules accept. Without users at the first step there is no number.
func conversion(f *model.Funnel, rows []FunnelRow) *data.Frame {
	var breakdown []string
	var rate []float64
	for i := range rows {
		if r := ratio(rows[i].Users[len(f.Steps)-1], rows[i].Users[0]); r != nil {
			breakdown, rate = append(breakdown, rows[i].title()), append(rate, *r)
		}
	}
	frame := data.NewFrame("conversion")
	frame.Meta = &data.FrameMeta{Type: data.FrameTypeNumericLong, TypeVersion: data.FrameTypeVersion{0, 1}}
	if len(rate) == 0 {
		return frame // no fields: what alert rules take for "no data"
	}
	if f.Breakdown != nil {
		frame.Fields = append(frame.Fields, data.NewField("breakdown", nil, breakdown))
	}
	frame.Fields = append(frame.Fields, percent(data.NewField("conversion_rate", nil, rate)))
	return frame
}
