package footfall

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"
)

var (
	// ErrFull is returned by [Client.Enqueue] when as many messages wait as the queue holds.
	ErrFull = errors.New("footfall: the queue is full")
	// ErrClosed is returned after [Client.Close], and is the reason of messages that Close had no time to send.
	ErrClosed = errors.New("footfall: the client is closed")
)

// Options of a client. Zero values stand for the defaults.
type Options struct {
	// WriteKey is the key that the collector's administrator gave out; empty where it asks for none.
	WriteKey string
	// QueueEvents is how many messages may wait, including the ones being sent. Default 10000.
	QueueEvents int
	// A batch is sent when it has BatchEvents messages (default 100; the collector takes at most 1000) or BatchBytes bytes of
	// JSON (default 500 kB), or when its first message has waited for Interval (default 1 s).
	BatchEvents, BatchBytes int
	Interval                time.Duration
	// GiveUpAfter is how long a batch is retried while the collector does not answer, is overloaded or broken. Default 10 minutes.
	GiveUpAfter time.Duration
	// OnError is called with messages that are lost, as the JSON that was sent: messages that the collector refused, with a
	// [*RefusedError], and messages that were given up. It is called from the goroutine that sends, so it must neither take long nor call
	// Flush or Close. Default: a warning in the log of [slog.Default].
	OnError func(messages []json.RawMessage, err error)
	// HTTPClient is for a proxy or certificates of your own. Default: one that gives up a request after 30 seconds.
	HTTPClient *http.Client
}

// withDefaults returns the options with defaults filled in, or an error that names the one that is impossible.
func (o Options) withDefaults() (Options, error) {
	for _, n := range []struct {
		name string
		set  *int
		def  int
	}{{"QueueEvents", &o.QueueEvents, 10_000}, {"BatchEvents", &o.BatchEvents, 100}, {"BatchBytes", &o.BatchBytes, 500_000}} {
		if *n.set < 0 {
			return o, fmt.Errorf("footfall: %s is %d; it must be 1 or more, or 0 for %d", n.name, *n.set, n.def)
		}
		if *n.set == 0 {
			*n.set = n.def
		}
	}
	for _, d := range []struct {
		name string
		set  *time.Duration
		def  time.Duration
	}{{"Interval", &o.Interval, time.Second}, {"GiveUpAfter", &o.GiveUpAfter, 10 * time.Minute}} {
		if *d.set < 0 {
			return o, fmt.Errorf("footfall: %s is %s; it must be longer than nothing, or 0 for %s", d.name, *d.set, d.def)
		}
		if *d.set == 0 {
			*d.set = d.def
		}
	}
	if o.OnError == nil {
		o.OnError = func(messages []json.RawMessage, err error) {
			slog.Warn("footfall: events are lost", "events", len(messages), "error", err)
		}
	}
	if o.HTTPClient == nil {
		o.HTTPClient = &http.Client{Timeout: 30 * time.Second}
	}
	return o, nil
}

// Client sends messages in the background. It is safe for use by several goroutines.
type Client struct {
	url     string
	options Options
	// pause is how long to wait before a batch is sent for the second time; it doubles every further time.
	pause time.Duration

	mu     sync.Mutex
	queue  []waitingMessage
	bytes  int // of the queue
	closed bool
	// added counts the messages since the start, and settled those that were sent, refused or given up. Messages up to flushTo do not wait
	// until their batch is full.
	added, settled, flushTo uint64
	// progress is closed and replaced when settled has grown.
	progress chan struct{}

	wake  chan struct{}
	stop  context.CancelFunc
	ended chan struct{}
}

type waitingMessage struct {
	message json.RawMessage
	since   time.Time
}

// New starts a client that sends to the collector at the endpoint, such as "https://events.example.com". It does not connect yet. Call
// Close in the end.
func New(endpoint string, options Options) (*Client, error) {
	address, err := url.Parse(endpoint)
	if err != nil || address.Scheme != "http" && address.Scheme != "https" || address.Host == "" {
		return nil, fmt.Errorf("footfall: the endpoint %q is not an address such as https://events.example.com", endpoint)
	}
	options, err = options.withDefaults()
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	c := &Client{
		url: address.JoinPath("v1", "batch").String(), options: options, pause: 500 * time.Millisecond,
		progress: make(chan struct{}), wake: make(chan struct{}, 1), stop: stop, ended: make(chan struct{}),
	}
	go c.run(ctx)
	return c, nil
}

