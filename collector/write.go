package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/kafka"
	"github.com/footfall-analytics/footfall/collector/writer"
)

type writeCmd struct {
	Listen string `help:"Address and port for health and metrics; port 0 takes a free one." default:"127.0.0.1:8091"`
	joinSettings
	kafka.ConsumerConfig
}

const (
	// writePatience is after how long an attempt to write a batch is given up, and tried again. Late events are slow to write,
	// and a batch may be full of them.
	writePatience = 5 * time.Minute
	// healthTimeout is how long an answer about health may take, and a request for one.
	healthTimeout = 3 * time.Second
)

// Run writes until the context ends, then ends the batches at hand and returns nil.
func (w *writeCmd) Run(env *environment) error {
	log := slog.New(slog.NewJSONHandler(env.stderr, &slog.HandlerOptions{Level: env.LogLevel}))
	pool, err := env.connect()
	if err != nil {
		return err
	}
	defer pool.Close()
	listener, err := net.Listen("tcp", w.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	defer func() { _ = listener.Close() }() // the server has closed it, if it came so far
	registry := prometheus.NewRegistry()
	go newJobs(pool, env.Schema, registry, log).run(env.ctx, time.Minute)
	store := writer.NewStore(&writer.Table{Pool: pool, Schema: env.Schema, Log: log, BatchEvents: w.BatchEvents, JoinKnownUsers: w.JoinKnownUsers}, registry)
	consumer, err := kafka.NewConsumer(w.ConsumerConfig, keepDamaged(pool, env.Schema, log), registry, log)
	if err != nil {
		return err
	}
	server := &http.Server{ReadTimeout: healthTimeout, WriteTimeout: 2 * healthTimeout, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		Handler: health(registry, func(ctx context.Context) error {
			return errors.Join(consumer.Ready(ctx), ready(ctx, pool, env.Schema))
		})}
	ctx, failed := context.WithCancelCause(env.ctx)
	go func() { failed(server.Serve(listener)) }()
	log.Info("listening", "address", listener.Addr().String(), "database", describe(pool), "schema", env.Schema, "brokers", w.Brokers, "topic", w.Topic, "group", w.Group)
	consumer.Run(ctx, func(ctx context.Context, events []event.Event) error { return store.Write(ctx, events, writePatience) })
	if env.ctx.Err() == nil {
		return context.Cause(ctx)
	}
	log.Info("stopped")
	return server.Close()
}

// keepDamaged keeps records from Kafka that cannot be read.
func keepDamaged(pool *pgxpool.Pool, schema string, log *slog.Logger) kafka.Damaged {
	keep := unreadable{pool, schema, log}
	return func(ctx context.Context, r *kgo.Record, reason error) error {
		place := fmt.Sprintf("Kafka, %s, partition %d, offset %d", r.Topic, r.Partition, r.Offset)
		user := strings.ReplaceAll(strings.ToValidUTF8(string(r.Key), "\uFFFD"), "\x00", "\uFFFD")
		// Its place stands for the id that cannot be read, so that it is kept once.
		return keep.keep(ctx, uuid.NewSHA1(uuid.NameSpaceURL, []byte(strings.Replace(place, "Kafka, ", "kafka:", 1))), user, place, r.Value, reason)
	}
}

// unreadable puts records that cannot be read where the events are that the database cannot hold: a newer collector may be able
// to read them.
type unreadable struct {
	pool   *pgxpool.Pool
	schema string
	log    *slog.Logger
}

// keep is done when the record is in the table. The user is empty when nobody knows whose it is.
func (u unreadable) keep(ctx context.Context, id uuid.UUID, user, place string, record []byte, reason error) error {
	insert := fmt.Sprintf(`INSERT INTO %s (event_id, user_id, reason, record) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		pgx.Identifier{u.schema, "rejected_events"}.Sanitize())
	if _, err := u.pool.Exec(ctx, insert, id.String(), user, fmt.Sprintf("%s: %v", place, reason), append([]byte{}, record...)); err != nil {
		return fmt.Errorf("the record that cannot be read (%s) cannot be kept: %w", place, err)
	}
	u.log.Error("a record that cannot be read went to rejected_events", "place", place, "reason", reason)
	return nil
}

// health answers whether the process is alive, whether it can work, and how it does.
func health(registry *prometheus.Registry, ready func(ctx context.Context) error) http.Handler {
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	answer := func(w http.ResponseWriter, status int, name, value string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{name: value}) // a client that has gone away needs no answer
	}
	r := chi.NewRouter()
	r.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "status", "ok") })
	r.Get("/readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), healthTimeout)
		defer cancel()
		if err := ready(ctx); err != nil {
			answer(w, http.StatusServiceUnavailable, "error", err.Error())
			return
		}
		answer(w, http.StatusOK, "status", "ready")
	})
	r.Get("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{Registry: registry}).ServeHTTP)
	return r
}
