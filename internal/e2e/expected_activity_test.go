package e2e

import (
	"fmt"

	"github.com/footfall-analytics/footfall/internal/twin"
	"github.com/footfall-analytics/footfall/pkg/model"
)

func lifecycleTable(l *model.Lifecycle, rows []twin.LifecycleRow, s twin.Settings) table {
	t := table{Fields: []string{"time", "new", "returning", "resurrecting", "dormant"}}
	for _, row := range rows {
		cells := []any{moment(row.Start, s.Zone), nil, nil, nil, nil}
		if row.Start.Before(s.Now) {
			cells = []any{cells[0], float64(row.New), float64(row.Returning), float64(row.Resurrecting), float64(-row.Dormant)}
			if row.End.After(s.Now) {
				cells[4] = nil
				t.Notices = []string{fmt.Sprintf("The last %s is not over: its numbers can still grow, and who is dormant is not known yet.", l.Interval)}
			}
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}

func stickinessTable(s *model.Stickiness, users []int) table {
	t := table{Fields: []string{string(s.Interval) + "s", "users", "share", "users_at_least", "share_at_least"}}
	all := 0
	for _, n := range users {
		all += n
	}
	atLeast := all
	for i, n := range users {
		t.Rows = append(t.Rows, []any{float64(i + 1), float64(n), share(n, all), float64(atLeast), share(atLeast, all)})
		atLeast -= n
	}
	return t
}
