package kafka

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/retry"
)

// ConsumerConfig sets up a [Consumer]; its fields are settings of commands.
type ConsumerConfig struct {
	Config
	Group         string        `name:"kafka-group" help:"Consumer group: its members share the events, and Kafka keeps how far it has come." default:"footfall-writers"`
	Writers       int           `help:"Batches that are written at the same time, of different partitions." default:"4"`
	BatchEvents   int           `help:"Events that are written together." default:"1000"`
	BatchInterval time.Duration `help:"Longest time that an event waits for others to be written with." default:"500ms"`
	Grace         time.Duration `name:"drain-timeout" help:"Longest time that the program may take to end after SIGTERM or SIGINT, and that a batch may still take when Kafka wants to give its partitions to another member. What is not stored then comes again." default:"30s"`
}

// Store stores events for good. The same events may come again.
type Store func(ctx context.Context, events []event.Event) error

// Rejection is a part of a record that cannot be stored.
type Rejection struct {
	Record *kgo.Record
	// Number tells the rejections of one record apart.
	Number int
	// Event is nil if the record as a whole cannot be read.
	Event  *event.Event
	Reason string
}

// Reject keeps what cannot be stored. If it returns an error, it is called again later; if nil, that part of the record is done.
type Reject func(ctx context.Context, r Rejection) error

const (
	// fetchBytes is how much a broker gathers before it answers, within the batch interval.
	fetchBytes = 64 << 10
	// maxFetchBytes bounds what is in memory for each broker, compressed.
	maxFetchBytes = 8 << 20
	// rebalanceTimeout is how long Kafka waits for a member to give up its partitions; then the member is removed.
	rebalanceTimeout = 2 * time.Minute
	// sessionTimeout is how long a member that has died keeps its partitions.
	sessionTimeout   = 20 * time.Second
	commitTimeout    = 10 * time.Second
	lagInterval      = 5 * time.Second
	minBatchInterval = 10 * time.Millisecond
)

// Consumer takes events out of Kafka and has them stored. An offset is committed after its events are stored and never
// before, so nothing is lost; what was stored but not committed comes again.
type Consumer struct {
	client *kgo.Client
	config ConsumerConfig
	reject Reject
	log    *slog.Logger

	// While records are being stored, the client holds up rebalances. So the fields that the callbacks of a rebalance share with the rest
	// need no lock: pending, uncommitted, first, next.

	// pending are the records that are not stored yet, in order for each partition.
	pending []*kgo.Record
	// uncommitted has, for each partition, the last stored record if Kafka has not been told of it.
	uncommitted map[int32]*kgo.Record
	// first is the record that oldest belongs to.
	first *kgo.Record
	// next is the offset that each partition's next record must have.
	next map[int32]int64
	// rebalance says that Kafka waits for this member.
	rebalance chan struct{}

	mu       sync.Mutex
	assigned map[int32]bool

	// oldest is when the oldest pending record began to wait, on this process's monotonic clock; nil for none.
	oldest                                 atomic.Pointer[time.Time]
	stored, unreadable, lost               prometheus.Counter
	fetchErrors, storeErrors, commitErrors prometheus.Counter
	lag                                    *prometheus.GaugeVec
}

// NewConsumer makes a consumer that joins the group as soon as Kafka is there, and takes nothing before [Consumer.Run].
func NewConsumer(config ConsumerConfig, reject Reject, registry prometheus.Registerer, log *slog.Logger) (*Consumer, error) {
	opts, err := config.options(log)
	if err != nil {
		return nil, err
	}
	if config.Writers < 1 || config.BatchEvents < 1 || config.BatchInterval < minBatchInterval {
		return nil, fmt.Errorf("--writers and --batch-events must be 1 or more, --batch-interval must be %s or more", minBatchInterval)
	}
	if config.Grace < 0 || config.Grace >= rebalanceTimeout {
		return nil, fmt.Errorf("--drain-timeout (%s) must be shorter than %s, after which Kafka expels a member", config.Grace, rebalanceTimeout)
	}
	c := &Consumer{config: config, reject: reject, log: log, uncommitted: map[int32]*kgo.Record{}, next: map[int32]int64{},
		assigned: map[int32]bool{}, rebalance: make(chan struct{}, 1)}
	c.register(promauto.With(registry))
	c.client, err = kgo.NewClient(append(opts, kgo.ConsumeTopics(config.Topic), kgo.ConsumerGroup(config.Group),
		kgo.Balancers(kgo.CooperativeStickyBalancer()), kgo.DisableAutoCommit(), kgo.BlockRebalanceOnPoll(), kgo.RebalanceTimeout(rebalanceTimeout), kgo.SessionTimeout(sessionTimeout),
		kgo.OnPartitionsAssigned(c.onAssigned), kgo.OnPartitionsRevoked(c.onRevoked), kgo.OnPartitionsCallbackBlocked(c.onBlocked),
		kgo.FetchMinBytes(fetchBytes), kgo.FetchMaxWait(config.BatchInterval), kgo.FetchMaxBytes(maxFetchBytes))...)
	return c, err
}

