package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/footfall-analytics/footfall/sql"
)

// jobs watches the database's background jobs, restarts failed ones, and does itself what the server leaves undone.
type jobs struct {
	pool         *pgxpool.Pool
	schema       string
	log          *slog.Logger
	failed, late *prometheus.GaugeVec
	done         *prometheus.CounterVec
	// refreshed is when each rollup was refreshed here, or when this role found that it may not.
	refreshed map[string]time.Time
}

// refreshEvery is how often a rollup that the server does not refresh is refreshed here.
const refreshEvery = 15 * time.Minute

func newJobs(pool *pgxpool.Pool, schema string, registry prometheus.Registerer, log *slog.Logger) *jobs {
	metric := promauto.With(registry)
	j := &jobs{pool: pool, schema: schema, log: log, refreshed: map[string]time.Time{},
		failed: metric.NewGaugeVec(prometheus.GaugeOpts{Name: "footfall_job_failed",
			Help: "1 where the last run of a background job of the database failed."}, []string{"job"}),
		late: metric.NewGaugeVec(prometheus.GaugeOpts{Name: "footfall_job_late_seconds",
			Help: "How much longer ago a background job of the database ran than it should have."}, []string{"job"}),
		done: metric.NewCounterVec(prometheus.CounterOpts{Name: "footfall_job_steps_total",
			Help: "Steps that the collector did since the database did not start its background job."}, []string{"job"})}
	for _, name := range append([]string{"close_days", "refresh_profiles", "columnstore", "retention"}, sql.Rollups...) {
		j.done.WithLabelValues(name) // an alert sees the first step as an increase
	}
	return j
}

// run looks at the jobs at intervals until ctx ends.
func (j *jobs) run(ctx context.Context, every time.Duration) {
	for ctx.Err() == nil {
		if err := j.look(ctx); err != nil && ctx.Err() == nil {
			j.log.Warn("the database's background jobs cannot be looked after", "error", err)
		}
		select {
		case <-time.After(every):
		case <-ctx.Done():
		}
	}
}

func (j *jobs) look(ctx context.Context) error {
	err := pgx.BeginFunc(ctx, j.pool, func(tx pgx.Tx) error {
		list, err := sql.Jobs(ctx, tx, j.schema)
		if err != nil {
			return err
		}
		j.failed.Reset()
		j.late.Reset()
		for _, job := range list {
			failed := 0.0
			if job.Failed {
				failed = 1
			}
			j.failed.WithLabelValues(job.Name).Set(failed)
			j.late.WithLabelValues(job.Name).Set(job.Late.Seconds())
		}
		woken, err := sql.WakeJobs(ctx, tx, j.schema)
		if woken > 0 {
			j.log.Debug("background jobs that failed are tried again", "jobs", woken)
		}
		return err
	})
	for name := "some"; err == nil && name != ""; {
		err = pgx.BeginFunc(ctx, j.pool, func(tx pgx.Tx) (err error) {
			name, err = sql.RunOverdue(ctx, tx, j.schema)
			return err
		})
		if err == nil && name != "" {
			j.done.WithLabelValues(name).Inc()
			j.log.Info("did what the database's background job should have done", "job", name)
		}
	}
	return errors.Join(err, j.refresh(ctx))
}

// refresh refreshes the rollups that the server does not refresh.
func (j *jobs) refresh(ctx context.Context) error {
	return j.pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		done, left, err := sql.RefreshOverdue(ctx, conn.Conn(), j.schema, func(name string) bool { return time.Since(j.refreshed[name]) >= refreshEvery })
		for _, name := range done {
			j.refreshed[name] = time.Now()
			j.done.WithLabelValues(name).Inc()
			j.log.Info("did what the database's background job should have done", "job", name)
		}
		for _, name := range left {
			j.refreshed[name] = time.Now()
			j.log.Warn("the database does not refresh a rollup, and only the owner of the tables may do it in its place: answers stay right and become slower", "rollup", name)
		}
		return err
	})
}
