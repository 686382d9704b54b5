package shop_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/footfall-analytics/footfall/internal/shop"
)

var now = time.Date(2026, 11, 24, 13, 30, 0, 0, shop.Zone)

func month() []shop.Event { return shop.Generate(1, now, 30, 7000) }

func TestMonthIsLargeOrderedAndOver(t *testing.T) {
	events := month()
	users, ids := map[string]bool{}, map[uuid.UUID]bool{}
	for _, e := range events {
		users[e.UserID], ids[e.ID] = true, true
	}
	between(t, "events", float64(len(events)), 60_000, 80_000)
	between(t, "users", float64(len(users)), 6_500, 8_000)
	if len(ids) != len(events) {
		t.Errorf("%d identifiers for %d events", len(ids), len(events))
	}
	if !slices.IsSortedFunc(events, func(a, b shop.Event) int { return a.Time.Compare(b.Time) }) {
		t.Error("not in order of time")
	}
	first, last := events[0].Time, events[len(events)-1].Time
	if start := time.Date(2026, 10, 25, 0, 0, 0, 0, shop.Zone); first.Before(start) || first.Sub(start) > time.Hour || last.After(now) {
		t.Errorf("from %s to %s", first, last)
	}
}

// Later runs repeat what earlier ones sent, under the same identifiers, and go on from there.
func TestLaterRunContinues(t *testing.T) {
	before, after := month(), shop.Generate(1, now.Add(5*time.Hour), 30, 7000)
	if !slices.Equal(before, after[:len(before)]) {
		t.Error("the same time was made up differently five hours later")
	}
	if more := len(after) - len(before); more < 200 {
		t.Errorf("only %d more events in five hours", more)
	}
	tomorrow := map[shop.Event]bool{}
	for _, e := range shop.Generate(1, now.AddDate(0, 0, 1), 31, 31*7000/30) {
		tomorrow[e] = true
	}
	missing := 0
	for _, e := range before {
		if !tomorrow[e] {
			missing++
		}
	}
	between(t, "events that the next day makes up differently", float64(missing)/float64(len(before)), 0, 0.01)
	if slices.Equal(before, shop.Generate(2, now, 30, 7000)) {
		t.Error("another seed makes the same events")
	}
}

func TestFunnels(t *testing.T) {
	events := month()
	all := countReached(events, "", "view_product", "add_to_cart", "checkout_start", "pay_order")
	between(t, "product to cart", all[1]/all[0], 0.12, 0.20)
	between(t, "cart to checkout", all[2]/all[1], 0.45, 0.60)
	between(t, "checkout to paid", all[3]/all[2], 0.60, 0.75)
	phone := countReached(events, "mobile", "view_product", "add_to_cart", "checkout_start", "pay_order")
	desk := countReached(events, "desktop", "view_product", "add_to_cart", "checkout_start", "pay_order")
	between(t, "mobile against desktop", (phone[3]/phone[0])/(desk[3]/desk[0]), 0.3, 0.6)
	registration := countReached(events, "", "visit", "start_registration", "submit_registration", "confirm_email")
	between(t, "visit to registration", registration[1]/registration[0], 0.08, 0.20)
	between(t, "registration submitted", registration[2]/registration[1], 0.60, 0.75)
	between(t, "registration confirmed", registration[3]/registration[2], 0.70, 0.90)
}

// countReached counts the users who did the steps in this order, whenever.
func countReached(events []shop.Event, device string, steps ...string) []float64 {
	level := map[string]int{}
	counts := make([]float64, len(steps))
	for _, e := range events {
		at := level[e.UserID]
		if at < len(steps) && e.Type == steps[at] && (device == "" || e.DeviceType == device) {
			level[e.UserID]++
			counts[at]++
		}
	}
	return counts
}

func TestVisitorsComeBack(t *testing.T) {
	events := month()
	for age, band := range map[int][2]float64{1: {0.25, 0.30}, 7: {0.10, 0.14}, 21: {0.05, 0.10}} {
		between(t, "all", comeBack(events, "", age), band[0], band[1])
	}
	byMail, bySocial := comeBack(events, "email", 1), comeBack(events, "social", 1)
	if byMail < 1.5*bySocial {
		t.Errorf("day 1: email %.3f, social %.3f", byMail, bySocial)
	}
}

