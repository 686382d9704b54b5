// Package frames turns the rows of an analysis into Grafana data frames. Its functions are pure.
package frames

import (
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// Panel is what frames need to know besides the answer.
type Panel struct {
	// UID and Name are those of the data source, to which links lead.
	UID, Name string
	// Query is the one that was answered, for the times in [From, To).
	Query    *model.Query
	From, To time.Time
	// Zone is where days are cut, and WeekStart the first day of a week.
	Zone      *time.Location
	WeekStart time.Weekday
}

// heatmapCells is the frame type that the heatmap panel draws as it is. The SDK has no constant for it.
const heatmapCells data.FrameType = "heatmap-cells"

// ratio is part / whole, or nil where there is no whole.
func ratio(part, whole int64) *float64 {
	if whole == 0 {
		return nil
	}
	r := float64(part) / float64(whole)
	return &r
}

// column makes a field out of what each row has, with the name that people read.
func column[R, V any](rows []R, name string, value func(R) V) *data.Field {
	return spoken(plain(rows, name, value))
}

// plain makes a field out of what each row has.
func plain[R, V any](rows []R, name string, value func(R) V) *data.Field {
	values := make([]V, len(rows))
	for i, r := range rows {
		values[i] = value(r)
	}
	return data.NewField(name, nil, values)
}

// config is a field's, which is there from then on. Counts have no unit: what a field says about it, a panel cannot change.
func config(field *data.Field) *data.FieldConfig {
	if field.Config == nil {
		field.Config = &data.FieldConfig{}
	}
	return field.Config
}

// spoken shows a name in words; it stays the field's name, by which rules and transformations find it. It returns the field.
func spoken(field *data.Field) *data.Field {
	if text, isKnown := columnText(field.Name); isKnown {
		return shown(field, text)
	}
	return field
}

// of makes a field the one of a breakdown value, and shows it under that name.
func of(field *data.Field, value string) {
	field.Labels = data.Labels{"breakdown": value}
	if text, isOurs := groupText(value); isOurs {
		shown(field, text)
		return
	}
	config(field).Custom = nil
	config(field).DisplayNameFromDS = value
}

// unit gives a field its unit and returns it.
func unit(field *data.Field, unit string) *data.Field {
	config(field).Unit = unit
	return field
}

// percent makes a field of shares between 0 and 1 show as percentages.
func percent(field *data.Field) *data.Field {
	low, high := data.ConfFloat64(0), data.ConfFloat64(1)
	c := config(field)
	c.Unit, c.Min, c.Max = "percentunit", &low, &high
	return field
}

// cells is a dense heatmap: every x with every y, x by x. The value of a cell that has none is nil.
func cells(name string, xs, ys int, x func(int) any, value func(x, y int) *float64) *data.Frame {
	var xField *data.Field
	if _, isNumber := x(0).(float64); isNumber {
		xField = data.NewFieldFromFieldType(data.FieldTypeFloat64, xs*ys)
	} else {
		xField = data.NewFieldFromFieldType(data.FieldTypeTime, xs*ys)
	}
	xField.Name = "x"
	yField := data.NewField("y", nil, make([]float64, xs*ys))
	values := data.NewField("value", nil, make([]*float64, xs*ys))
	for i := range xs {
		for j := range ys {
			row := i*ys + j
			xField.Set(row, x(i))
			yField.Set(row, float64(j))
			values.Set(row, value(i, j))
		}
	}
	frame := data.NewFrame(name, xField, yField, values)
	frame.Meta = &data.FrameMeta{Type: heatmapCells}
	return frame
}

// yLabels names the ordinals of a heatmap's y axis: for the panel, and for tables.
func yLabels(frame *data.Frame, labels []string) {
	custom(frame).YOrdinalDisplay = labels
	ordinals(frame.Fields[1], labels)
}

// ordinals shows the numbers 0, 1, ... of a field as labels.
func ordinals(field *data.Field, labels []string) {
	names := data.ValueMapper{}
	for i, label := range labels {
		names[strconv.Itoa(i)] = data.ValueMappingResult{Text: label, Index: i}
	}
	config(field).Mappings = data.ValueMappings{names}
}

// yesNo shows a field of truth values in words. It returns the field.
func yesNo(field *data.Field) *data.Field {
	yes, no := say.New("word.yes", "yes"), say.New("word.no", "no")
	config(field).Mappings = data.ValueMappings{data.ValueMapper{
		"true": {Text: yes.String(), Index: 0}, "false": {Text: no.String(), Index: 1},
	}}
	return word(word(field, yes), no)
}
