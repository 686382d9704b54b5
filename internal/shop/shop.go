// Package shop makes up the traffic of a web shop in Berlin: visitors who arrive through six channels, look around, put
// things into a cart, some of whom pay, register and come back, and a robot that compares prices. The demo and its tests send it
// to the collector.
//
// The traffic is a function of the seed and the calendar. Whoever generates it again, an hour or a week later, gets the
// same events with the same identifiers, and the new ones after them: sending it twice stores nothing twice.
package shop

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Event is one event in the collector's JSON form.
type Event struct {
	ID         uuid.UUID `json:"event_id"`
	UserID     string    `json:"user_id"`
	Type       string    `json:"event_type"`
	Time       time.Time `json:"timestamp"`
	PageURL    string    `json:"page_url,omitempty"`
	DeviceType string    `json:"device_type"`
	SessionID  string    `json:"session_id"`
	Metadata   Metadata  `json:"metadata"`
}

// Metadata is what an event says beside its columns. The first three are set on every event.
type Metadata struct {
	Channel string `json:"channel"`
	Country string `json:"country"`
	Browser string `json:"browser"`
	// Category, ProductID and Price (EUR) belong to view_product and add_to_cart.
	Category  string  `json:"category,omitempty"`
	ProductID string  `json:"product_id,omitempty"`
	Price     float64 `json:"price,omitempty"`
	// Query is what a search looked for.
	Query string `json:"query,omitempty"`
	// Items and OrderValue (EUR) belong to checkout_start and pay_order, Payment to pay_order.
	Items      int     `json:"items,omitempty"`
	OrderValue float64 `json:"order_value,omitempty"`
	Payment    string  `json:"payment,omitempty"`
	// X and Y are where on the page a click was, in percent of its width and height.
	X float64 `json:"x,omitempty"`
	Y float64 `json:"y,omitempty"`
	// Element is what was clicked on, as a selector.
	Element string `json:"element,omitempty"`
	// Depth belongs to scroll: how far down the visitor came on the page, in percent of its height.
	Depth float64 `json:"depth,omitempty"`
}

// Zone is the time zone that the shop's visitors live in.
var Zone = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err) // the zone exists; without zone data no program of ours works
	}
	return zone
}()

// Generate returns the events of users who first came on the given number of whole days before now's, or on now's day so
// far, ordered by time; none is later than now. About the given number of users come within the whole days.
func Generate(seed uint64, now time.Time, days, users int) []Event {
	var events []Event
	for day := Start(now, days); !day.After(now); day = day.AddDate(0, 0, 1) {
		for n := range arrivals(seed, day, float64(users)/float64(days)) {
			v := newVisitor(seed, day, n)
			v.live(now)
			v.click(random(^seed, day, n))
			v.scroll(random(^seed-1, day, n))
			events = append(events, v.events...)
		}
		events = append(events, robot(seed, day)...)
	}
	events = slices.DeleteFunc(events, func(e Event) bool { return e.Time.After(now) })
	slices.SortFunc(events, func(a, b Event) int {
		return cmp.Or(a.Time.Compare(b.Time), slices.Compare(a.ID[:], b.ID[:]))
	})
	return events
}

// Start returns the midnight in the shop's zone that is the given number of whole days before now's day.
func Start(now time.Time, days int) time.Time {
	y, m, d := now.In(Zone).Date()
	return time.Date(y, m, d-days, 0, 0, 0, 0, Zone)
}

// arrivals returns how many users come for the first time on a day: more at the weekend, and never quite the same number.
func arrivals(seed uint64, day time.Time, mean float64) int {
	rng := random(seed, day, -1)
	return int(math.Round(mean * weekdays[day.Weekday()] * (0.9 + 0.2*rng.Float64())))
}

// random returns the source of chance of one visitor, the same whenever it is asked for.
func random(seed uint64, day time.Time, n int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, uint64(day.Unix())<<20+uint64(n+1)))
}

// choice is a list of values with their weights.
type choice[T any] []struct {
	value  T
	weight float64
}

func (c choice[T]) pick(rng *rand.Rand) T {
	return c[pickIndex(rng, len(c), func(i int) float64 { return c[i].weight })].value
}

func pickIndex(rng *rand.Rand, n int, weight func(int) float64) int {
	total := 0.0
	for i := range n {
		total += weight(i)
	}
	at := rng.Float64() * total
	for i := range n {
		if at -= weight(i); at < 0 {
			return i
		}
	}
	return n - 1
}

// weekdays weighs the days, Sunday first.
var weekdays = [7]float64{1.20, 0.94, 0.96, 0.96, 0.98, 0.92, 1.06}

// hours weighs the hours of a working day and of a weekend day.
var hours = [2][24]float64{
	{1.6, .8, .4, .3, .3, .6, 1.5, 2.8, 3.6, 3.9, 4.2, 4.6, 5.8, 5.2, 4.4, 4.3, 4.6, 5.4, 6.6, 8.2, 9.4, 9.0, 6.4, 3.4},
	{2.6, 1.5, .8, .5, .3, .4, .7, 1.4, 2.8, 4.6, 6.2, 6.8, 6.4, 6.2, 6.4, 6.6, 6.6, 6.4, 6.2, 6.6, 7.4, 7.0, 5.0, 2.9},
}

// moment returns a time on the day at which someone starts a visit.
func moment(rng *rand.Rand, day time.Time) time.Time {
	weights := &hours[0]
	if w := day.Weekday(); w == time.Saturday || w == time.Sunday {
		weights = &hours[1]
	}
	hour := pickIndex(rng, 24, func(i int) float64 { return weights[i] })
	y, m, d := day.Date()
	return time.Date(y, m, d, hour, rng.IntN(60), rng.IntN(60), rng.IntN(1000)*1e6, Zone)
}

// pause returns a waiting time around the median; one in six is more than e^spread times as long.
func pause(rng *rand.Rand, median time.Duration, spread float64) time.Duration {
	d := time.Duration(float64(median) * math.Exp(spread*rng.NormFloat64()))
	return max(time.Second, d.Round(time.Millisecond))
}
