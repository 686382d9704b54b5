package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// answer has an answer's numbers by their names, without zeros.
type answer map[string]int64

func (a answer) set(name string, n int64) {
	if n != 0 {
		a[name] = n
	}
}

// difference says how two answers differ; empty if they do not.
func (a answer) difference(peer answer) string {
	if maps.Equal(a, peer) {
		return ""
	}
	names := maps.Clone(a)
	maps.Copy(names, peer)
	differ := 0
	var first string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if a[name] != peer[name] {
			if differ++; differ == 1 {
				first = fmt.Sprintf("%s: %d, by ClickHouse %d", name, a[name], peer[name])
			}
		}
	}
	return fmt.Sprintf("%d of %d numbers differ, the first is %s", differ, len(names), first)
}

// numbers returns the numbers of the plugin's answer to a query.
func numbers(q *model.Query, frames data.Frames) answer {
	switch q.QueryType {
	case model.FunnelType:
		if q.Funnel.Output == model.FunnelActors {
			return listed(frames[0])
		}
		return funnelNumbers(frames[0])
	case model.RetentionType:
		return retentionNumbers(frames[0])
	case model.TrendType:
		return overTime(frames[0], "breakdown")
	case model.LifecycleType:
		return overTime(frames[0], "status")
	case model.StickinessType:
		return stickinessNumbers(frames[0])
	case model.HeatmapType:
		return heatmapNumbers(frames[0])
	case model.PathsType:
		return transitions(frames[0], frames[1])
	}
	panic("bench: the plugin is not asked for a " + q.QueryType)
}

// number reads a field's value, whatever kind of number it is; null is 0.
func number(field *data.Field, row int) int64 {
	n, err := field.FloatAt(row)
	if err != nil || n != n {
		return 0
	}
	return int64(n)
}

// fieldNamed returns the field of that name. A frame without it is a fault of this program, so it panics.
func fieldNamed(frame *data.Frame, name string) *data.Field {
	field, at := frame.FieldByName(name)
	if at < 0 {
		panic(fmt.Sprintf("bench: the frame %s has no field %s", frame.Name, name))
	}
	return field
}

// group returns the value of a row's breakdown, if there is one.
func group(frame *data.Frame, row int) (names []string) {
	if field, at := frame.FieldByName("breakdown"); at >= 0 {
		names = append(names, field.At(row).(string))
	}
	return names
}

// funnelNumbers are named by step.
func funnelNumbers(frame *data.Frame) answer {
	a, steps := answer{}, fieldNamed(frame, "step")
	for i := range steps.Len() {
		step, _, _ := strings.Cut(steps.At(i).(string), ".")
		for _, actors := range []string{"users", "sessions"} {
			if field, at := frame.FieldByName(actors); at >= 0 {
				a.set(joined(append(group(frame, i), step)...), number(field, i))
			}
		}
	}
	return a
}

// listed has a number for each user of a list.
func listed(frame *data.Frame) answer {
	a, users := answer{}, fieldNamed(frame, "user_id")
	for i := range users.Len() {
		a.set(users.At(i).(string), 1)
	}
	return a
}

// retentionNumbers are named by cohort and period; the period -1 is the cohort's size.
func retentionNumbers(frame *data.Frame) answer {
	a, cohorts, sizes, periods, users := answer{}, fieldNamed(frame, "cohort"), fieldNamed(frame, "size"), fieldNamed(frame, "period"), fieldNamed(frame, "users")
	for i := range users.Len() {
		cohort := append(group(frame, i), cohorts.At(i).(string))
		a.set(joined(append(cohort, fmt.Sprint(number(periods, i)))...), number(users, i))
		a.set(joined(append(cohort, "-1")...), number(sizes, i))
	}
	return a
}

// overTime reads a wide series of days, whose fields have a label.
func overTime(frame *data.Frame, label string) answer {
	a, days := answer{}, fieldNamed(frame, "time")
	for _, field := range frame.Fields[1:] {
		for i := range days.Len() {
			day := days.At(i).(time.Time).UTC().Format(time.DateOnly)
			name := []string{day}
			if value, has := field.Labels[label]; has {
				name = append(name, value)
			}
			a.set(joined(name...), number(field, i))
		}
	}
	return a
}

func stickinessNumbers(frame *data.Frame) answer {
	a, days, users := answer{}, fieldNamed(frame, "days"), fieldNamed(frame, "users")
	for i := range users.Len() {
		a.set(days.At(i).(string), number(users, i))
	}
	return a
}

// heatmapNumbers are named by the hour or the property's value, and the weekday from Monday on.
func heatmapNumbers(frame *data.Frame) answer {
	a, x, isValue := answer{}, frame.Fields[0], false
	names := data.ValueMapper{}
	if x.Config != nil && len(x.Config.Mappings) > 0 {
		names, isValue = x.Config.Mappings[0].(data.ValueMapper)
	}
	for i := range frame.Rows() {
		name := strconv.FormatInt(number(x, i), 10)
		if isValue {
			name = names[name].Text
		}
		a.set(joined(name, fmt.Sprint(number(frame.Fields[1], i))), number(frame.Fields[2], i))
	}
	return a
}

// transitions are named by the step, and the types of the events that it leads from and to.
func transitions(nodes, edges *data.Frame) answer {
	titles, ids := map[string]string{}, fieldNamed(nodes, "id")
	for i := range ids.Len() {
		titles[ids.At(i).(string)] = fieldNamed(nodes, "title").At(i).(string)
	}
	a, sources, targets, counts := answer{}, fieldNamed(edges, "source"), fieldNamed(edges, "target"), fieldNamed(edges, "paths")
	for i := range sources.Len() {
		source, target := sources.At(i).(string), targets.At(i).(string)
		step, _, _ := strings.Cut(source, "-")
		a.set(joined(step, titles[source], titles[target]), number(counts, i))
	}
	return a
}