// comeBack returns the share of the users who came through a channel who are there again on the given day after their first,
// over the days old enough to tell.
func comeBack(events []shop.Event, channel string, age int) float64 {
	first, back, old := map[string]time.Time{}, map[string]bool{}, map[string]bool{}
	for _, e := range events {
		y, m, d := e.Time.In(shop.Zone).Date()
		day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
		if _, known := first[e.UserID]; !known {
			first[e.UserID] = day
			old[e.UserID] = (channel == "" || e.Metadata.Channel == channel) && now.Sub(day) > time.Duration(age+2)*24*time.Hour
		}
		back[e.UserID] = back[e.UserID] || day.Equal(first[e.UserID].AddDate(0, 0, age))
	}
	var users, returned float64
	for user := range old {
		if old[user] {
			users++
			if back[user] {
				returned++
			}
		}
	}
	return returned / users
}

func TestRhythm(t *testing.T) {
	var hours [24]float64
	var weekdays [7]float64
	for _, e := range month() {
		at := e.Time.In(shop.Zone)
		hours[at.Hour()]++
		if now.Sub(at) < 28*24*time.Hour {
			weekdays[at.Weekday()]++
		}
	}
	if peak := slices.Index(hours[:], slices.Max(hours[:])); peak < 19 || peak > 21 {
		t.Errorf("busiest at %d o'clock", peak)
	}
	between(t, "4 o'clock against 20 o'clock", hours[4]/hours[20], 0.01, 0.15)
	between(t, "Sunday against Wednesday", weekdays[time.Sunday]/weekdays[time.Wednesday], 1.15, 1.7)
}

// Clicks lie on the page, most of them on few places of it, and only the robot does more than a person can.
func TestClicksAndTheRobot(t *testing.T) {
	clicks, scrolls, ends, places, searches := 0.0, 0.0, 0.0, map[[2]int]float64{}, map[string]float64{}
	for _, e := range month() {
		switch e.Type {
		case "click":
			if e.Metadata.X <= 0 || e.Metadata.X >= 100 || e.Metadata.Y <= 0 || e.Metadata.Y >= 100 || e.Metadata.Element == "" {
				t.Fatalf("a click beside the page, or on nothing: %+v", e)
			}
			clicks++
			places[[2]int{int(e.Metadata.X) / 10, int(e.Metadata.Y) / 10}]++
		case "scroll":
			if e.Metadata.Depth < 32 || e.Metadata.Depth > 100 {
				t.Fatalf("scrolled beyond the page: %+v", e)
			}
			scrolls++
			if e.Metadata.Depth == 100 {
				ends++
			}
		case "search":
			searches[e.UserID+e.Time.Format(" 2006-01-02 15:04")]++
		}
	}
	between(t, "clicks", clicks, 6_000, 15_000)
	between(t, "pages scrolled", scrolls, 1_500, 3_000)
	between(t, "of them to the end", ends/scrolls, 0.08, 0.2)
	top := slices.Sorted(maps.Values(places))
	between(t, "clicks in the tenth most popular part", top[len(top)-10]/clicks, 0.02, 0.05)
	between(t, "minutes with more than 60 searches of a user", float64(len(slices.DeleteFunc(slices.Collect(maps.Values(searches)), func(n float64) bool { return n <= 60 }))), 4, 5)
}

func TestEventsAreWhatTheCollectorTakes(t *testing.T) {
	for _, e := range shop.Generate(1, now, 3, 300) {
		if e.Type != "add_to_cart" {
			continue
		}
		raw, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{`"event_id":"`, `"timestamp":"2026-11-2`, `Z"`, `"page_url":"/product/p1`, `"metadata":{"channel":"`, `"price":`} {
			if !strings.Contains(string(raw), part) {
				t.Errorf("%s lacks %s", raw, part)
			}
		}
		return
	}
	t.Error("nothing in a cart")
}

func between(t *testing.T, what string, got, low, high float64) {
	t.Helper()
	t.Logf("%s: %.3f", what, got)
	if got < low || got > high {
		t.Errorf("%s: %.3f, want %g to %g", what, got, low, high)
	}
}
