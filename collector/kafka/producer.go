package kafka

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/retry"
)

// ProducerConfig sets up a [Producer]; its fields are settings of commands.
type ProducerConfig struct {
	Config
	Compression string        `name:"kafka-compression" help:"Compression of what goes to Kafka: lz4 is faster, zstd smaller." enum:"lz4,zstd" default:"lz4"`
	Timeout     time.Duration `name:"kafka-timeout" help:"Longest time that a request waits for Kafka to acknowledge its events, before it is answered 503." default:"10s"`
	Buffer      int           `name:"kafka-buffer" help:"Bytes of events that may wait for Kafka. When more come, requests are answered 503." default:"67108864"`
	CreateTopic bool          `name:"kafka-create-topic" help:"Create the topic if Kafka does not have it."`
	Partitions  int32         `name:"kafka-partitions" help:"Partitions of a topic that is created: as many writers can share the work." default:"12"`
	Replicas    int16         `name:"kafka-replicas" help:"Brokers that keep each partition of a topic that is created. An event is acknowledged when all of them that are in step have it, which must be all but one." default:"3"`
}

// Errors of [Producer.Accept] that the sender can only answer by coming back later.
var (
	ErrFull    = errors.New("too many events are waiting for Kafka")
	ErrTimeout = errors.New("the events were not acknowledged by Kafka in time")
	ErrStopped = errors.New("the collector is stopping")
)

// linger is how long the first record of a batch waits for others. Requests wait as long for their answer.
const linger = 5 * time.Millisecond

// Producer sends events to Kafka, one record for each. The record's key is the user, so that a user's events share a partition and keep
// their order.
type Producer struct {
	client *kgo.Client
	config ProducerConfig

	acknowledged, failed prometheus.Counter
}

// NewProducer prepares a producer; Kafka need not be there yet. It runs until [Producer.Close].
func NewProducer(config ProducerConfig, registry prometheus.Registerer, log *slog.Logger) (*Producer, error) {
	opts, err := config.options(log)
	if err != nil {
		return nil, err
	}
	if config.Timeout < time.Second || config.Buffer < 1 || config.Partitions < 1 || config.Replicas < 1 {
		return nil, errors.New("--kafka-timeout must be 1s or more; --kafka-buffer, --kafka-partitions and --kafka-replicas must be 1 or more")
	}
	codec := kgo.Lz4Compression()
	if config.Compression == "zstd" {
		codec = kgo.ZstdCompression()
	}
	// The client's producer is idempotent by default: when it tries again, Kafka keeps one copy.
	client, err := kgo.NewClient(append(opts, kgo.DefaultProduceTopic(config.Topic), kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.ProducerLinger(linger), kgo.ProducerBatchCompression(codec), kgo.RecordDeliveryTimeout(config.Timeout),
		kgo.ProduceRequestTimeout(config.Timeout), kgo.MaxBufferedBytes(config.Buffer), kgo.MaxBufferedRecords(config.Buffer))...)
	if err != nil {
		return nil, err
	}
	metric := promauto.With(registry)
	events := metric.NewCounterVec(prometheus.CounterOpts{Name: "footfall_kafka_produced_total",
		Help: "Events handed to Kafka: acknowledged, failed (may not have been kept; the sender was told to come back)."}, []string{"result"})
	metric.NewGaugeFunc(prometheus.GaugeOpts{Name: "footfall_kafka_buffer_bytes",
		Help: "Bytes of events that wait for Kafka."}, func() float64 { return float64(client.BufferedProduceBytes()) })
	return &Producer{client: client, config: config,
		acknowledged: events.WithLabelValues("acknowledged"), failed: events.WithLabelValues("failed")}, nil
}

// Accept returns nil when every in-sync replica has the events, and an error if they may not have been kept. If ctx ends first, its error
// is returned, but the events still go to Kafka.
func (p *Producer) Accept(ctx context.Context, events []event.Event) error {
	answers := make(chan error, len(events))
	for i := range events {
		record := &kgo.Record{Key: []byte(events[i].UserID), Value: event.AppendRecord(nil, events[i:i+1])}
		p.client.TryProduce(context.Background(), record, func(_ *kgo.Record, err error) { answers <- err })
	}
	if err := p.await(ctx, answers); err != nil {
		p.failed.Add(float64(len(events)))
		return err
	}
	p.acknowledged.Add(float64(len(events)))
	return nil
}

// await waits for as many answers as the channel holds, or for the first error. The client cannot take back what is under way, so an answer
// may come later than the sender wants to wait.
func (p *Producer) await(ctx context.Context, answers <-chan error) error {
	late := time.NewTimer(p.config.Timeout)
	defer late.Stop()
	for range cap(answers) {
		select {
		case err := <-answers:
			switch {
			case err == nil:
			case errors.Is(err, kgo.ErrMaxBuffered):
				return ErrFull
			case errors.Is(err, kgo.ErrRecordTimeout):
				return ErrTimeout
			case errors.Is(err, kgo.ErrClientClosed):
				return ErrStopped
			default:
				return fmt.Errorf("the events did not get to Kafka: %w", err)
			}
		case <-late.C:
			return ErrTimeout
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Ready returns why Kafka cannot take events.
func (p *Producer) Ready(ctx context.Context) error { return ready(ctx, p.client, p.config.Topic) }

// EnsureTopic creates the topic, as its settings say, unless it exists; it does not change an existing topic. While no broker can be
// reached it waits, until ctx ends.
func (p *Producer) EnsureTopic(ctx context.Context) error {
	admin := kadm.NewClient(p.client)
	admin.SetTimeoutMillis(int32(p.config.Timeout.Milliseconds()))
	// Compaction would keep only the last event of each user.
	settings := map[string]*string{"cleanup.policy": kadm.StringPtr("delete"), "min.insync.replicas": kadm.StringPtr(fmt.Sprint(max(1, p.config.Replicas-1)))}
	var topics kadm.CreateTopicResponses
	err := retry.Until(ctx, func() (err error) {
		topics, err = admin.CreateTopics(ctx, p.config.Partitions, p.config.Replicas, settings, p.config.Topic)
		return err
	}, nil)
	if err != nil {
		return fmt.Errorf("no broker of Kafka can be reached: %w", err)
	}
	if err := topics.Error(); err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
		return fmt.Errorf("the topic %s cannot be created in Kafka with %d partitions on %d brokers each: %w", p.config.Topic, p.config.Partitions, p.config.Replicas, err)
	}
	return nil
}

// Close refuses new events, waits until ctx ends for those under way, and ends the producer.
func (p *Producer) Close(ctx context.Context) error {
	err := p.client.Flush(ctx)
	p.client.Close()
	return err
}
