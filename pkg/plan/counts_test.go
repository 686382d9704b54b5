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
	days := []Day{{day(1), day(2), true, 0, 0}, {day(2), day(3), true, 0, 0}, {day(3), day(4), false, 0, 0}, {day(4), day(5), true, 0, 0}, {day(8), day(9), true, 0, 0}}
	sparse := []Day{{day(1), day(5), true, 0, 0}, {day(5), day(6), true, 0, 0}} // nothing on 2 to 4
	for _, c := range []struct {
		name     string
		counting Counting
		days     []Day
		want     string
		reason   string // of the first piece
	}{
		{"whole days", Counting{Range: model.Range{From: day(1), To: day(3)}}, days, "[1 2] 01 00:00-03 00:00", "the event counts of days that are over"},
		{"edges within quarter hours", Counting{Range: model.Range{From: day(1).Add(time.Second), To: day(2).Add(29 * time.Minute)}}, days,
			"[] 01 00:00-01 00:15, [] 02 00:15-02 00:29, [1 2] 01 00:15-02 00:15", "parts of quarter hours"},
		{"an open day between", Counting{Range: model.Range{From: day(2), To: day(5)}}, days,
			"[] 03 00:00-04 00:00, [2 4] 02 00:00-05 00:00", "days that are not closed"},
		{"days of which nothing is known", Counting{Range: model.Range{From: day(4), To: day(9)}}, days, "[] 05 00:00-08 00:00, [4 8] 04 00:00-09 00:00", "days that are not closed"},
		{"days without events", Counting{Range: model.Range{From: day(1), To: day(6)}}, sparse, "[1 5] 01 00:00-06 00:00", "the event counts of days that are over"},
		{"from a day without events", Counting{Range: model.Range{From: day(3), To: day(6)}}, sparse, "[5] 03 00:00-06 00:00", "the event counts of days that are over"},
		{"within a quarter hour", Counting{Range: model.Range{From: day(1).Add(time.Minute), To: day(1).Add(2 * time.Minute)}}, days, "[] 01 00:01-01 00:02", "parts of quarter hours"},
	} {
		if c.counting.Selector == nil {
			c.counting.Selector = &model.EventSelector{Event: model.AnyEvent}
		}
		if c.counting.Zone == nil {
			c.counting.Zone = time.UTC
		}
		pieces := c.counting.Pieces(c.days)
		if got := drawPieces(pieces); got != c.want || !strings.Contains(pieces[0].Reason.String(), c.reason) {
			t.Errorf("%s: %s because of %s; want %s because of %s", c.name, got, pieces[0].Reason, c.want, c.reason)
		}
	}
}

// Quarter hours have neither filters nor zones that are cut at other times.
func TestCountingsThatFitQuarters(t *testing.T) {
	filter := []model.Filter{{Property: "device_type", Operator: model.IsSet}}
	amsterdam, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	span := func(year int) model.Range {
		return model.Range{From: time.Date(year, 3, 1, 0, 0, 0, 0, time.UTC), To: time.Date(year, 3, 2, 0, 0, 0, 0, time.UTC)}
	}
	anything := &model.EventSelector{Event: model.AnyEvent}
	for _, c := range []struct {
		name     string
		counting Counting
		want     bool
	}{
		{"no filters", Counting{Range: span(2026), Selector: anything, Zone: amsterdam}, true},
		{"filters", Counting{Range: span(2026), Selector: anything, Zone: amsterdam, Filters: filter}, false},
		{"the selector's filters", Counting{Range: span(2026), Selector: &model.EventSelector{Event: "a", Filters: filter}, Zone: amsterdam}, false},
		{"a zone of 20 minutes", Counting{Range: span(1938), Selector: anything, Zone: amsterdam}, false},
	} {
		if got := c.counting.FitsQuarters(); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// A scan reads packed days, raw events where nothing is known, and neither where there are no events.
func TestPiecesOfAScan(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 3, d, 0, 0, 0, 0, time.UTC) }
	days := []Day{{day(2), day(5), true, 0, 0}, {day(5), day(7), true, 0, 0}, {day(7), day(8), false, 0, 0}, {day(8), day(9), true, 0, 0}}
	for _, c := range []struct {
		r    model.Range
		want string
	}{
		{model.Range{From: day(2), To: day(9)}, "[] 07 00:00-08 00:00, [2 5 8] 02 00:00-09 00:00"},
		{model.Range{From: day(1), To: day(7)}, "[] 01 00:00-02 00:00, [2 5] 01 00:00-07 00:00"},
		{model.Range{From: day(3), To: day(6)}, "[5] 03 00:00-06 00:00"},
		{model.Range{From: day(3), To: day(4)}, ""},
		{model.Range{From: day(8).Add(time.Hour), To: day(10)}, "[] 09 00:00-10 00:00, [8] 08 01:00-10 00:00"},
	} {
		s := Scan{Actor: model.UserActor, Picks: []*model.EventSelector{{Event: model.AnyEvent}}, Range: c.r}
		if got := drawPieces(s.Pieces(days)); got != c.want {
			t.Errorf("%v: %s; want %s", c.r, got, c.want)
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