func (c *Consumer) register(metric promauto.Factory) {
	consumed := metric.NewCounterVec(prometheus.CounterOpts{Name: "footfall_kafka_consumed_total",
		Help: "Records taken out of Kafka: stored, damaged (cannot be read, or break the rules of events; they are in rejected_events), lost (Kafka had deleted them before they were read)."}, []string{"result"})
	failures := metric.NewCounterVec(prometheus.CounterOpts{Name: "footfall_kafka_errors_total",
		Help: "What went wrong and is tried again: fetch (from Kafka), store (in the database), commit (of offsets in Kafka)."}, []string{"operation"})
	c.stored, c.unreadable, c.lost = consumed.WithLabelValues("stored"), consumed.WithLabelValues("damaged"), consumed.WithLabelValues("lost")
	c.fetchErrors, c.storeErrors, c.commitErrors = failures.WithLabelValues("fetch"), failures.WithLabelValues("store"), failures.WithLabelValues("commit")
	c.lag = metric.NewGaugeVec(prometheus.GaugeOpts{Name: "footfall_kafka_lag_events",
		Help: "Events that wait in Kafka, in each partition that this member has."}, []string{"partition"})
	metric.NewGaugeFunc(prometheus.GaugeOpts{Name: "footfall_oldest_event_seconds",
		Help: "How long the first event that is not in the database has been waiting; 0 when none is."}, func() float64 {
		if oldest := c.oldest.Load(); oldest != nil {
			return time.Since(*oldest).Seconds()
		}
		return 0
	})
}

// Ready returns why Kafka cannot deliver events.
func (c *Consumer) Ready(ctx context.Context) error { return ready(ctx, c.client, c.config.Topic) }

// Run stores the records of the partitions that this member has, until ctx ends. Then it finishes the present batches, commits their
// offsets and leaves the group; it returns within the grace time, whatever hangs. If store fails, it tries again for as long as it takes.
func (c *Consumer) Run(ctx context.Context, store Store) {
	last, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	left := make(chan struct{})
	go func() {
		defer close(left)
		c.work(ctx, last, store)
		c.leave(last)
	}()
	<-ctx.Done()
	select {
	case <-left:
		return
	case <-time.After(c.config.Grace - c.leaving()/2):
	}
	cancel() // cancels the requests to Kafka
	select {
	case <-left:
	case <-time.After(c.leaving() / 4):
		c.log.Warn("Kafka does not answer, so the group is not left in order; it gives the partitions to others when it has missed this member", "after", sessionTimeout.String())
	}
}

// leaving returns the part of the grace time that is for the last commit and for leaving the group.
func (c *Consumer) leaving() time.Duration { return min(c.config.Grace/4, 4*time.Second) }

// work stores and commits until ctx ends; the last commit may take until last ends.
func (c *Consumer) work(ctx, last context.Context, store Store) {
	measuring, stop := context.WithCancel(ctx)
	defer stop()
	go c.measureLag(measuring)
	for ctx.Err() == nil {
		_ = retry.Until(ctx, func() error { // errors have been logged
			defer c.client.AllowRebalance()
			return errors.Join(c.poll(ctx), c.attempt(ctx, store), c.commit(last))
		}, nil)
	}
}

// leave leaves the group, so that others need not wait for its partitions, and closes the client.
func (c *Consumer) leave(last context.Context) {
	c.client.AllowRebalance()
	if err := c.client.LeaveGroupContext(last); err != nil {
		c.log.Warn("the group of writers could not be left in order", "error", err)
	}
	c.client.Close()
}

