package program

import (
	"fmt"
	"reflect"
	"time"

	"github.com/alecthomas/kong"
	"github.com/prometheus/common/model"
)

// parseDuration reads a duration in Go's form, and also in days and weeks: 1h30m, 1.5h, 90d, 2w, 1w3d.
func parseDuration(text string) (time.Duration, error) {
	if d, err := time.ParseDuration(text); err == nil {
		return d, nil
	}
	d, err := model.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is no duration: use numbers with units, such as 500ms, 30s, 1h30m, 90d or 2w", text)
	}
	return time.Duration(d), nil
}

// durationMapper makes every flag and setting read durations with parseDuration.
func durationMapper(ctx *kong.DecodeContext, target reflect.Value) error {
	var text string
	if err := ctx.Scan.PopValueInto("duration", &text); err != nil {
		return err
	}
	d, err := parseDuration(text)
	if err != nil {
		return err
	}
	target.SetInt(int64(d))
	return nil
}

// ageMapper reads a duration into a pointer; "off" is 0.
func ageMapper(ctx *kong.DecodeContext, target reflect.Value) error {
	value := reflect.New(target.Type().Elem())
	if token := ctx.Scan.Peek(); fmt.Sprint(token.Value) == "off" {
		ctx.Scan.Pop()
	} else if err := durationMapper(ctx, value.Elem()); err != nil {
		return err
	}
	target.Set(value)
	return nil
}
