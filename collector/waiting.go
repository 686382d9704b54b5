package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/kafka"
	"github.com/footfall-analytics/footfall/collector/people"
	"github.com/footfall-analytics/footfall/collector/queue"
	"github.com/footfall-analytics/footfall/collector/writer"
)

// diskSettings say where events wait for the database, and in which portions they go there.
type diskSettings struct {
	QueueDir      string        `help:"Folder of the queue on disk, for this collector alone." default:"footfall-queue" type:"path"`
	QueueBytes    int64         `help:"Room that the queue may take on disk, in bytes. When it is full, requests are answered 503." default:"10737418240"`
	BatchEvents   int           `help:"Events that are worth writing together." default:"1000"`
	BatchInterval time.Duration `help:"Longest time that an event waits for others to be written with." default:"1s"`
}

// joinSettings say which ids become one user.
type joinSettings struct {
	JoinKnownUsers bool `help:"Let identify and alias join two users who are both known by name, and not only a visitor with a user."`
}

// A queue is freed file by file: each has mostSegmentBytes or, in a small queue, a part of that.
const (
	mostSegmentBytes = 64 << 20
	leastSegments    = 8
)

// marker marks events with how often users had been forgotten when the events were taken.
type marker struct {
	waiting
	forgets *people.Forgets
}

// Accept marks the events and passes them on; it returns nil when they are safe.
func (m marker) Accept(ctx context.Context, events []event.Event) error {
	n, err := m.forgets.Count()
	if err != nil {
		return err
	}
	for i := range events {
		events[i].Forgets = n
	}
	return m.waiting.Accept(ctx, events)
}

// Ready returns why nothing is taken.
func (m marker) Ready(ctx context.Context) error {
	if _, err := m.forgets.Count(); err != nil {
		return err
	}
	return m.waiting.Ready(ctx)
}

// disk lets events wait in the queue on disk, and writes them.
type disk struct {
	queue  *queue.Queue
	writer *writer.Writer
	log    *slog.Logger
}

func (s *diskSettings) open(table *writer.Table, registry *prometheus.Registry) (*disk, error) {
	q, err := queue.Open(queue.Options{Dir: s.QueueDir, MaxBytes: s.QueueBytes, SegmentBytes: min(mostSegmentBytes, s.QueueBytes/leastSegments), Log: table.Log})
	if err != nil {
		return nil, err
	}
	opts := writer.Options{BatchEvents: s.BatchEvents, BatchInterval: s.BatchInterval, Log: table.Log,
		Unreadable: func(ctx context.Context, record []byte, reason error) error {
			// The id is made from the content, since its own cannot be read, so that it is kept once.
			kept := writer.Rejection{ID: uuid.NewSHA1(uuid.NameSpaceOID, record), Reason: "the queue on disk: " + reason.Error(), Record: record}
			if err := table.Reject(ctx, kept); err != nil {
				return fmt.Errorf("a record that cannot be read cannot be kept: %w", err)
			}
			table.Log.Error("a record that cannot be read went to rejected_events", "place", "the queue on disk", "reason", reason)
			return nil
		}}
	return &disk{q, writer.New(table, q, opts, registry), table.Log}, nil
}

// Accept returns nil when the events are on disk.
func (d *disk) Accept(ctx context.Context, events []event.Event) error {
	return d.queue.Append(ctx, event.AppendRecord(nil, events))
}

// Ready returns why nothing is taken.
func (d *disk) Ready(context.Context) error { return d.queue.Ready() }

func (d *disk) run(ctx context.Context) error { return d.writer.Run(ctx) }

func (d *disk) drain(ctx context.Context) error {
	left, err := d.writer.Drain(ctx)
	if left > 0 {
		d.log.Warn("not all events could be written in time; they are on disk and will be after the next start", "requests", left)
	}
	return errors.Join(err, d.queue.Close())
}

// toKafka lets events wait in Kafka, where collector write takes them from.
type toKafka struct {
	*kafka.Producer
	createTopic bool
}

func openKafka(config kafka.ProducerConfig, registry *prometheus.Registry, log *slog.Logger) (toKafka, error) {
	p, err := kafka.NewProducer(config, registry, log)
	return toKafka{p, config.CreateTopic}, err
}

func (k toKafka) run(ctx context.Context) error {
	if k.createTopic {
		if err := k.EnsureTopic(ctx); err != nil && ctx.Err() == nil {
			return err
		}
	}
	<-ctx.Done()
	return nil
}

func (k toKafka) drain(ctx context.Context) error { return k.Close(ctx) }
