package frames

import (
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// Panel is what frames need to know apart from the answer.
type Panel struct {
	// UID and Name are the data source's; links lead to it.
	UID, Name string
	// Query is the query that was answered, for the times in [From, To).
	Query    *model.Query
	From, To time.Time
	// Zone is the time zone in which days are cut, and WeekStart the first day of a week.
	Zone      *time.Location
	WeekStart time.Weekday
}

// heatmapCells is the frame type that the heatmap panel draws as it is. The SDK has no constant for it.
const heatmapCells data.FrameType = "heatmap-cells"

// ratio returns part / whole, or nil if whole is 0.
func ratio(part, whole int64) *float64 {
	if whole == 0 {
		return nil
	}
	r := float64(part) / float64(whole)
	return &r
}

// newColumn makes a field with a value for each row, and with the title of its name.
func newColumn[R, V any](rows []R, name string, value func(R) V) *data.Field {
	return titleByName(newField(rows, name, value))
}

// newField makes a field with a value for each row.
func newField[R, V any](rows []R, name string, value func(R) V) *data.Field {
	values := make([]V, len(rows))
	for i, r := range rows {
		values[i] = value(r)
	}
	return data.NewField(name, nil, values)
}

// ensureConfig returns a field's configuration, and makes one if there is none. Counts have no unit, because a panel could not change it.
func ensureConfig(field *data.Field) *data.FieldConfig {
	if field.Config == nil {
		field.Config = &data.FieldConfig{}
	}
	return field.Config
}

// titleByName gives a field the usual title of columns with its name. The name stays: rules and transformations find the field by it. It
// returns the field.
func titleByName(field *data.Field) *data.Field {
	if text, isKnown := columnText(field.Name); isKnown {
		return setTitle(field, text)
	}
	return field
}

// setGroup marks a field as belonging to a breakdown's group, and gives it the group's title.
func setGroup(field *data.Field, value string) {
	field.Labels = data.Labels{"breakdown": value}
	if text, isOurs := groupText(value); isOurs {
		setTitle(field, text)
		return
	}
	ensureConfig(field).Custom = nil
	ensureConfig(field).DisplayNameFromDS = value
}

// setUnit gives a field its unit and returns it.
func setUnit(field *data.Field, unit string) *data.Field {
	ensureConfig(field).Unit = unit
	return field
}

// setPercent makes a field of shares between 0 and 1 show as percentages.
func setPercent(field *data.Field) *data.Field {
	low, high := data.ConfFloat64(0), data.ConfFloat64(1)
	c := ensureConfig(field)
	c.Unit, c.Min, c.Max = "percentunit", &low, &high
	return field
}

// newHeatmap makes a dense heatmap: every x with every y, x by x. Empty cells are nil.
func newHeatmap(name string, xs, ys int, x func(int) any, value func(x, y int) *float64) *data.Frame {
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

// labelY names the ordinals of a heatmap's y axis, for the heatmap panel and for tables.
func labelY(frame *data.Frame, labels []string) {
	ensureCustom(frame).YOrdinalDisplay = labels
	labelOrdinals(frame.Fields[1], labels)
}

// labelOrdinals shows the numbers 0, 1, ... of a field as labels.
func labelOrdinals(field *data.Field, labels []string) {
	names := data.ValueMapper{}
	for i, label := range labels {
		names[strconv.Itoa(i)] = data.ValueMappingResult{Text: label, Index: i}
	}
	ensureConfig(field).Mappings = data.ValueMappings{names}
}

// setYesNo shows a boolean field in words. It returns the field.
func setYesNo(field *data.Field) *data.Field {
	yes, no := say.New("word.yes", "yes"), say.New("word.no", "no")
	ensureConfig(field).Mappings = data.ValueMappings{data.ValueMapper{
		"true": {Text: yes.String(), Index: 0}, "false": {Text: no.String(), Index: 1},
	}}
	return addWord(addWord(field, yes), no)
}
