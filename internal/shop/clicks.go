package shop

import (
	"math"
	"math/rand/v2"
	"time"
)

// spot is something that visitors click on: its middle, in percent of the page's width and height, and the element that is there.
type spot struct {
	x, y    float64
	element string
}

// spots are what a page has to click on, by the event that says that the page was opened.
var spots = map[string]choice[spot]{
	"visit": {
		{spot{50, 4, "header > form.search"}, 24}, {spot{16, 12, "nav > a.shoes"}, 12}, {spot{33, 12, "nav > a.shirts"}, 9}, {spot{50, 28, "section.hero > a.offer"}, 30},
		{spot{20, 62, "ul.products > li > a"}, 11}, {spot{50, 62, "ul.products > li > a"}, 8}, {spot{80, 62, "ul.products > li > a"}, 6},
	},
	"view_product": {
		{spot{27, 34, "figure > img.product"}, 45}, {spot{74, 46, "form > select.size"}, 20}, {spot{70, 58, "form > button.add-to-cart"}, 17},
		{spot{40, 82, "details.reviews > summary"}, 10}, {spot{50, 4, "header > form.search"}, 8},
	},
}

// click adds clicks to the pages that the visitor opened. They have a source of chance of their own, so that nothing else that
// the visitor does depends on them.
func (v *visitor) click(rng *rand.Rand) {
	for _, page := range v.events {
		choices, has := spots[page.Type]
		if !has || rng.Float64() > 0.25 {
			continue
		}
		at := choices.pick(rng)
		click := page
		click.ID, click.Type, click.Time = newID(rng), "click", page.Time.Add(pause(rng, 4*time.Second, 0.5))
		click.Metadata = Metadata{
			Channel: page.Metadata.Channel, Country: page.Metadata.Country, Browser: page.Metadata.Browser,
			X: around(rng, at.x), Y: around(rng, at.y), Element: at.element,
		}
		v.events = append(v.events, click)
	}
}

// firstScreen is how much of a page is seen without scrolling, in percent of its height.
const firstScreen = 32

// scroll adds how far down the visitor came on pages with something to click on, by a source of chance of its own.
func (v *visitor) scroll(rng *rand.Rand) {
	for _, page := range v.events {
		if _, has := spots[page.Type]; !has || rng.Float64() > 0.04 {
			continue
		}
		scroll := page
		scroll.ID, scroll.Type, scroll.Time = newID(rng), "scroll", page.Time.Add(pause(rng, 12*time.Second, 0.5))
		scroll.Metadata = Metadata{
			Channel: page.Metadata.Channel, Country: page.Metadata.Country, Browser: page.Metadata.Browser,
			Depth: math.Round(min(firstScreen+34*rng.ExpFloat64(), 100)),
		}
		v.events = append(v.events, scroll)
	}
}

// around returns a place near another, on the page.
func around(rng *rand.Rand, middle float64) float64 {
	return math.Round(10*min(max(middle+2.5*rng.NormFloat64(), 0.1), 99.9)) / 10
}

// robot returns a program that compares prices. On Sundays at noon it searches far more often than a person can.
func robot(seed uint64, day time.Time) []Event {
	if day.Weekday() != time.Sunday {
		return nil
	}
	rng := random(seed, day, -2)
	y, m, d := day.Date()
	s := &session{
		visitor: &visitor{rng: rng, id: "price-robot", device: desktop, browser: "Chrome", country: "DE"},
		id:      "robot-" + day.Format(time.DateOnly), at: time.Date(y, m, d, 12, 0, 0, 0, Zone), channel: direct,
	}
	for range 90 {
		s.at = s.at.Add(500 * time.Millisecond)
		s.add("search", "/search", Metadata{Query: products[rng.IntN(len(products))].id})
	}
	return s.events
}
