package segmentapi

import (
	"hash/maphash"
	"slices"
	"sync"
	"time"
)

const (
	// maxSkew is how far a sender's clock may be from the collector's, including the time in transit, before it is corrected.
	maxSkew = time.Minute
	// recentRequests is how many requests' smallest offset is believed: only if so many in a row are slow are they taken for a clock that
	// was set back.
	recentRequests = 8
	// maxKnots bounds what is kept of a sender's past offsets.
	maxKnots = 16
	// longestRequest is longer than any request takes: an offset that is smaller by that much means that the clock was set.
	longestRequest = 10 * time.Minute
	// worthTurning is how much smaller an offset must be to be adopted: less is the network's jitter.
	worthTurning = time.Second
	// clockMemory is how long a sender's clock is remembered after its last request.
	clockMemory = 24 * time.Hour
	// maxClocks is half of how many senders' clocks are remembered: see [clocks].
	maxClocks = 50_000
)

// clocks are the clocks of the most recent senders. The zero value is ready to use, by many goroutines at once.
type clocks struct {
	mu   sync.Mutex
	seed maphash.Seed
	// When young is full it becomes old, and the previous old is forgotten: senders that go on sending are moved to young in time.
	young, old map[uint64]*clock
}

// correct converts the time of a sender's event to the collector's clock. sent is when the sender sent the request, by its own clock.
func (c *clocks) correct(sender string, at, sent, received time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.find(sender, received)
	k.observe(sent, received)
	return k.read(at)
}

func (c *clocks) find(sender string, received time.Time) *clock {
	if c.young == nil {
		c.seed, c.young = maphash.MakeSeed(), map[uint64]*clock{}
	}
	key := maphash.String(c.seed, sender)
	k := c.young[key]
	if k == nil {
		k = c.old[key]
		if len(c.young) >= maxClocks {
			c.old, c.young = c.young, map[uint64]*clock{}
		}
		if k == nil {
			k = &clock{}
		}
		c.young[key] = k
	}
	if received.Sub(k.received) > clockMemory {
		*k = clock{}
	}
	return k
}

// clock is what is known about a sender's clock. A request's time in transit cannot be told from an error of the clock. But it only ever
// adds to the difference of received and sent, so the smallest difference is nearest to the error.
//
// Stored events cannot be moved any more. So when a smaller offset is found, the sender's times up to then keep the old one, and the times
// from then up to the new request change over evenly: two events of a sender keep their order. Only a clock that was set is believed at
// once.
type clock struct {
	// recent has received - sent for the last requests; requests counts them.
	recent   [recentRequests]time.Duration
	requests int
	// sent and received are the last request's; latest is the latest sent so far.
	sent, received, latest time.Time
	// behind counts how many requests in a row, up to the last, were sent before latest.
	behind int
	// knots grow in both times. Before the first and after the last one, the sender's clock runs as fast as the collector's.
	knots []knot
}

// knot is a sender's time and the same time by the collector's clock.
type knot struct{ sender, collector time.Time }

func (k knot) offset() time.Duration { return k.collector.Sub(k.sender) }

// observe learns from a request; the messages of one request count once.
func (c *clock) observe(sent, received time.Time) {
	if c.requests > 0 && sent.Equal(c.sent) && received.Equal(c.received) {
		return
	}
	c.recent[c.requests%recentRequests] = received.Sub(sent)
	c.requests++
	c.sent, c.received = sent, received
	c.behind++
	if c.requests == 1 || sent.After(c.latest) {
		c.behind = 0
	}
	c.turnTo(sent)
	if c.behind == 0 {
		c.latest = sent
	}
}

// turnTo adopts the offset that the requests show, from the request that was sent at that time on.
func (c *clock) turnTo(sent time.Time) {
	smallest := slices.Min(c.recent[:min(c.requests, recentRequests)])
	if len(c.knots) == 0 {
		c.knots = append(c.knots, knot{sent, sent.Add(better(0, smallest))})
		return
	}
	last := c.knots[len(c.knots)-1]
	offset := better(last.offset(), smallest)
	until := knot{c.latest, c.read(c.latest)}
	next := knot{sent, sent.Add(offset)}
	wasSet := offset < last.offset()-longestRequest
	switch {
	case offset == last.offset():
		return
	case offset > last.offset() && c.behind >= recentRequests:
		// The clock was set back: its earlier times say nothing about now.
		c.knots, c.latest, c.behind = []knot{next}, sent, 0
		return
	case offset > last.offset() || wasSet:
		next = knot{c.latest.Add(time.Microsecond), c.latest.Add(time.Microsecond).Add(offset)}
	}
	if !next.sender.After(last.sender) || !wasSet && !next.collector.After(until.collector) {
		return // too early to turn without changing the order
	}
	if until.sender.After(last.sender) {
		c.knots = append(c.knots, until)
	}
	c.knots = append(c.knots, next)
	c.knots = slices.Delete(c.knots, 0, max(0, len(c.knots)-maxKnots))
}

// better returns the offset to use next, given the smallest that the requests show. A small offset counts as 0, so that times of a clock
// that is right are stored as they were sent. The limit is halved for a clock that was wrong: one near the limit would otherwise be
// corrected now and then.
func better(offset, smallest time.Duration) time.Duration {
	limit := maxSkew
	if offset != 0 {
		limit /= 2
	}
	switch {
	case smallest.Abs() <= limit:
		return 0
	case smallest <= offset-worthTurning, smallest > offset+maxSkew:
		return smallest
	}
	return offset
}

// read converts a sender's time to the collector's clock.
func (c *clock) read(at time.Time) time.Time {
	after, _ := slices.BinarySearchFunc(c.knots, at, func(k knot, at time.Time) int { return k.sender.Compare(at) })
	switch after {
	case 0:
		return at.Add(c.knots[0].offset())
	case len(c.knots):
		return at.Add(c.knots[after-1].offset())
	}
	from, to := c.knots[after-1], c.knots[after]
	share := float64(at.Sub(from.sender)) / float64(to.sender.Sub(from.sender))
	return from.collector.Add(time.Duration(share * float64(to.collector.Sub(from.collector)))).Truncate(time.Microsecond)
}
