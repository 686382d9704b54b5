package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
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

func funnelNumbers(frame *data.Frame) answer {
	a, users := answer{}, fieldNamed(frame, "users")
	for i := range users.Len() {
		a.set(fmt.Sprintf("step %d", i+1), number(users, i))
	}
	return a
}

func retentionNumbers(frame *data.Frame) answer {
	a, cohorts, sizes, periods, users := answer{}, fieldNamed(frame, "cohort"), fieldNamed(frame, "size"), fieldNamed(frame, "period"), fieldNamed(frame, "users")
	for i := range users.Len() {
		cohort := cohorts.At(i)
		if t, ok := cohort.(time.Time); ok {
			cohort = t.UTC().Format(time.DateOnly)
		}
		a.set(fmt.Sprintf("%s, day %d", cohort, number(periods, i)), number(users, i))
		a.set(fmt.Sprintf("%s, day -1", cohort), number(sizes, i))
	}
	return a
}

func heatmapNumbers(frame *data.Frame) answer {
	a := answer{}
	for i := range frame.Rows() {
		a.set(fmt.Sprintf("hour %d, weekday %d", number(frame.Fields[0], i), number(frame.Fields[1], i)), number(frame.Fields[2], i))
	}
	return a
}

// levelNumbers adds up how many users got to a level, and no further, to how many reached it.
func levelNumbers(rows [][]string) (answer, error) {
	reached := map[int]int64{}
	for _, row := range rows {
		level, err := strconv.Atoi(row[0])
		if err != nil {
			return nil, err
		}
		users, err := strconv.ParseInt(row[1], 10, 64)
		if err != nil {
			return nil, err
		}
		for l := 1; l <= level; l++ {
			reached[l] += users
		}
	}
	a := answer{}
	for level, users := range reached {
		a.set(fmt.Sprintf("step %d", level), users)
	}
	return a, nil
}

// returnNumbers reads rows of cohort, period and users, where all of a cohort's users are in its period 0.
func returnNumbers(rows [][]string) (answer, error) {
	for _, row := range slices.Clone(rows) {
		if row[1] == "0" {
			rows = append(rows, []string{row[0], "-1", row[2]})
		}
	}
	return cellNumbers(rows)
}

// cellNumbers reads rows of cohort, period and users; the period -1 is the cohort's size.
var cellNumbers = namedNumbers("%s, day %s")

// namedNumbers reads rows of two texts, which are put into the name, and a number.
func namedNumbers(name string) func(rows [][]string) (answer, error) {
	return func(rows [][]string) (answer, error) {
		a := answer{}
		for _, row := range rows {
			n, err := strconv.ParseInt(row[2], 10, 64)
			if err != nil {
				return nil, err
			}
			a.set(fmt.Sprintf(name, row[0], row[1]), n)
		}
		return a, nil
	}
}
