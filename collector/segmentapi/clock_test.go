package segmentapi

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// sending is a request of one sender: times in seconds since noon, events and sent by the sender's clock.
type sending struct {
	events         []float64
	sent, received float64
}

// storeAll returns the times of the events in the order of arrival, by the collector's clock, in seconds since noon.
func storeAll(sendings ...sending) (times []float64) {
	var c clocks
	for _, s := range sendings {
		for _, at := range s.events {
			corrected := c.correct("sender", noon.Add(seconds(at)), noon.Add(seconds(s.sent)), noon.Add(seconds(s.received)))
			times = append(times, corrected.Sub(noon).Seconds())
		}
	}
	return times
}

func TestClockOfASender(t *testing.T) {
	for _, test := range []struct {
		name     string
		sendings []sending
		want     []float64
	}{
		{"a clock that is right, and requests that take their time", []sending{
			{[]float64{0}, 1, 2}, {[]float64{10}, 11, 60}, {[]float64{70}, 71, 72}}, []float64{0, 10, 70}},
		{"a slow request that the next one overtakes", []sending{
			{[]float64{10}, 10, 10.2}, {[]float64{0}, 0, 90}}, []float64{10, 0}},
		{"a slow request after a quick one", []sending{
			{[]float64{0}, 0, 0.2}, {[]float64{10}, 10, 100}, {[]float64{105}, 105, 105.1}}, []float64{0, 10, 105}},
		{"a slow request is the first of its sender", []sending{
			{[]float64{0}, 0, 90}, {[]float64{50, 99}, 100, 100}, {[]float64{120}, 120, 120}}, []float64{90, 95, 99.9, 120}},
		{"a clock at the limit, as jitter crosses it", []sending{
			{[]float64{0}, 0, 59}, {[]float64{2}, 2, 63}, {[]float64{4}, 4, 66}}, []float64{0, 2, 4}},
		{"a slow clock, and a slow request of it", []sending{
			{[]float64{-7200}, -7200, 0}, {[]float64{-7190}, -7190, 100}, {[]float64{-7095}, -7095, 105}}, []float64{0, 10, 105}},
		{"the smallest offset is found out later", []sending{
			{[]float64{-7200}, -7200, 90}, {[]float64{-7000}, -7000, 200}, {[]float64{-6900}, -6900, 390}}, []float64{90, 200, 300}},
		{"a fast clock", []sending{{[]float64{3600}, 3600, 0.5}, {[]float64{3700}, 3700, 180}}, []float64{0.5, 100.5}},
		{"a clock that was never set is set", []sending{
			{[]float64{-1e8}, -1e8, 0}, {[]float64{-1e8 - 5, 18}, 20, 20}, {[]float64{30}, 30, 30}}, []float64{0, -5, 18, 30}},
		{"what was kept offline keeps its distance", []sending{
			{[]float64{-7200 - 86400, -7200 - 3600}, -7200, 0}}, []float64{-86400, -3600}},
	} {
		got := storeAll(test.sendings...)
		if !slices.EqualFunc(got, test.want, func(a, b float64) bool { return a-b < 2e-6 && b-a < 2e-6 }) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// A clock that was set back is believed after some requests in a row.
func TestClockThatWasSetBack(t *testing.T) {
	sendings := []sending{{[]float64{0}, 0, 0}}
	for i := 1; i <= recentRequests; i++ {
		at := float64(10*i - 3600)
		sendings = append(sendings, sending{[]float64{at}, at, float64(10 * i)})
	}
	got := storeAll(sendings...)
	if got[1] != -3590 || got[recentRequests] != 10*recentRequests {
		t.Error(got)
	}
}

// Whatever the skew and however long requests take, the events of a sender are in the table in the order of their times. Requests
// overtake one another, but fewer at a time than it takes to believe that the clock was set back.
func TestEventsOfASenderKeepTheirOrder(t *testing.T) {
	for seed := range uint64(30000) {
		random := rand.New(rand.NewPCG(seed, 22))
		skew := seconds([]float64{0, 30, 59.5, 61, 90, -45, -300, 7200, -1e6, 1e9}[random.IntN(10)])
		type request struct {
			events         []time.Time
			sent, received time.Time
		}
		var requests []request
		at := noon
		for range 2 + random.IntN(60) {
			r := request{}
			for range 1 + random.IntN(4) {
				at = at.Add(time.Duration(1+random.IntN(20_000)) * time.Millisecond)
				r.events = append(r.events, at)
			}
			at = at.Add(time.Millisecond)
			delay := time.Duration(random.IntN(1000)) * time.Millisecond
			underWay := 0
			for _, other := range requests {
				if other.received.After(at) {
					underWay++
				}
			}
			if n := len(requests) % recentRequests; n < recentRequests/2 && underWay < recentRequests/2 && random.IntN(2) == 0 {
				delay = time.Duration(random.IntN(599_000)) * time.Millisecond
			}
			r.sent, r.received = at, at.Add(delay)
			requests = append(requests, r)
		}
		slices.SortStableFunc(requests, func(a, b request) int { return a.received.Compare(b.received) })
		type pair struct{ said, stored time.Time }
		var pairs []pair
		var c clocks
		for _, r := range requests {
			for _, e := range r.events {
				pairs = append(pairs, pair{e, c.correct("sender", e.Add(-skew), r.sent.Add(-skew), r.received)})
			}
		}
		slices.SortFunc(pairs, func(a, b pair) int { return cmp.Compare(a.said.UnixNano(), b.said.UnixNano()) })
		for i := 1; i < len(pairs); i++ {
			if a, b := pairs[i-1], pairs[i]; !a.stored.Before(b.stored) {
				t.Fatalf("seed %d, skew %s: %s at %s, then %s at %s", seed, skew, a.said, a.stored, b.said, b.stored)
			}
		}
	}
}

// Strangers who make up senders do not fill the memory, and a sender who goes on is not forgotten meanwhile.
func TestClocksAreBounded(t *testing.T) {
	var c clocks
	c.correct("constant", noon, noon, noon)
	for i := range 3 * maxClocks {
		now := noon.Add(time.Duration(i) * time.Millisecond)
		c.correct(fmt.Sprint("stranger ", i), now, now, now)
		if i%1000 == 0 {
			if got := c.correct("constant", now, now.Add(-90*time.Second), now); !got.Equal(now) && i > 0 {
				t.Fatal("the sender is forgotten after", i)
			}
			c.correct("constant", now, now, now)
		}
		if len(c.young) > maxClocks || len(c.old) > maxClocks {
			t.Fatal(len(c.young), len(c.old))
		}
	}
	k := c.find("constant", noon)
	for i := range 1000 { // and neither does one sender with an odd clock
		k.observe(noon.Add(time.Duration(i*i)*time.Second), noon.Add(time.Duration(i)*time.Hour))
		k.observe(noon.Add(time.Duration(i*i)*time.Second), noon.Add(time.Duration(-i)*time.Hour))
	}
	if len(k.knots) > maxKnots {
		t.Error(len(k.knots))
	}
	if c.find("constant", k.received.Add(clockMemory+1)).requests != 0 {
		t.Error("a clock is remembered for good")
	}
}
