package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// parameters decide which events there are.
type parameters struct {
	Events int64
	Users  int
	// Days is how many days the questions are about.
	Days int
	Seed uint64
	// Until is the end of the events, on the last of the days, which is not over.
	Until time.Time
}

// eventTypes are the types of events, and how many of a hundred events are of each.
var eventTypes = []struct {
	name    string
	percent int
}{
	{"visit", 25}, {"view_product", 20}, {"search", 10}, {"add_to_cart", 10}, {"checkout_start", 6}, {"pay_order", 4},
	{"open_app", 8}, {"like", 5}, {"share", 3}, {"review", 2}, {"logout", 3}, {"login", 4},
}

var (
	devices  = []string{"mobile", "desktop", "tablet"}
	channels = []string{"organic", "ads", "email", "social", "direct"}
)

const (
	day        = 24 * time.Hour
	daySeconds = 24 * 60 * 60
	products   = 5000
)

// event is one event of a day. No user has two in the same second: ClickHouse's time is in whole seconds, and what it says of
// the order within one is its own.
type event struct {
	user   int
	typ    uint8
	second int // of the day
	number uint64
}

// calendarDays returns how many days have events. The questions' range begins on the first one, at the time of day that it is when
// they are asked.
func (p *parameters) calendarDays() int { return p.Days + 1 }

// midnight returns the beginning of a day; days count from 0.
func (p *parameters) midnight(n int) time.Time {
	return p.Until.Truncate(day).AddDate(0, 0, n-p.Days)
}

// day makes the events of a day, in order of time. Each day has as many as any other; those of the last day, which is not over,
// lie closer together. Few users do much, many do little.
func (p *parameters) day(n int) []event {
	rng := rand.New(rand.NewPCG(p.Seed, uint64(n)))
	seconds := daySeconds
	if n == p.Days {
		seconds = int(p.Until.Sub(p.midnight(n)) / time.Second)
	}
	days := int64(p.calendarDays())
	count := p.Events*int64(n+1)/days - p.Events*int64(n)/days
	events := make([]event, 0, count)
	taken := make(map[[2]int]bool, count)
	for range count {
		r := rng.Float64()
		e := event{user: int(r * r * float64(p.Users)), typ: someType(rng), second: rng.IntN(seconds), number: rng.Uint64()}
		for taken[[2]int{e.user, e.second}] {
			e.second = rng.IntN(seconds)
		}
		taken[[2]int{e.user, e.second}] = true
		events = append(events, e)
	}
	slices.SortFunc(events, func(a, b event) int { return a.second - b.second })
	return events
}

func someType(rng *rand.Rand) uint8 {
	n := rng.IntN(100)
	for i, t := range eventTypes {
		if n -= t.percent; n < 0 {
			return uint8(i)
		}
	}
	panic("bench: the percentages of the event types are less than a hundred")
}

// fraction returns a user's part of a second, in all times of that user. Real times are not whole seconds, which would compress
// better; with the same part for all events of a user the time between any two still is.
func fraction(user int) time.Duration {
	return time.Duration(uint32(user)*2654435761%1_000_000) * time.Microsecond
}

// time returns when an event of a day happened.
func (e *event) time(midnight time.Time) time.Time {
	return midnight.Add(time.Duration(e.second)*time.Second + fraction(e.user))
}

// columns are the columns of user_events that are loaded; row has their values.
var columns = []string{"time", "user_id", "user_key", "event_type", "page_url", "device_type", "session_id", "metadata", "event_id", "received_at"}

func (e *event) row(midnight time.Time, key int64) []any {
	var page *string
	name := eventTypes[e.typ].name
	if name == "view_product" || name == "add_to_cart" {
		url := fmt.Sprintf("/products/%d", e.number%products)
		page = &url
	}
	var id [16]byte
	binary.BigEndian.PutUint64(id[:8], uint64(midnight.Unix())<<32|uint64(e.second))
	binary.BigEndian.PutUint64(id[8:], e.number)
	at := e.time(midnight)
	return []any{
		at, userID(e.user), key, name, page, devices[e.user%len(devices)], fmt.Sprintf("s%d-%d", e.user, midnight.Unix()/daySeconds),
		fmt.Sprintf(`{"channel": %q, "price": %d}`, channels[e.user%len(channels)], e.number%500), id,
		at.Add(time.Duration(e.number%1000) * time.Millisecond),
	}
}

func userID(user int) string { return fmt.Sprintf("user-%d", user) }
