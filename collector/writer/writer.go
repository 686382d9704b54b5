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
	"github.com/footfall-analytics/footfall/collector/retry"
)

// Options set up a [Writer]; all must be set.
type Options struct {
	// BatchEvents is how many events make a batch, and BatchInterval how long the first one waits for the others.
	BatchEvents   int
	BatchInterval time.Duration
	// Unreadable keeps a record whose events cannot be read, for example one written by a newer collector.
	Unreadable func(ctx context.Context, record []byte, reason error) error
	Log        *slog.Logger
}

// batchBytes is about how many bytes of the queue one batch may take, so that after an outage neither memory nor a transaction grows with
// the backlog.
const batchBytes = 2 << 20

// Writer writes the queue's events to the database, in order.
type Writer struct {
	table *Table
	queue *queue.Queue
	opts  Options
	// oldest is when the first event of the present batch arrived, on this process's monotonic clock; nil without a batch.
	oldest atomic.Pointer[time.Time]
	opened time.Time
}

// New makes a writer to a table that has metrics.
func New(table *Table, q *queue.Queue, opts Options, registry prometheus.Registerer) *Writer {
	metric := promauto.With(registry)
	w := &Writer{table: table, queue: q, opts: opts, opened: time.Now()}
	metric.NewGaugeFunc(prometheus.GaugeOpts{Name: "footfall_oldest_event_seconds",
		Help: "How long the first event that is not in the database has been waiting; 0 when none is."}, w.age)
	metric.NewCounterFunc(prometheus.CounterOpts{Name: "footfall_queue_damaged_total",
		Help: "Requests whose events were on disk and could not be read any more; their file was set aside."}, func() float64 { return float64(q.Damaged()) })
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
	if oldest == nil {
		return 0
	}
	return time.Since(*oldest).Seconds()
}

// noteArrival notes when the first event of the present batch arrived. For an event that an earlier process appended, only the clock can
// tell; it has waited at least since this process started.
func (w *Writer) noteArrival(since time.Time, first event.Event) {
	if since.IsZero() {
		now := time.Now()
		since = now.Add(-max(now.Sub(w.opened), now.Sub(first.Received)))
	}
	w.oldest.Store(&since)
}

// patience is how long an attempt to write a batch may take before it is given up and tried again.
const patience = time.Minute

// Run writes until ctx ends, and then returns nil. What is in the queue stays there. While the disk cannot be read, or the database takes
// nothing, it tries again; new events are still taken, if the disk takes them.
func (w *Writer) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		_ = retry.Until(ctx, func() error { return w.writeNext(ctx, patience) }, func(err error, pause time.Duration) {
			w.opts.Log.Error("events wait on disk and cannot be written to the database; trying again", "error", err, "pause", pause.String())
		})
	}
	return nil
}

// Drain writes what is in the queue, or what it can until ctx ends. Nothing may be added to the queue meanwhile. It returns how many
// records are left, and an error of the queue.
func (w *Writer) Drain(ctx context.Context) (left uint64, err error) {
	w.opts.BatchInterval = 0 // no more events will come
	for ctx.Err() == nil && err == nil {
		if _, left = w.queue.Size(); left == 0 {
			return 0, nil
		}
		until, _ := ctx.Deadline()
		err = w.writeNext(ctx, max(patience, time.Until(until)))
	}
	if ctx.Err() != nil {
		err = nil
	}
	_, left = w.queue.Size()
	return left, err
}

// writeNext waits for a batch, writes it, and commits it. After an error the batch will be read again. Errors of the database are returned
// only after it has taken nothing for the patience.
func (w *Writer) writeNext(ctx context.Context, patience time.Duration) (err error) {
	defer func() {
		if err != nil {
			w.queue.Rewind()
		}
	}()
	events, batch, err := w.gather(ctx)
	if err != nil {
		return err
	}
	if len(events) > 0 {
		if err := w.table.Write(ctx, events, patience); err != nil {
			return err
		}
	}
	w.oldest.Store(nil)
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
		if err != nil && first != ctx && ctx.Err() == nil && first.Err() != nil {
			return events, batch, nil // the interval is over
		}
		if err != nil {
			return nil, batch, err
		}
		batch = next
		for _, record := range next.Records {
			if events, err = w.decode(ctx, events, record); err != nil {
				return nil, batch, err
			}
			bytes += len(record)
		}
		if len(events) > 0 && w.oldest.Load() == nil {
			w.noteArrival(next.Since, events[0])
		}
		if len(events) >= w.opts.BatchEvents || bytes >= batchBytes {
			return events, batch, nil
		}
		if first == ctx {
			deadline, cancel := context.WithDeadline(ctx, next.Since.Add(w.opts.BatchInterval))
			defer cancel()
			first = deadline
		}
	}
}

// decode appends the events of a record. A record that cannot be read is kept elsewhere, because others wait behind it.
func (w *Writer) decode(ctx context.Context, events []event.Event, record []byte) ([]event.Event, error) {
	more, err := event.DecodeRecord(events, record)
	if err == nil {
		return more, nil
	}
	return events, w.opts.Unreadable(ctx, record, err)
}
