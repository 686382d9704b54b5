package writer

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/footfall-analytics/footfall/collector/event"
)

// Store writes batches to a table and counts what becomes of them.
type Store struct {
	table                     *Table
	stored, known, refused    prometheus.Counter
	apart, leftOut            prometheus.Counter
	batchEvents, batchSeconds prometheus.Histogram
}

// NewStore counts in the registry.
func NewStore(table *Table, registry prometheus.Registerer) *Store {
	metric := promauto.With(registry)
	events := metric.NewCounterVec(prometheus.CounterOpts{Name: "footfall_events_written_total",
		Help: "Events that went to the database: new, known (there already), refused (it cannot hold them; they are in rejected_events)."}, []string{"result"})
	return &Store{table: table,
		stored: events.WithLabelValues("new"), known: events.WithLabelValues("known"), refused: events.WithLabelValues("refused"),
		apart: metric.NewCounter(prometheus.CounterOpts{Name: "footfall_joins_refused_total",
			Help: "Events of identify and alias that would have made two known users one, or joined again what collector unjoin took apart."}),
		leftOut: metric.NewCounter(prometheus.CounterOpts{Name: "footfall_traits_left_out_total",
			Help: "Traits that a profile had no room for: it keeps the 512 that were said last, and 64 KiB of them."}),
		batchEvents: metric.NewHistogram(prometheus.HistogramOpts{Name: "footfall_batch_events",
			Help: "Events in a batch.", Buckets: prometheus.ExponentialBuckets(1, 4, 8)}),
		batchSeconds: metric.NewHistogram(prometheus.HistogramOpts{Name: "footfall_batch_seconds",
			Help: "Time to write a batch, waiting for the database included.", Buckets: prometheus.ExponentialBuckets(0.005, 2, 13)}),
	}
}

// Write stores events as [Table.Insert] does.
func (s *Store) Write(ctx context.Context, events []event.Event, patience time.Duration) error {
	start := time.Now()
	result, err := s.table.Insert(ctx, events, patience)
	s.count(events, result)
	if err != nil {
		return err
	}
	s.batchEvents.Observe(float64(len(events)))
	s.batchSeconds.Observe(time.Since(start).Seconds())
	return nil
}

// count tells what became of events. Part of them may be stored where others wait for another attempt.
func (s *Store) count(events []event.Event, result Result) {
	s.stored.Add(float64(result.New))
	s.known.Add(float64(result.Known))
	s.refused.Add(float64(len(result.Refused)))
	s.apart.Add(float64(len(result.Apart)))
	s.leftOut.Add(float64(result.TraitsLeftOut))
	for _, r := range result.Refused {
		s.table.Log.Error("an event went to rejected_events", "event_id", events[r.Index].ID, "field", r.Field, "reason", r.Reason)
	}
	for _, i := range result.Apart {
		s.table.Log.Warn("two known users stay two, though an event says that they are one", "event_id", events[i].ID, "event_type", events[i].Type)
	}
	if result.TraitsLeftOut > 0 {
		s.table.Log.Warn("profiles have no room for all traits; the oldest are left out", "traits", result.TraitsLeftOut)
	}
}
