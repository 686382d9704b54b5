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
	Seed int64
	// Heavy is how many of the events belong to the first user, besides what that user has anyway.
	Heavy int64
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
	// All events of a user have the same device and channel.
	devices  = []string{"mobile", "desktop", "tablet"}
	channels = []string{"organic", "ads", "email", "social", "direct"}
)

const (
	day        = 24 * time.Hour
	daySeconds = 24 * 60 * 60
	products   = 5000
	prices     = 500
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
	rng := rand.New(rand.NewPCG(uint64(p.Seed), uint64(n)))
	seconds := daySeconds
	if n == p.Days {
		seconds = int(p.Until.Sub(p.midnight(n)) / time.Second)
	}
	count := p.share(p.Events, n)
	heavy := min(p.share(p.Heavy, n), int64(seconds/2))
	events := make([]event, 0, count)
	taken := make(map[[2]int]bool, count)
	for i := range count {
		r := rng.Float64()
		e := event{user: int(r * r * float64(p.Users)), typ: someType(rng), second: rng.IntN(seconds), number: rng.Uint64()}
		if i < heavy {
			e.user = 0
		}
		for taken[[2]int{e.user, e.second}] {
			e.second = rng.IntN(seconds)
		}
		taken[[2]int{e.user, e.second}] = true
		events = append(events, e)
	}
	slices.SortFunc(events, func(a, b event) int { return a.second - b.second })
	return events
}

// share returns how many of a number of events are on a day.
func (p *parameters) share(events int64, n int) int64 {
	days := int64(p.calendarDays())
	return events*int64(n+1)/days - events*int64(n)/days
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
		at, userID(e.user), key, name, page, devices[e.device()], e.session(midnight), e.metadata(), id,
		at.Add(time.Duration(e.number%1000) * time.Millisecond),
	}
}

func (e *event) device() int { return e.user % len(devices) }

func (e *event) channel() int { return e.user % len(channels) }

func (e *event) price() int { return int(e.number % prices) }

// session is the user's of that day.
func (e *event) session(midnight time.Time) string {
	return fmt.Sprintf("s%d-%d", e.user, midnight.Unix()/daySeconds)
}

func (e *event) metadata() string {
	return fmt.Sprintf(`{"channel": %q, "price": %d}`, channels[e.channel()], e.price())
}

func userID(user int) string { return fmt.Sprintf("user-%d", user) }
