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
	// BatchEvents is how many events are worth a batch, and BatchInterval how long the first one waits for so many.
	BatchEvents   int
	BatchInterval time.Duration
	// Unreadable keeps a record whose events cannot be read, as one that a newer collector has written.
	Unreadable func(ctx context.Context, record []byte, reason error) error
	Log        *slog.Logger
}

// batchBytes is about how much of the queue one batch may take, so that after an outage neither memory nor a transaction
// grows with what has piled up.
const batchBytes = 2 << 20

// Writer brings what is in the queue to the database, in order.
type Writer struct {
	table *Table
	queue *queue.Queue
	opts  Options
	// oldest is when the first event of the batch in hand arrived, as this process measures time, whatever is done to the clock;
	// nil without one.
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

// noteArrival notes when the first event of the batch in hand arrived. Of an event that was appended by an earlier process only the
// clock can tell; it has waited for as long as this process has run, at least.
func (w *Writer) noteArrival(since time.Time, first event.Event) {
	if since.IsZero() {
		now := time.Now()
		since = now.Add(-max(now.Sub(w.opened), now.Sub(first.Received)))
	}
	w.oldest.Store(&since)
}

// patience is after how long an attempt to write a batch is given up, and tried again.
const patience = time.Minute

// Run writes until ctx ends, and returns nil then. What is in the queue stays there. While the disk cannot be read, or the database
// takes nothing, it tries again: events that come are taken all the same, if the disk takes them.
func (w *Writer) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		_ = retry.Until(ctx, func() error { return w.writeNext(ctx, patience) }, func(err error, pause time.Duration) {
			w.opts.Log.Error("events wait on disk and cannot be written to the database; trying again", "error", err, "pause", pause.String())
		})
	}
	return nil
}

// Drain writes what is in the queue, to which nothing may be added meanwhile, or what it can until ctx ends. It returns how many
// records are left, and an error of the queue.
func (w *Writer) Drain(ctx context.Context) (left uint64, err error) {
	w.opts.BatchInterval = 0 // no others will come
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

// writeNext waits for a batch, writes it, and commits it. After an error it will be read again; of the database that is one after it has
// taken nothing for the patience.
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

// decode appends the events of a record. One that cannot be read is kept elsewhere: others wait behind it.
func (w *Writer) decode(ctx context.Context, events []event.Event, record []byte) ([]event.Event, error) {
	more, err := event.DecodeRecord(events, record)
	if err == nil {
		return more, nil
	}
	return events, w.opts.Unreadable(ctx, record, err)
}
