package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Quarter hours of closed days are counted from them, what is around them from raw events; and the reason is told.
func TestPiecesOfACounting(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 3, d, 0, 0, 0, 0, time.UTC) }
	days := []Day{{Start: day(1), Closed: true}, {Start: day(2), Closed: true}, {Start: day(3)}, {Start: day(4), Closed: true}}
	filter := []model.Filter{{Property: "device_type", Operator: model.IsSet}}
	amsterdam, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		counting Counting
		days     []Day
		want     string
		reason   string // of the first piece
	}{
		{"whole days", Counting{Range: Range{day(1), day(3)}}, days, "[1 2] 01 00:00-03 00:00", "the event counts of days that are over"},
		{"edges within quarter hours", Counting{Range: Range{day(1).Add(time.Second), day(2).Add(29 * time.Minute)}}, days,
			"[] 01 00:00-01 00:15, [] 02 00:15-02 00:29, [1 2] 01 00:15-02 00:15", "parts of quarter hours"},
		{"an open day between", Counting{Range: Range{day(2), day(5)}}, days,
			"[] 03 00:00-04 00:00, [2 4] 02 00:00-05 00:00", "days that are not closed"},
		{"within a quarter hour", Counting{Range: Range{day(1).Add(time.Minute), day(1).Add(2 * time.Minute)}}, days, "[] 01 00:01-01 00:02", "parts of quarter hours"},
		{"filters", Counting{Range: Range{day(1), day(2)}, Filters: filter}, days, "[] 01 00:00-02 00:00", "closed days keep no properties"},
		{"the selector's filters", Counting{Range: Range{day(1), day(2)}, Selector: &model.EventSelector{Event: "a", Filters: filter}}, days,
			"[] 01 00:00-02 00:00", "closed days keep no properties"},
		{"a zone of 20 minutes", Counting{Range: Range{time.Date(1938, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(1938, 3, 2, 0, 0, 0, 0, time.UTC)}, Zone: amsterdam},
			[]Day{{Start: time.Date(1938, 3, 1, 0, 0, 0, 0, time.UTC), Closed: true}}, "[] 01 00:00-02 00:00", "the time zone is cut at other times"},
	} {
		if c.counting.Selector == nil {
			c.counting.Selector = &model.EventSelector{Event: model.AnyEvent}
		}
		if c.counting.Zone == nil {
			c.counting.Zone = time.UTC
		}
		pieces := c.counting.Pieces(c.days)
		if got := drawPieces(pieces); got != c.want || !strings.Contains(pieces[0].Reason, c.reason) {
			t.Errorf("%s: %s because of %s; want %s because of %s", c.name, got, pieces[0].Reason, c.want, c.reason)
		}
	}
}

// drawPieces writes the closed days of each piece, and its time.
func drawPieces(pieces []Piece) string {
	var texts []string
	for _, p := range pieces {
		closed := []int{}
		for _, day := range p.Days {
			closed = append(closed, day.Day())
		}
		texts = append(texts, fmt.Sprintf("%v %s-%s", closed, p.From.UTC().Format("02 15:04"), p.To.UTC().Format("02 15:04")))
	}
	return strings.Join(texts, ", ")
}
