package ingest

import (
	"bytes"
	"context"
	"errors"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/footfall-analytics/footfall/collector/event"
)

// budgets are the memory that all present requests share, in bytes.
type budgets struct {
	decodedBytes int64
	// bodies is for bodies as they are read, strangers for bodies of requests whose key is not known yet, and decoded for what is decoded
	// from them.
	bodies, strangers, decoded *semaphore.Weighted
}

func newBudgets(bytes int64) budgets {
	forDecoded := bytes / 8 * 5
	return budgets{bodies: semaphore.NewWeighted(bytes / 4), strangers: semaphore.NewWeighted(bytes / 8),
		decoded: semaphore.NewWeighted(forDecoded), decodedBytes: forDecoded}
}

// MinMemory returns the least [Options.MaxMemory] for bodies of so many bytes and events.
func MinMemory(maxBody int64, maxBatch int) int64 {
	return 16*maxBody + 2*objectMemory*int64(maxBatch) + 8*(2*maxStranger+inflating)
}

// How much memory a decoded body may take, measured for the worst that clients can send.
const (
	// copies is how many copies of a body's text there are.
	copies = 5
	// nameMemory is the memory for a name in JSON: all names of an object are kept until its end, since none may repeat.
	nameMemory = 400
	// levelMemory is the memory for a level of nesting; there are at most maxDepth levels.
	levelMemory, maxDepth = 400, 10_000
	// itemMemory is the further memory for an item of a batch, even one as small as 1, and objectMemory the memory for an item that is an
	// object: the event and its copy of what a batch says for all, or the reasons why it is refused.
	itemMemory, objectMemory = 1 << 10, 20 << 10
)

// mayTake returns the most memory that the events of a body can take while they are decoded.
func (h *handler) mayTake(body []byte) int64 {
	count := func(sign string) int64 { return int64(bytes.Count(body, []byte(sign))) }
	objects, limit := count("{"), int64(h.MaxBatch)
	return copies*int64(len(body)) + nameMemory*count(":") + levelMemory*min(maxDepth, objects+count("[")) +
		itemMemory*min(limit, 1+count(",")) + objectMemory*min(limit, objects)
}

// takes returns how much memory events take until they are stored, including a copy for the queue and an answer.
func takes(request event.Request) (bytes int64) {
	const whole, refusal = 600, 100
	for i := range request.Events {
		e := &request.Events[i]
		bytes += whole + 2*int64(len(e.UserID)+len(e.Type)+len(e.AnonymousID)+len(e.PageURL)+len(e.DeviceType)+len(e.SessionID)+len(e.Alias)+len(e.Metadata)+len(e.Traits))
	}
	for _, list := range []event.Refusals{request.Refused, request.LeftOut} {
		for _, r := range list {
			bytes += refusal + 3*int64(len(r.Field)+len(r.Reason))
		}
	}
	return bytes
}

// errBusy is answered with 503.
var errBusy = errors.New("the collector has as many requests in hand as its memory allows (--max-memory)")

// memory is one request's share of a budget.
type memory struct {
	budget *semaphore.Weighted
	held   int64
}

// take takes memory or fails at once: a client that is turned away comes back, while waiting for one that sends slowly could take long.
func (m *memory) take(bytes int64) error {
	if !m.budget.TryAcquire(bytes) {
		return errBusy
	}
	m.held += bytes
	return nil
}

// patience is how long a body waits until others are decoded, which is quick.
const patience = 10 * time.Second

// await takes memory, and waits until others give enough back, which they do soon.
func (m *memory) await(bytes int64) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if m.budget.Acquire(ctx, bytes) != nil {
		return errBusy
	}
	m.held += bytes
	return nil
}

// keep gives back all but so many bytes.
func (m *memory) keep(bytes int64) {
	if bytes < m.held {
		m.budget.Release(m.held - bytes)
		m.held = bytes
	}
}