// ended is a context that is over.
var ended = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// poll waits for records, and holds up rebalances from then on. While some records are not stored it takes no more, and while some are not
// committed it does not wait for long.
func (c *Consumer) poll(ctx context.Context) error {
	switch {
	case len(c.pending) > 0:
		ctx = ended
	case len(c.uncommitted) > 0:
		short, cancel := context.WithTimeout(ctx, c.config.BatchInterval)
		defer cancel()
		ctx = short
	}
	fetches := c.client.PollRecords(ctx, c.config.Writers*c.config.BatchEvents)
	var failed error
	fetches.EachError(func(_ string, partition int32, err error) {
		if ctx.Err() != nil {
			return
		}
		failed = err
		c.fetchErrors.Inc()
		c.log.Error("events cannot be fetched from Kafka", "partition", partition, "error", err)
	})
	fetches.EachPartition(func(p kgo.FetchTopicPartition) {
		c.pending = append(c.pending, p.Records...)
		for _, r := range p.Records {
			c.expect(r)
		}
	})
	c.age()
	return failed
}

// expect counts the records before r that Kafka has deleted (after its retention time, say) before anybody read them.
func (c *Consumer) expect(r *kgo.Record) {
	next, known := c.next[r.Partition]
	if !known {
		var committed kgo.EpochOffset
		committed, known = c.client.CommittedOffsets()[r.Topic][r.Partition]
		next = committed.Offset
	}
	if known && r.Offset > next {
		c.lost.Add(float64(r.Offset - next))
		c.log.Error("Kafka has deleted events before they were written; give the topic a longer retention", "partition", r.Partition, "from_offset", next, "to_offset", r.Offset-1)
	}
	c.next[r.Partition] = r.Offset + 1
}

// attempt stores the pending records, several batches at a time, and commits what was stored.
func (c *Consumer) attempt(ctx context.Context, store Store) error {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	go c.hurry(ctx, work, cancel)
	batches := c.batches()
	done := make([]int, len(batches))
	var group errgroup.Group
	for i, batch := range batches {
		group.Go(func() (err error) {
			done[i], err = c.storeBatch(work, batch, store)
			return err
		})
	}
	err := group.Wait()
	c.pending = c.pending[:0]
	for i, batch := range batches {
		for _, r := range batch[:done[i]] {
			c.uncommitted[r.Partition] = r
		}
		c.pending = append(c.pending, batch[done[i]:]...)
	}
	c.age()
	if err != nil {
		c.storeErrors.Inc()
		c.log.Warn("events cannot be stored; trying again", "error", err, "events", len(c.pending))
	}
	return err
}

// hurry cancels work after the grace time, counted from when ctx ends or Kafka waits for a rebalance.
func (c *Consumer) hurry(ctx, work context.Context, cancel func()) {
	grace := c.config.Grace
	select {
	case <-ctx.Done():
		grace -= c.leaving()
	case <-c.rebalance:
	case <-work.Done():
		return
	}
	select {
	case <-time.After(grace):
		cancel()
	case <-work.Done():
	}
}

// batches divides the pending records among as many writers as are worthwhile. A partition is never divided.
func (c *Consumer) batches() [][]*kgo.Record {
	partitions := map[int32][]*kgo.Record{}
	for _, r := range c.pending {
		partitions[r.Partition] = append(partitions[r.Partition], r)
	}
	largestFirst := make([][]*kgo.Record, 0, len(partitions))
	for _, records := range partitions {
		largestFirst = append(largestFirst, records)
	}
	slices.SortFunc(largestFirst, func(a, b []*kgo.Record) int { return cmp.Compare(len(b), len(a)) })
	full := (len(c.pending) + c.config.BatchEvents - 1) / c.config.BatchEvents
	batches := make([][]*kgo.Record, min(full, c.config.Writers))
	for _, records := range largestFirst {
		smallest := 0
		for i := range batches {
			if len(batches[i]) < len(batches[smallest]) {
				smallest = i
			}
		}
		batches[smallest] = append(batches[smallest], records...)
	}
	return batches
}

// storeBatch stores records in their order and returns how many of them were stored.
func (c *Consumer) storeBatch(ctx context.Context, records []*kgo.Record, store Store) (done int, err error) {
	for part := range slices.Chunk(records, c.config.BatchEvents) {
		if err := c.storePart(ctx, part, store); err != nil {
			return done, err
		}
		done += len(part)
	}
	return done, nil
}

