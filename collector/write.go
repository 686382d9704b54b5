package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/kafka"
	"github.com/footfall-analytics/footfall/collector/writer"
	"github.com/footfall-analytics/footfall/program"
)

type writeCmd struct {
	ListenAdmin string `help:"Address and port for health and metrics; port 0 takes a free one." default:"127.0.0.1:8091"`
	joinSettings
	kafka.ConsumerConfig
}

// writePatience is how long an attempt to write a batch may take before it is given up and tried again. Late events are slow to write, and
// a batch may be full of them.
const writePatience = 5 * time.Minute

// Run writes until the context ends, then finishes the present batches and returns nil.
func (w *writeCmd) Run(env *environment) error {
	log, end := program.NewLog(env.stderr, env.LogLevel)
	defer end()
	env.grace = w.Grace
	return env.use(func(pool *pgxpool.Pool) error { return w.run(env, pool, log) })
}

func (w *writeCmd) run(env *environment, pool *pgxpool.Pool, log *slog.Logger) error {
	listener, err := program.Listen(w.ListenAdmin, "listen-admin")
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // the server has closed it, if it got that far
	registry := prometheus.NewRegistry()
	go newJobs(pool, env.Schema, registry, log).run(env.ctx, time.Minute)
	table := &writer.Table{Pool: pool, Schema: env.Schema, Log: log, BatchEvents: w.BatchEvents, JoinKnownUsers: w.JoinKnownUsers, Metrics: writer.NewMetrics(registry)}
	consumer, err := kafka.NewConsumer(w.ConsumerConfig, rejections(table), registry, log)
	if err != nil {
		return err
	}
	server := program.Admin(registry, func(ctx context.Context) (work, database error) {
		database = writable(ctx, table)
		return errors.Join(consumer.Ready(ctx), database), database
	}, log)
	defer func() { _ = server.Close() }()
	ctx, failed := context.WithCancelCause(env.ctx)
	go func() { failed(server.Serve(listener)) }()
	log.Info("listening", "admin", listener.Addr().String(), "database", program.Describe(pool), "schema", env.Schema, "brokers", w.Brokers, "topic", w.Topic, "group", w.Group)
	consumer.Run(ctx, func(ctx context.Context, events []event.Event) error { return table.Write(ctx, events, writePatience) })
	if env.ctx.Err() == nil {
		return context.Cause(ctx)
	}
	log.Info("stopped")
	return nil
}

// rejections returns a function that puts what cannot be stored of a record into rejected_events: a newer collector may be able to read it.
func rejections(table *writer.Table) kafka.Reject {
	return func(ctx context.Context, r kafka.Rejection) error {
		place := fmt.Sprintf("Kafka, %s, partition %d, offset %d", r.Record.Topic, r.Record.Partition, r.Record.Offset)
		kept := writer.Rejection{UserID: string(r.Record.Key), Reason: place + ": " + r.Reason, Record: r.Record.Value, Received: r.Record.Timestamp,
			// The id is made from the place: the event's own may be anybody's, or missing.
			ID: uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "%s, event %d", place, r.Number))}
		if r.Event != nil {
			kept.UserID, kept.Forgets, kept.Record = r.Event.UserID, r.Event.Forgets, event.AppendRecord(nil, []event.Event{*r.Event})
		}
		if err := table.Reject(ctx, kept); err != nil {
			return fmt.Errorf("what cannot be stored (%s) cannot be kept: %w", place, err)
		}
		table.Log.Error("an event went to rejected_events", "place", place, "reason", r.Reason)
		return nil
	}
}
