package repository

import (
	"errors"
	"fmt"
	"slices"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// Alertable returns why an alert rule, or another expression, refuses an answer; nil if it takes it. The rules are those of Grafana's
// pkg/expr/converter.go and dataplane.go, in this order:
//
//  1. No frame, or one without fields, is "no data".
//  2. If the first frame names a type that the dataplane knows, of a version other than 0.0, the frames are read as that type: a
//     time series, or numbers, wide, long or multi.
//  3. Otherwise one frame without a time is a set of numbers if one column is numeric and all the others are texts.
//  4. Otherwise each frame must be a wide time series.
//
// Two rules more are those of an alert rule: what it gets are numbers or series told apart by labels, so no two may have the same
// ones; and a frame with columns and no row, which is read as long or as an empty series, does not count as "no data" everywhere.
func Alertable(frames data.Frames) error {
	if len(frames) == 0 || len(frames) == 1 && len(frames[0].Fields) == 0 {
		return nil
	}
	for _, frame := range frames {
		rows, err := frame.RowLen()
		if err != nil {
			return fmt.Errorf("frame %q: %w", frame.Name, err)
		}
		if rows == 0 {
			return fmt.Errorf("frame %q has columns and no rows: it should have no columns", frame.Name)
		}
	}
	if meta := frames[0].Meta; meta != nil && meta.Type.IsKnownType() && !meta.TypeVersion.IsZero() {
		return dataplane(frames, meta.Type)
	}
	if len(frames) == 1 && frames[0].TimeSeriesSchema().Type == data.TimeSeriesTypeNot {
		numbers, others := numbersOf(frames[0])
		if len(numbers) != 1 || others > 0 {
			return fmt.Errorf("frame %q has no time and %d columns of numbers, %d neither numbers nor texts: a set of numbers has one and 0",
				frames[0].Name, len(numbers), others)
		}
		return toldApartByRow(frames[0])
	}
	var labels []data.Labels
	for _, frame := range frames {
		if schema := frame.TimeSeriesSchema(); schema.Type != data.TimeSeriesTypeWide {
			return fmt.Errorf("input data must be a wide series but got type %s (frame %q)", schema.Type, frame.Name)
		}
		labels = append(labels, labelsOf(frame)...)
	}
	return toldApart(labels)
}

// dataplane reads frames as their type says.
func dataplane(frames data.Frames, kind data.FrameType) error {
	if !slices.Contains([]data.FrameType{
		data.FrameTypeTimeSeriesWide, data.FrameTypeTimeSeriesMulti, data.FrameTypeNumericWide, data.FrameTypeNumericLong,
	}, kind) {
		return fmt.Errorf("frames of type %s are none that Footfall answers with", kind)
	}
	var labels []data.Labels
	for _, frame := range frames {
		numbers, _ := numbersOf(frame)
		switch rows, _ := frame.RowLen(); {
		case kind.IsTimeSeries() && frame.TimeSeriesSchema().Type != data.TimeSeriesTypeWide:
			return fmt.Errorf("frame %q is of type %s and has no wide time series", frame.Name, kind)
		case kind == data.FrameTypeNumericWide && rows != 1:
			return fmt.Errorf("frame %q is of type %s and has %d rows, not one", frame.Name, kind, rows)
		case kind == data.FrameTypeNumericLong && (len(numbers) != 1 || len(frames) != 1):
			return fmt.Errorf("frame %q is of type %s and has %d columns of numbers: their labels would repeat", frame.Name, kind, len(numbers))
		case kind == data.FrameTypeNumericLong:
			return toldApartByRow(frame)
		}
		labels = append(labels, labelsOf(frame)...)
	}
	return toldApart(labels)
}

// numbersOf returns the columns of numbers, and how many there are beside them and texts.
func numbersOf(frame *data.Frame) (numbers []*data.Field, others int) {
	for _, field := range frame.Fields {
		switch kind := field.Type().NonNullableType(); {
		case field.Type().Numeric():
			numbers = append(numbers, field)
		case kind != data.FieldTypeString:
			others++
		}
	}
	return numbers, others
}

// labelsOf returns the labels of a wide frame's columns. To expressions, columns of true and false are numbers.
func labelsOf(frame *data.Frame) []data.Labels {
	var labels []data.Labels
	for _, field := range frame.Fields {
		if field.Type().Numeric() || field.Type().NonNullableType() == data.FieldTypeBool {
			labels = append(labels, field.Labels)
		}
	}
	return labels
}

// toldApartByRow takes the texts of each row as labels.
func toldApartByRow(frame *data.Frame) error {
	labels := make([]data.Labels, frame.Rows())
	for row := range labels {
		labels[row] = data.Labels{}
		for _, field := range frame.Fields {
			if text, set := field.ConcreteAt(row); set && field.Type().NonNullableType() == data.FieldTypeString {
				labels[row][field.Name] = text.(string)
			}
		}
	}
	return toldApart(labels)
}

func toldApart(list []data.Labels) error {
	if len(list) == 0 {
		return errors.New("there is no number")
	}
	seen := map[string]bool{}
	for _, labels := range list {
		key := labels.String()
		if seen[key] {
			return fmt.Errorf("two results have the labels {%s}", key)
		}
		seen[key] = true
	}
	return nil
}
