package e2e

import (
	"fmt"
	"strconv"

	"github.com/footfall-analytics/footfall/internal/twin"
	"github.com/footfall-analytics/footfall/pkg/model"
)

func lifecycleTable(l *model.Lifecycle, rows []twin.LifecycleRow, s twin.Settings) table {
	t := table{Fields: []string{"time", "users new", "users returning", "users resurrecting", "users dormant"}}
	for _, row := range rows {
		cells := []any{moment(row.Start, s.Zone), nil, nil, nil, nil}
		if row.Start.Before(s.Now) {
			cells = []any{cells[0], float64(row.New), float64(row.Returning), float64(row.Resurrecting), float64(-row.Dormant)}
			if row.End.After(s.Now) {
				cells[4] = nil
				t.Incomplete = []int{len(t.Rows)}
				t.Notices = []string{fmt.Sprintf("The last %s is not over: its numbers can still grow, and who is dormant is not known yet.", l.Interval)}
			}
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}

func stickinessTable(m *model.Stickiness, s twin.Sticky) table {
	var t table
	if s.Open {
		t.Notices = []string{fmt.Sprintf("The last %s is not over: users can still become active in it.", m.Interval)}
	}
	all, atLeast := 0, 0
	for i, n := range s.Users {
		all += n
		if i+1 >= m.AtLeast {
			atLeast += n
		}
	}
	if m.Output == model.StickinessRate {
		if all > 0 {
			t.Fields, t.Rows = []string{"stickiness_rate"}, [][]any{{share(atLeast, all)}}
		}
		return t
	}
	t.Fields = []string{string(m.Interval) + "s", "users", "share", "users_at_least", "share_at_least"}
	atLeast = all
	for i, n := range s.Users {
		t.Rows = append(t.Rows, []any{strconv.Itoa(i + 1), float64(n), share(n, all), float64(atLeast), share(atLeast, all)})
		atLeast -= n
	}
	return t
}
