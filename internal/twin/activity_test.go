package twin

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestLifecycle(t *testing.T) {
	w := world(t, `2025-12-20 12:00:00 o a
		2026-01-04 23:30:00 u a
		2026-01-05 12:00:00 u a
		2026-01-05 13:00:00 v b
		2026-01-05 22:59:59 w a
		2026-01-05 23:00:00 x a
		2026-01-07 10:00:00 o a
		2026-01-07 11:00:00 u a
		2026-01-07 12:00:00 z a`)
	r := between(t, "2026-01-05 12:00:00", "2026-01-09 00:00:00")
	s := Settings{Zone: zone(t, "Europe/Berlin"), WeekStart: time.Monday, Now: at(t, "2026-01-07 12:00:00")} // an hour ahead of UTC
	for query, want := range map[string]string{
		`{}`:                   "05 3+0+0-0, 06 1+0+0-3, 07 0+0+2-1, 08 0+0+0-2, 09 0+0+0-0",
		`{"event":"b"}`:        "05 1+0+0-0, 06 0+0+0-1, 07 0+0+0-0, 08 0+0+0-0, 09 0+0+0-0",
		`{"interval":"week"}`:  "05 4+0+1-0",
		`{"interval":"month"}`: "01 4+1+0-0",
	} {
		q := parse(t, `{"queryType":"lifecycle","lifecycle":`+query+`}`)
		var rows []string
		for _, row := range Lifecycle(q, w, r, s) {
			rows = append(rows, fmt.Sprintf("%02d %d+%d+%d-%d", row.Start.Day(), row.New, row.Returning, row.Resurrecting, row.Dormant))
		}
		if got := strings.Join(rows, ", "); got != want {
			t.Errorf("%s: %s; want %s", query, got, want)
		}
	}
}

func TestStickiness(t *testing.T) {
	w := world(t, `2026-01-05 09:00:00 u a
		2026-01-05 13:00:00 u a
		2026-01-06 10:00:00 u b
		2026-01-07 10:00:00 u a
		2026-01-05 08:00:00 v a
		2026-01-04 08:00:00 x a
		2026-01-06 08:00:00 - a
		2026-01-08 10:00:00 v a`)
	r := between(t, "2026-01-05 12:00:00", "2026-01-10 00:00:00")
	s := Settings{Zone: zone(t, "UTC"), WeekStart: time.Monday, Now: at(t, "2026-01-07 12:00:00")}
	for query, want := range map[string]string{
		`{}`:                  "[1 0 1] true",
		`{"event":"a"}`:       "[1 1 0] true",
		`{"event":"b"}`:       "[1 0 0] true",
		`{"interval":"week"}`: "[2] true",
	} {
		q := parse(t, `{"queryType":"stickiness","stickiness":`+query+`}`)
		answer := Stickiness(q, w, r, s)
		if got := fmt.Sprint(answer.Users, answer.Open); got != want {
			t.Errorf("%s: %s; want %s", query, got, want)
		}
	}
}
