package writer

import (
	"context"
	"errors"
	"hash/maphash"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"golang.org/x/sync/errgroup"

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
	// ahead is the beginning of the next batch.
	ahead gathered
	seed  maphash.Seed
}

// New makes a writer.
func New(store *Store, q *queue.Queue, opts Options, registry prometheus.Registerer) *Writer {
	metric := promauto.With(registry)
	w := &Writer{store: store, queue: q, opts: opts, seed: maphash.MakeSeed()}
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
			w.ahead = gathered{}
			w.queue.Rewind()
		}
	}()
	batch, err := w.gather(ctx)
	if err != nil {
		return err
	}
	if err := w.write(ctx, batch.events); err != nil {
		return err
	}
	w.oldest.Store(0)
	if err := w.queue.Commit(batch.read); err != nil {
		w.opts.Log.Warn("that events are in the database could not be noted on disk; after a restart they may be written again, which changes nothing", "error", err)
	}
	return nil
}

// gathered are events to be written together.
type gathered struct {
	events []event.Event
	bytes  int
	// read is the last part of the queue that they are from, and err why no more of it could be read.
	read queue.Batch
	err  error
}

// gather reads records until there are enough events or the first one has waited long enough.
func (w *Writer) gather(ctx context.Context) (gathered, error) {
	batch := w.ahead
	w.ahead = gathered{}
	first := ctx
	for batch.err == nil {
		if len(batch.events) >= w.opts.BatchEvents || batch.bytes >= batchBytes {
			return batch, nil
		}
		if first == ctx && len(batch.events) > 0 {
			w.oldest.Store(batch.events[0].Received.UnixNano())
			deadline, cancel := context.WithDeadline(ctx, batch.events[0].Received.Add(w.opts.BatchInterval))
			defer cancel()
			first = deadline
		}
		w.read(first, &batch)
	}
	if ctx.Err() == nil && errors.Is(batch.err, context.DeadlineExceeded) {
		return batch, nil // the interval is over
	}
	return gathered{}, batch.err
}

// read adds what is on disk to a batch; it waits for the first record until ctx ends.
func (w *Writer) read(ctx context.Context, batch *gathered) {
	next, err := w.queue.Read(ctx, batchBytes-batch.bytes)
	if err != nil {
		batch.err = err
		return
	}
	batch.read = next
	for _, record := range next.Records {
		if batch.events, batch.err = event.DecodeRecord(batch.events, record); batch.err != nil {
			return
		}
		batch.bytes += len(record)
	}
}

// readAhead reads what is on disk already of the next batch.
func (w *Writer) readAhead() {
	now, cancel := context.WithCancel(context.Background())
	cancel()
	w.read(now, &w.ahead)
	if errors.Is(w.ahead.err, context.Canceled) {
		w.ahead.err = nil // there is nothing yet
	}
}

// sessions is how many parts of a batch are written side by side. The server spends most of the time that a batch takes, on one
// processor for each.
const sessions = 2

// write stores events and, meanwhile, reads ahead.
func (w *Writer) write(ctx context.Context, events []event.Event) error {
	w.oldest.Store(events[0].Received.UnixNano())
	var group errgroup.Group
	for _, part := range w.parts(events) {
		group.Go(func() error { return w.writePart(ctx, part) })
	}
	w.readAhead()
	return group.Wait()
}

// parts divides events when each part is worth a batch of its own; a user's stay together and in order.
func (w *Writer) parts(events []event.Event) [][]event.Event {
	if len(events) < sessions*w.opts.BatchEvents {
		return [][]event.Event{events}
	}
	parts := make([][]event.Event, sessions)
	for i := range events {
		at := maphash.String(w.seed, events[i].UserID) % sessions
		parts[at] = append(parts[at], events[i])
	}
	return slices.DeleteFunc(parts, func(part []event.Event) bool { return len(part) == 0 })
}

// patience is after how long an attempt is logged as failed; it is repeated all the same.
const patience = time.Minute

func (w *Writer) writePart(ctx context.Context, events []event.Event) error {
	for {
		err := w.store.Write(ctx, events, patience)
		if err == nil || ctx.Err() != nil {
			return err
		}
		w.opts.Log.Error("the database has not taken events for a minute; they wait on disk", "error", err)
	}
}
