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
	batchEvents, batchSeconds prometheus.Histogram
}

// NewStore counts in the registry.
func NewStore(table *Table, registry prometheus.Registerer) *Store {
	metric := promauto.With(registry)
	events := metric.NewCounterVec(prometheus.CounterOpts{Name: "footfall_events_written_total",
		Help: "Events that went to the database: new, known (there already), refused (it cannot hold them; they are in rejected_events)."}, []string{"result"})
	return &Store{table: table,
		stored: events.WithLabelValues("new"), known: events.WithLabelValues("known"), refused: events.WithLabelValues("refused"),
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
	if err != nil {
		return err
	}
	s.batchEvents.Observe(float64(len(events)))
	s.batchSeconds.Observe(time.Since(start).Seconds())
	s.stored.Add(float64(result.New))
	s.known.Add(float64(result.Known))
	s.refused.Add(float64(len(result.Refused)))
	for _, r := range result.Refused {
		s.table.Log.Error("an event went to rejected_events", "event_id", events[r.Index].ID, "field", r.Field, "reason", r.Reason)
	}
	return nil
}
