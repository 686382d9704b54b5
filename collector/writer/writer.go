package writer

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/queue"
)

// Options of a [Writer]; all must be set.
type Options struct {
	// BatchEvents is how many events are worth a batch, and BatchInterval how long the first one waits for so many.
	BatchEvents   int
	BatchInterval time.Duration
	Log           *slog.Logger
}

// batchBytes is about how much of the queue one batch may take, so that after an outage neither memory nor a transaction
// grows with what has piled up.
const batchBytes = 2 << 20

// Writer brings what is in the queue to the database, in order.
type Writer struct {
	store *Store
	queue *queue.Queue
	opts  Options
	// oldest is when the first event of the batch in hand arrived, in Unix nanoseconds; 0 without one.
	oldest atomic.Int64
}

// New makes a writer.
func New(store *Store, q *queue.Queue, opts Options, registry prometheus.Registerer) *Writer {
	metric := promauto.With(registry)
	w := &Writer{store: store, queue: q, opts: opts}
	metric.NewGaugeFunc(prometheus.GaugeOpts{Name: "footfall_oldest_event_seconds",
		Help: "How long the first event that is not in the database has been waiting; 0 when none is."}, w.age)
	metric.NewGaugeFunc(prometheus.GaugeOpts{Name: "footfall_queue_bytes", Help: "Room that the queue takes on disk."}, func() float64 {
		bytes, _ := q.Size()
		return float64(bytes)
	})
	metric.NewGaugeFunc(prometheus.GaugeOpts{Name: "footfall_queue_records", Help: "Requests whose events are on disk and not in the database."}, func() float64 {
		_, records := q.Size()
		return float64(records)
	})
	return w
}

func (w *Writer) age() float64 {
	oldest := w.oldest.Load()
	if oldest == 0 {
		return 0
	}
	return time.Since(time.Unix(0, oldest)).Seconds()
}

// Run writes until ctx ends, and returns nil then. What is in the queue stays there. Any other end is an error of the queue.
func (w *Writer) Run(ctx context.Context) error {
	for {
		err := w.writeNext(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// Drain writes what is in the queue, to which nothing may be added meanwhile, or what it can until ctx ends. It returns how many
// records are left, and an error of the queue.
func (w *Writer) Drain(ctx context.Context) (left uint64, err error) {
	w.opts.BatchInterval = 0 // no others will come
	for ctx.Err() == nil && err == nil {
		if _, left = w.queue.Size(); left == 0 {
			return 0, nil
		}
		err = w.writeNext(ctx)
	}
	if ctx.Err() != nil {
		err = nil
	}
	_, left = w.queue.Size()
	return left, err
}

// writeNext waits for a batch, writes it, however long that takes, and commits it. After an error it will be read again.
func (w *Writer) writeNext(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			w.queue.Rewind()
		}
	}()
	events, batch, err := w.gather(ctx)
	if err != nil {
		return err
	}
	if err := w.write(ctx, events); err != nil {
		return err
	}
	w.oldest.Store(0)
	if err := w.queue.Commit(batch); err != nil {
		w.opts.Log.Warn("that events are in the database could not be noted on disk; after a restart they may be written again, which changes nothing", "error", err)
	}
	return nil
}

// gather reads records until there are enough events or the first one has waited long enough.
func (w *Writer) gather(ctx context.Context) (events []event.Event, batch queue.Batch, err error) {
	first := ctx
	for bytes := 0; ; {
		next, err := w.queue.Read(first, batchBytes-bytes)
		if err != nil && len(events) > 0 && ctx.Err() == nil && first.Err() != nil {
			return events, batch, nil // the interval is over
		}
		if err != nil {
			return nil, batch, err
		}
		batch = next
		for _, record := range next.Records {
			if events, err = event.DecodeRecord(events, record); err != nil {
				return nil, batch, err
			}
			bytes += len(record)
		}
		if len(events) >= w.opts.BatchEvents || bytes >= batchBytes {
			return events, batch, nil
		}
		if first == ctx && len(events) > 0 {
			w.oldest.Store(events[0].Received.UnixNano())
			deadline, cancel := context.WithDeadline(ctx, events[0].Received.Add(w.opts.BatchInterval))
			defer cancel()
			first = deadline
		}
	}
}

// patience is after how long an attempt is logged as failed; it is repeated all the same.
const patience = time.Minute

func (w *Writer) write(ctx context.Context, events []event.Event) error {
	w.oldest.Store(events[0].Received.UnixNano())
	for {
		err := w.store.Write(ctx, events, patience)
		if err == nil || ctx.Err() != nil {
			return err
		}
		w.opts.Log.Error("the database has not taken events for a minute; they wait on disk", "error", err)
	}
}
