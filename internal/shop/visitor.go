package shop

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
)

// channel is how a visitor finds the shop, with how much more or less often than others its visitors come back and buy.
type channel struct {
	name         string
	returns, buy float64
}

var (
	organic  = channel{"organic", 1.05, 1.0}
	paid     = channel{"paid_search", 0.85, 1.0}
	social   = channel{"social", 0.65, 0.6}
	email    = channel{"email", 1.5, 1.4}
	direct   = channel{"direct", 1.35, 1.25}
	referral = channel{"referral", 1.0, 0.95}

	channels = choice[channel]{{organic, 34}, {paid, 22}, {social, 16}, {direct, 12}, {email, 10}, {referral, 6}}
	// later is how people come who know the shop already.
	later = choice[channel]{{direct, 45}, {email, 30}, {organic, 25}}
)

// device is what a visitor uses, with the share of carts that go to the checkout and of checkouts that are paid.
type device struct {
	name                string
	cart, checkout, pay float64
}

var (
	mobile  = device{"mobile", 0.034, 0.45, 0.56}
	desktop = device{"desktop", 0.051, 0.57, 0.72}
	tablet  = device{"tablet", 0.042, 0.51, 0.64}

	devices       = choice[device]{{mobile, 55}, {desktop, 37}, {tablet, 8}}
	socialDevices = choice[device]{{mobile, 84}, {desktop, 11}, {tablet, 5}}
	browsers      = map[string]choice[string]{
		"mobile":  {{"Chrome", 55}, {"Safari", 35}, {"Samsung Internet", 7}, {"Firefox", 3}},
		"desktop": {{"Chrome", 56}, {"Firefox", 16}, {"Edge", 16}, {"Safari", 12}},
		"tablet":  {{"Safari", 62}, {"Chrome", 38}},
	}
	countries = choice[string]{{"DE", 68}, {"AT", 9}, {"CH", 8}, {"NL", 7}, {"FR", 5}, {"PL", 3}}
)

// visitor is one user, from the first visit on.
type visitor struct {
	rng     *rand.Rand
	id      string
	arrival time.Time // midnight of the first day
	channel channel
	device  device
	browser string
	country string
	// loyalty makes some come back often and most seldom; its mean is 1.
	loyalty    float64
	registered bool
	events     []Event
}

func newVisitor(seed uint64, arrival time.Time, n int) *visitor {
	rng := random(seed, arrival, n)
	v := &visitor{
		rng: rng, arrival: arrival,
		id:      fmt.Sprintf("u%010x", rng.Uint64()>>24),
		channel: channels.pick(rng), country: countries.pick(rng),
		loyalty: rng.ExpFloat64(),
	}
	v.use(v.pickDevice())
	return v
}

func (v *visitor) pickDevice() device {
	if v.channel == social {
		return socialDevices.pick(v.rng)
	}
	return devices.pick(v.rng)
}

func (v *visitor) use(d device) {
	v.device, v.browser = d, browsers[d.name].pick(v.rng)
}

// live adds the visits of the first day and of every later day on which the visitor comes back.
func (v *visitor) live(now time.Time) {
	v.visit(v.arrival, v.channel)
	for age := 1; ; age++ {
		day := v.arrival.AddDate(0, 0, age)
		if day.After(now) {
			return
		}
		if v.chance(v.returns(age) * weekdays[day.Weekday()]) {
			v.visit(day, v.returnChannel())
			if v.chance(0.10) { // and once more on the same day
				v.visit(day, v.returnChannel())
			}
		}
	}
}

// returns returns the chance that the visitor comes on the given day after the first: over all visitors about 27 % on day 1,
// 12 % on day 7 and 7 % on day 28.
func (v *visitor) returns(age int) float64 {
	p := 0.275 * math.Pow(float64(age), -0.45) * v.channel.returns * v.loyalty
	if v.registered {
		p *= 1.35
	}
	return min(p, 0.92)
}

func (v *visitor) returnChannel() channel {
	if v.chance(0.4) {
		return v.channel
	}
	return later.pick(v.rng)
}

func (v *visitor) chance(p float64) bool { return v.rng.Float64() < p }

// session is one visit: events at increasing times, on one device.
type session struct {
	*visitor
	id      string
	at      time.Time
	channel channel
}

func (v *visitor) visit(day time.Time, from channel) {
	usual, usualBrowser := v.device, v.browser
	if v.chance(0.12) {
		v.use(devices.pick(v.rng))
	}
	s := &session{visitor: v, id: fmt.Sprintf("s%010x", v.rng.Uint64()>>24), at: moment(v.rng, day), channel: from}
	s.run()
	v.device, v.browser = usual, usualBrowser
}

func (s *session) run() {
	if s.registered && s.device == mobile && s.chance(0.5) {
		s.add("open_app", "/app", Metadata{})
		s.wait(3*time.Second, 0.5)
	}
	s.add("visit", "/", Metadata{})
	if s.chance(0.34) { // leaves again at once
		return
	}
	s.register()
	s.browse()
}

func (s *session) add(name, page string, m Metadata) {
	m.Channel, m.Country, m.Browser = s.channel.name, s.country, s.browser
	s.events = append(s.events, Event{
		ID: newID(s.rng), UserID: s.visitor.id, Type: name, Time: s.at.UTC(), PageURL: page,
		DeviceType: s.device.name, SessionID: s.id, Metadata: m,
	})
}

func newID(rng *rand.Rand) (id uuid.UUID) {
	for i := range 2 {
		for j, bits := 0, rng.Uint64(); j < 8; j, bits = j+1, bits>>8 {
			id[8*i+j] = byte(bits)
		}
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80 // the marks of a random UUID
	return id
}

func (s *session) wait(median time.Duration, spread float64) {
	s.at = s.at.Add(pause(s.rng, median, spread))
}

// register lets some visitors open an account. The mail with the link is read minutes later, or the next morning.
func (s *session) register() {
	if s.registered || !s.chance(0.075*s.channel.buy) {
		return
	}
	s.wait(35*time.Second, 0.8)
	s.add("start_registration", "/register", Metadata{})
	submits := 0.62
	if s.device == desktop {
		submits = 0.78
	}
	s.wait(80*time.Second, 0.6)
	if !s.chance(submits) {
		return
	}
	s.add("submit_registration", "/register", Metadata{})
	if s.chance(0.8) {
		visit := s.at
		s.wait(4*time.Minute, 1.6)
		s.add("confirm_email", "/register/confirm", Metadata{})
		s.at = visit
	}
	s.registered = true
	s.wait(20*time.Second, 0.7)
}
