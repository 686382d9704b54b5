package writer

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/footfall-analytics/footfall/collector/event"
)

const (
	// attempts is how many transactions that time out fit into the patience.
	attempts                    = 4
	shortestPause, longestPause = 100 * time.Millisecond, 2 * time.Second
)

// tries limits for how long something is tried again.
type tries struct {
	patience, pause time.Duration
	giveUp          time.Time
}

func newTries(patience time.Duration) *tries {
	t := &tries{patience: patience}
	t.begin()
	return t
}

// begin starts the patience: before the first try, and after a success.
func (t *tries) begin() { t.pause, t.giveUp = shortestPause, time.Now().Add(t.patience) }

// over reports whether there is no time for another try.
func (t *tries) over() bool { return time.Now().Add(t.pause).After(t.giveUp) }

// limit returns how long a try may take.
func (t *tries) limit() time.Duration { return max(t.patience/attempts, minAttempt) }

// hurry halves the patience from now on.
func (t *tries) hurry() { t.patience /= 2 }

// wait waits for the pause, and makes the next one longer.
func (t *tries) wait(ctx context.Context) {
	select {
	case <-time.After(t.pause):
	case <-ctx.Done():
	}
	t.pause = min(2*t.pause, longestPause)
}

// putAside moves an event that the database did not take for so long to rejected_events and returns nil, if the event is to blame: the
// database takes another one, but still not this one. Otherwise it returns the reason.
func (t *Table) putAside(ctx context.Context, e *event.Event, position int, reason error, limit time.Duration, result *Result) error {
	if err := t.rehearse(ctx, limit, []event.Event{{ID: uuid.New(), Type: "probe", Time: time.Now(), Received: time.Now()}}); err != nil {
		return reason
	}
	one := []event.Event{*e}
	if reason = t.insertPart(ctx, one, position, limit, result); reason == nil || ctx.Err() != nil {
		return reason
	}
	err := t.rejectOne(ctx, e, result, RejectedEvent{Index: position, Reason: fmt.Sprintf("the database takes other events and has not taken this one, however often it was tried: %s", reason)})
	if err == nil {
		t.note(nil)
	}
	return err
}
