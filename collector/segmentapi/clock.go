package segmentapi

import (
	"hash/maphash"
	"slices"
	"sync"
	"time"
)

const (
	// maxSkew is how far a sender's clock may be from the collector's, the time on the way included, before it is corrected.
	maxSkew = time.Minute
	// recentRequests are those whose smallest offset is believed: so many in a row must be slow to be taken for a clock that was
	// set back.
	recentRequests = 8
	// maxKnots bounds what is kept of a sender's past offsets.
	maxKnots = 16
	// longestRequest is longer than any request takes: an offset that is smaller by as much tells of a clock that was set.
	longestRequest = 10 * time.Minute
	// worthTurning is how much smaller an offset must be to be taken over: less is the jitter of the network.
	worthTurning = time.Second
	// clockMemory is how long a sender's clock is remembered after its last request.
	clockMemory = 24 * time.Hour
	// maxClocks is of how many senders, twice: see [clocks].
	maxClocks = 50_000
)

// clocks are the clocks of the senders that sent last. The zero value is ready to use, by many goroutines at once.
type clocks struct {
	mu   sync.Mutex
	seed maphash.Seed
	// When young is full it becomes old, and what was old is forgotten: those who go on sending are moved to young in time.
	young, old map[uint64]*clock
}

// correct returns what a sender's time of an event is by the collector's clock. The event came with a request that the sender sent
// at the time sent, by its own clock.
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

// clock is what is known of a sender's clock. A request's time on the way cannot be told from an error of the clock; but it only
// ever adds to the difference of received and sent, so the smallest difference is nearest to the error.
//
// What was stored cannot be moved any more. So when a smaller offset is found out, the sender's times up to then keep the old one,
// and those up to the new request are put evenly in between: two events of a sender keep their order. Only a clock that was set is
// believed at once.
type clock struct {
	// recent are received - sent of the last requests, of which there were as many as requests says.
	recent   [recentRequests]time.Duration
	requests int
	// sent and received are those of the last request; latest is the latest sent so far.
	sent, received, latest time.Time
	// behind counts the last requests in a row that were sent before latest.
	behind int
	// knots grow in both times. Before the first and after the last one the sender's time goes as fast as the collector's.
	knots []knot
}

// knot says what a sender's time is by the collector's clock.
type knot struct{ sender, collector time.Time }

func (k knot) offset() time.Duration { return k.collector.Sub(k.sender) }

// observe learns from a request; the messages of one request teach once.
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

// turnTo takes over the offset that the requests show, from the request that was sent then on.
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
		// The clock was set back: what it said before says nothing about now.
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

// better returns the offset to go on with, where the requests show another as the smallest. Small ones are none, so that the times of a
// clock that is right are stored as they were sent; the limit is halved for a clock that was wrong, or one at the limit would be
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

// read returns what a sender's time is by the collector's clock.
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