// Enqueue puts a message into the queue and returns at once. It returns [ErrFull], [ErrClosed], or what is wrong with the
// message; in all of these cases the message is not sent.
func (c *Client) Enqueue(m Message) error {
	raw, err := encode(m)
	if err != nil {
		return err
	}
	if len(raw) > c.options.BatchBytes {
		return fmt.Errorf("footfall: the message has %d bytes; a batch has %d at most (BatchBytes)", len(raw), c.options.BatchBytes)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return ErrClosed
	case len(c.queue) >= c.options.QueueEvents:
		return ErrFull
	}
	c.queue = append(c.queue, waitingMessage{raw, time.Now()})
	c.bytes += len(raw)
	c.added++
	if len(c.queue) == 1 || c.due() <= 0 {
		c.poke()
	}
	return nil
}

// poke makes run look at the queue.
func (c *Client) poke() {
	select {
	case c.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// Flush sends what has been enqueued so far and returns when all of it is sent, refused or given up; or, with an error, when
// the context ends. What is not sent by then stays in the queue.
func (c *Client) Flush(ctx context.Context) error {
	c.mu.Lock()
	target := c.added
	c.flushTo = target
	c.mu.Unlock()
	c.poke()
	for {
		c.mu.Lock()
		missing, progress := int64(target-c.settled), c.progress
		c.mu.Unlock()
		if missing <= 0 {
			return nil
		}
		select {
		case <-progress:
		case <-c.ended:
			return ErrClosed
		case <-ctx.Done():
			return fmt.Errorf("footfall: %d messages are not sent yet: %w", missing, ctx.Err())
		}
	}
}

// Close refuses new messages, sends the waiting ones, and ends the client. If the context ends before all are sent, it returns an error,
// and OnError is called with the rest.
func (c *Client) Close(ctx context.Context) error {
	c.mu.Lock()
	again := c.closed
	c.closed = true
	c.mu.Unlock()
	if again {
		return ErrClosed
	}
	err := c.Flush(ctx)
	c.stop()
	<-c.ended
	c.options.HTTPClient.CloseIdleConnections()
	if rest := c.head(len(c.queue)); len(rest) > 0 {
		c.options.OnError(rest, ErrClosed)
	}
	return err
}

// run sends one batch after another until the context ends.
func (c *Client) run(ctx context.Context) {
	defer close(c.ended)
	for {
		batch := c.next(ctx)
		if len(batch) == 0 {
			return
		}
		c.settle(c.deliver(ctx, batch))
	}
}

// next waits until a batch is due and returns it, without taking it off the queue; nothing when the context has ended.
func (c *Client) next(ctx context.Context) []json.RawMessage {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		c.mu.Lock()
		wait := c.due()
		if wait <= 0 && ctx.Err() == nil {
			defer c.mu.Unlock()
			return c.batch()
		}
		c.mu.Unlock()
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-c.wake:
		case <-ctx.Done():
			return nil
		}
	}
}

// due returns how long the first batch still has to wait. The lock is held.
func (c *Client) due() time.Duration {
	switch {
	case len(c.queue) == 0:
		return time.Hour // something will wake us up
	case len(c.queue) >= c.options.BatchEvents, c.bytes >= c.options.BatchBytes, c.settled < c.flushTo:
		return 0
	}
	return time.Until(c.queue[0].since.Add(c.options.Interval))
}

// batch returns as much of the head of the queue as goes into one request, at least one message. The lock is held.
func (c *Client) batch() []json.RawMessage {
	n, size := 0, 0
	for n < min(len(c.queue), c.options.BatchEvents) && size+len(c.queue[n].message) <= c.options.BatchBytes {
		size += len(c.queue[n].message)
		n++
	}
	return c.head(n)
}

func (c *Client) head(n int) []json.RawMessage {
	messages := make([]json.RawMessage, n)
	for i := range messages {
		messages[i] = c.queue[i].message
	}
	return messages
}

// settle takes the first n messages off the queue.
func (c *Client) settle(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, q := range c.queue[:n] {
		c.bytes -= len(q.message)
	}
	clear(c.queue[:n]) // the underlying array may live on
	c.queue = c.queue[n:]
	c.settled += uint64(n)
	close(c.progress)
	c.progress = make(chan struct{})
}