func (c *Consumer) storePart(ctx context.Context, records []*kgo.Record, store Store) error {
	var events []event.Event
	var rejected []Rejection
	whole := 0
	for _, r := range records {
		good, bad := read(r, time.Now())
		events, rejected = append(events, good...), append(rejected, bad...)
		if len(bad) == 0 {
			whole++
		}
	}
	for batch := range slices.Chunk(events, c.config.BatchEvents) { // a record may have many
		if err := store(ctx, batch); err != nil {
			return err
		}
	}
	for _, r := range rejected {
		if err := c.reject(ctx, r); err != nil {
			return err
		}
	}
	c.unreadable.Add(float64(len(records) - whole))
	c.stored.Add(float64(whole))
	return nil
}

// read divides a record into events that can be stored and what cannot.
func read(r *kgo.Record, now time.Time) (good []event.Event, bad []Rejection) {
	events, err := event.DecodeRecord(nil, r.Value)
	if err != nil {
		return nil, []Rejection{{Record: r, Reason: err.Error()}}
	}
	for i := range events {
		e := &events[i]
		if faults := check(e, now); len(faults) > 0 {
			bad = append(bad, Rejection{Record: r, Number: i, Event: e, Reason: faults[0].Field + " " + faults[0].Reason})
			continue
		}
		good = append(good, *e)
	}
	return good, bad
}

// commit tells Kafka what is stored. If it fails, it is tried again with the next batch.
func (c *Consumer) commit(ctx context.Context) error {
	if len(c.uncommitted) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	var last []*kgo.Record
	for _, r := range c.uncommitted {
		last = append(last, r)
	}
	if err := c.client.CommitRecords(ctx, last...); err != nil {
		c.commitErrors.Inc()
		c.log.Warn("Kafka does not take the offsets of stored events; they may come again, which changes nothing", "error", err)
		return err
	}
	clear(c.uncommitted)
	return nil
}

// age notes when the oldest pending record began to wait. Only the clocks of others know when that was before it came here: they are asked
// once, and their answer counts unless it is in the future.
func (c *Consumer) age() {
	if len(c.pending) == 0 {
		c.first = nil
		c.oldest.Store(nil)
		return
	}
	oldest := c.pending[0]
	for _, r := range c.pending {
		if r.Timestamp.Before(oldest.Timestamp) {
			oldest = r
		}
	}
	if oldest == c.first {
		return
	}
	now := time.Now()
	since := now.Add(-max(0, now.Sub(oldest.Timestamp)))
	c.first = oldest
	c.oldest.Store(&since)
}

func (c *Consumer) onBlocked(context.Context, *kgo.Client) {
	select {
	case c.rebalance <- struct{}{}:
	default: // it has been signalled already
	}
}

func (c *Consumer) onAssigned(_ context.Context, _ *kgo.Client, assigned map[string][]int32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, partition := range assigned[c.config.Topic] {
		c.assigned[partition] = true
	}
}

// onRevoked forgets partitions that now belong to another member, which begins where this one has committed.
func (c *Consumer) onRevoked(_ context.Context, _ *kgo.Client, revoked map[string][]int32) {
	gone := revoked[c.config.Topic]
	c.pending = slices.DeleteFunc(c.pending, func(r *kgo.Record) bool { return slices.Contains(gone, r.Partition) })
	c.age()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, partition := range gone {
		delete(c.uncommitted, partition)
		delete(c.next, partition)
		delete(c.assigned, partition)
		c.lag.DeleteLabelValues(strconv.Itoa(int(partition)))
	}
}

// measureLag asks at intervals how many records wait. It asks Kafka for the ends of the partitions, because the ends that come with records
// are old while the database is away and none are fetched.
func (c *Consumer) measureLag(ctx context.Context) {
	ticker := time.NewTicker(lagInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		if err := c.askLag(ctx); err != nil && ctx.Err() == nil {
			c.log.Warn("Kafka does not say how many events wait", "error", err)
		}
	}
}

func (c *Consumer) askLag(ctx context.Context) error {
	ends, err := kadm.NewClient(c.client).ListEndOffsets(ctx, c.config.Topic)
	committed := c.client.CommittedOffsets()[c.config.Topic]
	c.mu.Lock()
	defer c.mu.Unlock()
	for partition := range c.assigned {
		// Where nothing is committed yet, everything waits.
		if end, known := ends.Lookup(c.config.Topic, partition); known && end.Err == nil {
			c.lag.WithLabelValues(strconv.Itoa(int(partition))).Set(float64(end.Offset - committed[partition].Offset))
		}
	}
	return err
}
