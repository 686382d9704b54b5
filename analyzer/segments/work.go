package segments

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
)

// Worker refreshes segments when they are due. Of several on one schema, one works and the others wait.
type Worker struct {
	*Segments
	Log *slog.Logger
	// Lease is for how long an analyzer that is not heard of any more keeps its turn; Poll how often is looked for segments that are due.
	Lease, Poll time.Duration
	holder      uuid.UUID
	working     atomic.Bool
	metrics     metrics
}

type metrics struct {
	refreshes *prometheus.CounterVec
	seconds   prometheus.Histogram
}

// NewWorker makes a worker and its metrics.
func NewWorker(s *Segments, registry prometheus.Registerer, log *slog.Logger) *Worker {
	w := &Worker{Segments: s, Log: log, Lease: 15 * time.Second, Poll: 2 * time.Second, holder: uuid.New(), metrics: metrics{
		refreshes: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "footfall_segment_refreshes_total", Help: "Refreshes of segments, by result: done or failed."}, []string{"result"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "footfall_segment_refresh_seconds", Help: "How long refreshes of segments took.",
			Buckets: []float64{.01, .03, .1, .3, 1, 3, 10, 30, 100, 300, 1000}}),
	}}
	w.metrics.refreshes.WithLabelValues("done")
	w.metrics.refreshes.WithLabelValues("failed")
	registry.MustRegister(w.metrics.refreshes, w.metrics.seconds, prometheus.NewGaugeFunc(
		prometheus.GaugeOpts{Name: "footfall_analyzer_working", Help: "1 if this analyzer keeps segments up to date, 0 while another one does."}, func() float64 {
			if w.Working() {
				return 1
			}
			return 0
		}))
	return w
}

// Working reports whether it is this worker's turn.
func (w *Worker) Working() bool { return w.working.Load() }

// Run works until ctx ends. While the database is away, it waits.
func (w *Worker) Run(ctx context.Context) {
	for ctx.Err() == nil {
		mine, err := w.take(ctx)
		if err != nil && ctx.Err() == nil {
			w.Log.Warn("waiting for the database", "error", err)
		}
		if mine {
			w.work(ctx)
		}
		sleep(ctx, w.Poll)
	}
}

// work refreshes what is due until ctx or the turn ends.
func (w *Worker) work(ctx context.Context) {
	w.Log.Info("this analyzer keeps segments up to date")
	w.working.Store(true)
	mine, end := context.WithCancel(ctx)
	kept := make(chan struct{})
	go func() {
		defer close(kept)
		defer end()
		w.keep(mine)
	}()
	for mine.Err() == nil {
		if err := w.round(mine); err != nil && mine.Err() == nil {
			w.Log.Warn("waiting for the database", "error", err)
		}
		sleep(mine, w.Poll)
	}
	end()
	<-kept
	w.working.Store(false)
	w.release()
}

// keep renews the turn until ctx ends, or it is lost.
func (w *Worker) keep(ctx context.Context) {
	renewed := time.Now()
	for ctx.Err() == nil && time.Since(renewed) < w.Lease {
		sleep(ctx, w.Lease/3)
		asked := time.Now()
		tried, cancel := context.WithTimeout(ctx, w.Lease/3)
		mine, err := w.take(tried)
		cancel()
		switch {
		case mine:
			renewed = asked
		case err == nil:
			w.Log.Warn("another analyzer keeps segments up to date now")
			return
		}
	}
}

// take takes the turn, or keeps it. It fails to while it is another one's.
func (w *Worker) take(ctx context.Context) (mine bool, err error) {
	err = w.transaction(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE segment_turn SET holder = $1, until = clock_timestamp() + $2 * INTERVAL '1 second'
			WHERE holder = $1 OR until < clock_timestamp()`, w.holder, w.Lease.Seconds())
		mine = tag.RowsAffected() > 0
		return err
	})
	return mine && err == nil, err
}

// release gives the turn back, so that another one need not wait. Without the database, it ends by itself.
func (w *Worker) release() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = w.transaction(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE segment_turn SET until = '-infinity' WHERE holder = $1`, w.holder)
		return err
	})
}

// round refreshes what is due. An error is the database's; a segment's own is kept with it.
func (w *Worker) round(ctx context.Context) error {
	names, err := w.Due(ctx)
	for _, name := range names {
		if _, err := w.RefreshAndKeep(ctx, name); errors.Is(err, errAway) {
			return err
		}
	}
	return err
}

// errAway is part of the error of a refresh whose failure the database could not take either.
var errAway = errors.New("the database cannot be reached")

// RefreshAndKeep refreshes a segment. What kept it from that is the error, and stored with the segment.
func (w *Worker) RefreshAndKeep(ctx context.Context, name string) (Refresh, error) {
	r, err := w.Refresh(ctx, name)
	unread := (*UnreadError)(nil)
	switch {
	case err == nil:
		w.metrics.refreshes.WithLabelValues("done").Inc()
		w.metrics.seconds.Observe(r.Seconds)
		w.Log.Info("refreshed", "segment", name, "size", r.Size, "entered", r.Entered, "left", r.Left, "seconds", r.Seconds)
		return r, nil
	case ctx.Err() != nil || errors.Is(err, ErrNone) || errors.Is(err, errOvertaken) || errors.As(err, &unread):
		return r, err
	}
	if away := w.Fail(ctx, name, err); away != nil {
		return r, errors.Join(errAway, err)
	}
	w.metrics.refreshes.WithLabelValues("failed").Inc()
	w.Log.Error("a segment could not be refreshed; its members stay those of the last refresh", "segment", name, "error", err)
	return r, err
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
