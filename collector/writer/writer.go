package writer

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/footfall-analytics/footfall/collector/event"
)

// Options of a [Writer]; all must be set.
type Options struct {
	// BatchEvents is how many events make a batch that is written at once.
	BatchEvents int
	// BatchInterval is how long the first event of a batch waits for others.
	BatchInterval time.Duration
	// BufferEvents is how many events may wait; more are turned away.
	BufferEvents int
	// Timeout is how long events may wait for a database that does not answer.
	Timeout time.Duration
}

// Errors of [Writer.Accept] that the sender can do nothing about but come back later.
var (
	ErrFull    = errors.New("too many events are waiting for the database")
	ErrStopped = errors.New("the collector is stopping")
)

// Writer gathers the events of many requests into batches, writes one batch after the other, and answers each request
// when its events are committed.
type Writer struct {
	table   *Table
	opts    Options
	metrics metrics

	mu       sync.Mutex
	buffered int
	stopped  bool

	// queue has room for BufferEvents requests, and every request brings at least one event: sending never blocks.
	queue chan *request
	// carried is the request that did not fit into the last batch.
	carried *request
	// down is the error of the last batch, if it was given up.
	down error
	done chan struct{}
}

type request struct {
	events   []event.Event
	deadline time.Time
	answer   chan error
}

type metrics struct {
	stored, known, refused, failures prometheus.Counter
	buffered                         prometheus.Gauge
	batchEvents, batchSeconds        prometheus.Histogram
}

// New starts a writer, which runs until [Writer.Close].
func New(table *Table, opts Options, registry prometheus.Registerer) *Writer {
	metric := promauto.With(registry)
	events := metric.NewCounterVec(prometheus.CounterOpts{Name: "footfall_events_written_total",
		Help: "Events that went to the database: new, known (there already), refused (the database cannot hold them)."}, []string{"result"})
	w := &Writer{table: table, opts: opts, queue: make(chan *request, opts.BufferEvents), done: make(chan struct{}), metrics: metrics{
		stored: events.WithLabelValues("new"), known: events.WithLabelValues("known"), refused: events.WithLabelValues("refused"),
		failures: metric.NewCounter(prometheus.CounterOpts{Name: "footfall_batch_failures_total",
			Help: "Batches given up because the database did not take them in time."}),
		buffered: metric.NewGauge(prometheus.GaugeOpts{Name: "footfall_buffer_events",
			Help: "Events that wait for the database."}),
		batchEvents: metric.NewHistogram(prometheus.HistogramOpts{Name: "footfall_batch_events",
			Help: "Events in a batch.", Buckets: prometheus.ExponentialBuckets(1, 4, 7)}),
		batchSeconds: metric.NewHistogram(prometheus.HistogramOpts{Name: "footfall_batch_seconds",
			Help: "Time to write a batch, waiting for the database included.", Buckets: prometheus.ExponentialBuckets(0.005, 2, 13)}),
	}}
	go w.run()
	return w
}

// Accept returns nil when the events are committed, [event.Refusals] when all but these are, and any other error when they
// may not have been stored. When ctx ends first its error is returned; the events are written all the same.
func (w *Writer) Accept(ctx context.Context, events []event.Event) error {
	if len(events) == 0 {
		return nil
	}
	r := &request{events: events, deadline: time.Now().Add(w.opts.Timeout), answer: make(chan error, 1)}
	if err := w.enqueue(r); err != nil {
		return err
	}
	select {
	case err := <-r.answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *Writer) enqueue(r *request) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		return ErrStopped
	}
	if w.buffered+len(r.events) > w.opts.BufferEvents {
		return ErrFull
	}
	w.count(len(r.events))
	w.queue <- r
	return nil
}

// count changes the number of waiting events; the caller holds mu.
func (w *Writer) count(change int) {
	w.buffered += change
	w.metrics.buffered.Set(float64(w.buffered))
}

// Close takes no more events and returns when all that wait are written or given up.
func (w *Writer) Close() {
	w.mu.Lock()
	if !w.stopped {
		w.stopped = true
		close(w.queue)
	}
	w.mu.Unlock()
	<-w.done
}

func (w *Writer) run() {
	defer close(w.done)
	for batch := w.gather(); len(batch) > 0; batch = w.gather() {
		w.write(batch)
	}
}

// gather waits for a first request and then for others, until the batch is full or the interval is over. It returns
// nothing when the writer is closed and empty.
func (w *Writer) gather() []*request {
	first := w.carried
	w.carried = nil
	if first == nil {
		if first = <-w.queue; first == nil {
			return nil
		}
	}
	batch, size := []*request{first}, len(first.events)
	interval := time.NewTimer(w.opts.BatchInterval)
	defer interval.Stop()
	for size < w.opts.BatchEvents {
		select {
		case r, open := <-w.queue:
			if !open {
				return batch
			}
			if size += len(r.events); size > w.opts.BatchEvents {
				w.carried = r
				return batch
			}
			batch = append(batch, r)
		case <-interval.C:
			return batch
		}
	}
	return batch
}

// write stores a batch and answers its requests.
func (w *Writer) write(batch []*request) {
	var events []event.Event
	for _, r := range batch {
		events = append(events, r.events...)
	}
	start := time.Now()
	result, err := Result{}, w.down
	// Behind a batch that used up its time the others have used up theirs as well: one try for each would be too long.
	if left := time.Until(batch[0].deadline); err == nil || left > 0 {
		result, err = w.table.Insert(context.Background(), events, left)
	}
	w.down = err
	w.metrics.batchEvents.Observe(float64(len(events)))
	w.metrics.batchSeconds.Observe(time.Since(start).Seconds())
	w.metrics.stored.Add(float64(result.New))
	w.metrics.known.Add(float64(result.Known))
	w.metrics.refused.Add(float64(len(result.Refused)))
	if err != nil {
		w.metrics.failures.Inc()
		w.table.Log.Error("a batch was given up; its senders were told to come back", "error", err, "events", len(events))
	}
	w.mu.Lock()
	w.count(-len(events))
	w.mu.Unlock()
	first := 0
	for _, r := range batch {
		r.answer <- answerFor(result.Refused, first, len(r.events), err)
		first += len(r.events)
	}
}

// answerFor picks what concerns the count events from first on out of a batch's outcome.
func answerFor(refused event.Refusals, first, count int, err error) error {
	if err != nil {
		return err
	}
	var own event.Refusals
	for _, r := range refused {
		if r.Index >= first && r.Index < first+count {
			r.Index -= first
			own = append(own, r)
		}
	}
	if own == nil {
		return nil
	}
	return own
}
