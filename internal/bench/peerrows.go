package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// readRows reads rows of names, which are joined, and a number.
func readRows(rows [][]string) (answer, error) {
	a := answer{}
	for _, row := range rows {
		last := len(row) - 1
		n, err := strconv.ParseInt(row[last], 10, 64)
		if err != nil {
			return nil, err
		}
		a.set(joined(row[:last]...), n)
	}
	return a, nil
}

// readLevels reads rows of the breakdown's value, if any, a level, and the users who got to it and no further. It adds them up to how
// many reached it.
func readLevels(rows [][]string) (answer, error) {
	a := answer{}
	for _, row := range rows {
		names := len(row) - 2
		level, err := strconv.Atoi(row[names])
		if err != nil {
			return nil, err
		}
		users, err := strconv.ParseInt(row[names+1], 10, 64)
		if err != nil {
			return nil, err
		}
		for l := 1; l <= level; l++ {
			a[joined(append(slices.Clone(row[:names]), fmt.Sprint(l))...)] += users
		}
	}
	return a, nil
}

// readReturns reads rows of the breakdown's value, if any, cohort, period and users, where all of a cohort's users are in its period 0.
func readReturns(rows [][]string) (answer, error) {
	for _, row := range slices.Clone(rows) {
		if period := len(row) - 2; row[period] == "0" {
			size := slices.Clone(row)
			size[period] = "-1"
			rows = append(rows, size)
		}
	}
	return readRows(rows)
}

// readLifecycle reads rows of a day, its new, returning and resurrecting users, and those who are dormant on the next day, for the days
// from the one before the range on.
func readLifecycle(rows [][]string, since time.Time) (answer, error) {
	first, last := since.Unix()/daySeconds, int64(0)
	a := answer{}
	for _, row := range rows {
		var n [5]int64
		for i := range n {
			var err error
			if n[i], err = strconv.ParseInt(row[i], 10, 64); err != nil {
				return nil, err
			}
		}
		last = max(last, n[0])
		if n[0] >= first {
			for i, status := range []string{"new", "returning", "resurrecting"} {
				a.set(joined(dayName(n[0]), status), n[i+1])
			}
		}
		a.set(joined(dayName(n[0]+1), "dormant"), -n[4])
	}
	delete(a, joined(dayName(last), "dormant")) // the last day is not over
	delete(a, joined(dayName(last+1), "dormant"))
	return a, nil
}

// dayName names a day, which is counted from 1970-01-01.
func dayName(n int64) string { return time.Unix(n*daySeconds, 0).UTC().Format(time.DateOnly) }

// readTransitions reads rows of a step, the types of two events one after the other, and a number. The type 0 is the end.
func readTransitions(rows [][]string) (answer, error) {
	for _, row := range rows {
		for i := 1; i <= 2; i++ {
			n, err := strconv.Atoi(row[i])
			if err != nil {
				return nil, err
			}
			if row[i] = "(end)"; n > 0 {
				row[i] = eventTypes[n-1].name
			}
		}
	}
	return readRows(rows)
}

// joined makes one name of several.
func joined(names ...string) string { return strings.Join(names, ", ") }
