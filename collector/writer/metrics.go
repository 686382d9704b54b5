package writer

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/footfall-analytics/footfall/collector/event"
)

// Metrics count what becomes of events that [Table.Write] sends to the database.
type Metrics struct {
	stored, known, rejected   prometheus.Counter
	apart, leftOut            prometheus.Counter
	batchEvents, batchSeconds prometheus.Histogram
}

// NewMetrics makes metrics and registers them.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	metric := promauto.With(registry)
	events := metric.NewCounterVec(prometheus.CounterOpts{Name: "footfall_events_written_total",
		Help: "Events that went to the database: new, known (there already), rejected (it cannot hold them; they are in rejected_events)."}, []string{"result"})
	return &Metrics{
		stored: events.WithLabelValues("new"), known: events.WithLabelValues("known"), rejected: events.WithLabelValues("rejected"),
		apart: metric.NewCounter(prometheus.CounterOpts{Name: "footfall_joins_left_out_total",
			Help: "Events of identify and alias that would have made two known users one, or joined again what collector unjoin took apart."}),
		leftOut: metric.NewCounter(prometheus.CounterOpts{Name: "footfall_traits_left_out_total",
			Help: "Traits that a profile had no room for: it keeps the 512 that were said last, and 64 KiB of them."}),
		batchEvents: metric.NewHistogram(prometheus.HistogramOpts{Name: "footfall_batch_events",
			Help: "Events in a batch.", Buckets: prometheus.ExponentialBuckets(1, 4, 8)}),
		batchSeconds: metric.NewHistogram(prometheus.HistogramOpts{Name: "footfall_batch_seconds",
			Help: "Time to write a batch, waiting for the database included.", Buckets: prometheus.ExponentialBuckets(0.005, 2, 13)}),
	}
}

// Write stores events as [Table.Insert] does, counts what becomes of them, and logs what is unusual.
func (t *Table) Write(ctx context.Context, events []event.Event, patience time.Duration) error {
	start := time.Now()
	result, err := t.Insert(ctx, events, patience)
	t.Metrics.count(result) // some may be stored while others wait for another attempt
	t.tell(events, result)
	if err != nil {
		return err
	}
	t.Metrics.batchEvents.Observe(float64(len(events)))
	t.Metrics.batchSeconds.Observe(time.Since(start).Seconds())
	return nil
}

func (m *Metrics) count(result Result) {
	m.stored.Add(float64(result.New))
	m.known.Add(float64(result.Known))
	m.rejected.Add(float64(len(result.Rejected)))
	m.apart.Add(float64(len(result.Apart)))
	m.leftOut.Add(float64(result.TraitsLeftOut))
}

func (t *Table) tell(events []event.Event, result Result) {
	for _, r := range result.Rejected {
		t.Log.Error("an event went to rejected_events", "event_id", events[r.Index].ID, "field", r.Field, "reason", r.Reason)
	}
	for _, i := range result.Apart {
		t.Log.Warn("two known users stay two, though an event says that they are one", "event_id", events[i].ID, "event_type", events[i].Type)
	}
	if result.TraitsLeftOut > 0 {
		t.Log.Warn("profiles have no room for all traits; the oldest are left out", "traits", result.TraitsLeftOut)
	}
}
