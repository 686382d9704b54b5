package kafka

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	dto "github.com/prometheus/client_model/go"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/footfall-analytics/footfall/collector/event"
)

const (
	topic      = "footfall-events"
	partitions = 6
)

// newCluster returns a Kafka of three brokers in this process, with the topic.
func newCluster(t *testing.T, opts ...kfake.Opt) *kfake.Cluster {
	t.Helper()
	cluster, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(3), kfake.SeedTopics(partitions, topic)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return cluster
}

func testLog(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}

func settings(cluster *kfake.Cluster) Config {
	return Config{Brokers: cluster.ListenAddrs(), Topic: topic, ClientID: "test"}
}

func newProducer(t *testing.T, cluster *kfake.Cluster, change func(*ProducerConfig)) *Producer {
	t.Helper()
	config := ProducerConfig{Config: settings(cluster), Compression: "lz4", Timeout: 30 * time.Second, Buffer: 64 << 20, Partitions: 12, Replicas: 3}
	if change != nil {
		change(&config)
	}
	p, err := NewProducer(config, prometheus.NewRegistry(), testLog(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.client.Close)
	return p
}

// member is a running consumer.
type member struct {
	*Consumer
	stop func()
}

func startMember(t *testing.T, cluster *kfake.Cluster, store Store, change func(*ConsumerConfig)) *member {
	t.Helper()
	config := ConsumerConfig{Config: settings(cluster), Group: "writers", Writers: 4, BatchEvents: 50, BatchInterval: 20 * time.Millisecond, Grace: 500 * time.Millisecond}
	if change != nil {
		change(&config)
	}
	c, err := NewConsumer(config, func(context.Context, Rejection) error { return nil }, prometheus.NewRegistry(), testLog(t))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c.Run(ctx, store)
	}()
	m := &member{c, func() {
		cancel()
		<-ended
	}}
	t.Cleanup(m.stop)
	return m
}

// has returns how many partitions the member has.
func (m *member) has() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.assigned)
}

// table keeps what is stored, as the database does: an event that comes again changes nothing.
type table struct {
	mu     sync.Mutex
	seen   map[uuid.UUID]bool
	events []event.Event
	again  int
}

func (s *table) store(_ context.Context, events []event.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen = map[uuid.UUID]bool{}
	}
	for _, e := range events {
		if s.seen[e.ID] {
			s.again++
			continue
		}
		s.seen[e.ID] = true
		s.events = append(s.events, e)
	}
	return nil
}

func (s *table) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.events)
}

// value returns what a counter or gauge stands at.
func value(m prometheus.Metric) float64 {
	var metric dto.Metric
	if err := m.Write(&metric); err != nil {
		panic(err)
	}
	return metric.GetCounter().GetValue() + metric.GetGauge().GetValue()
}

// await waits until the condition holds.
func await(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("in vain: " + what)
		}
	}
}

// sample makes count events of each user; a user's events are in the order of their times.
func sample(users, count int) []event.Event {
	start := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	var events []event.Event
	for n := range count {
		for user := range users {
			at := start.Add(time.Duration(n) * time.Second)
			events = append(events, event.Event{ID: uuid.New(), UserID: fmt.Sprint("user ", user), Type: "visit", AnonymousID: "a",
				Time: at, SentTime: at.Add(time.Second), TimeChosen: n%2 == 0, Received: at.Add(time.Minute), PageURL: "/p", DeviceType: "tv",
				SessionID: "s", Metadata: []byte(`{"n": 1}`), Traits: []byte(`{"plan": "free"}`), Alias: "b"})
		}
	}
	return events
}

// check compares what is stored with what was acknowledged: everything once, the events of a user in order.
func (s *table) check(t *testing.T, sent []event.Event) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	byUser := func(events []event.Event) map[string][]event.Event {
		users := map[string][]event.Event{}
		for _, e := range events {
			users[e.UserID] = append(users[e.UserID], e)
		}
		return users
	}
	if diff := cmp.Diff(byUser(sent), byUser(s.events)); diff != "" {
		t.Errorf("sent -, stored +:\n%.2000s", diff)
	}
}

// accept sends the events in requests of a hundred.
func accept(t *testing.T, p *Producer, events []event.Event) {
	t.Helper()
	for request := range slices.Chunk(events, 100) {
		if err := p.Accept(t.Context(), request); err != nil {
			t.Fatal(err)
		}
	}
}

func TestEverythingArrivesInOrder(t *testing.T) {
	cluster := newCluster(t)
	for _, compression := range []string{"lz4", "zstd"} {
		p := newProducer(t, cluster, func(c *ProducerConfig) { c.Compression = compression })
		var stored table
		m := startMember(t, cluster, stored.store, nil)
		events := sample(40, 50)
		accept(t, p, events)
		await(t, "all events are stored", func() bool { return stored.count() == len(events) })
		m.stop()
		stored.check(t, events)
		if stored.again > 0 || value(m.stored) != float64(len(events)) || value(p.acknowledged) != float64(len(events)) {
			t.Errorf("%d came again, %v consumed, %v acknowledged", stored.again, value(m.stored), value(p.acknowledged))
		}
	}
}

func TestPartitionsAreStoredSideBySide(t *testing.T) {
	cluster := newCluster(t)
	events := sample(40, 20)
	accept(t, newProducer(t, cluster, nil), events)
	var stored table
	var mu sync.Mutex
	busy, most := map[string]bool{}, 0
	startMember(t, cluster, func(ctx context.Context, events []event.Event) error {
		users := map[string]bool{}
		for _, e := range events {
			users[e.UserID] = true
		}
		mu.Lock()
		for user := range users {
			if busy[user] {
				t.Errorf("%s is in two batches at a time", user)
			}
			busy[user] = true
		}
		most = max(most, len(busy)-len(users))
		mu.Unlock()
		time.Sleep(20 * time.Millisecond)
		mu.Lock()
		for user := range users {
			delete(busy, user)
		}
		mu.Unlock()
		return stored.store(ctx, events)
	}, nil)
	await(t, "all events are stored", func() bool { return stored.count() == len(events) })
	stored.check(t, events)
	mu.Lock()
	defer mu.Unlock()
	if most == 0 {
		t.Error("batches were stored one after the other")
	}
}

// A second member comes in the middle of a batch, and goes again.
func TestRebalanceInMidBatch(t *testing.T) {
	cluster := newCluster(t)
	p := newProducer(t, cluster, nil)
	var stored table
	slow := func(ctx context.Context, events []event.Event) error {
		select {
		case <-time.After(50 * time.Millisecond):
			return stored.store(ctx, events)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	var events []event.Event
	produce := func() {
		more := sample(40, 5)
		accept(t, p, more)
		events = append(events, more...)
	}
	produce()
	first := startMember(t, cluster, slow, nil)
	await(t, "the first batches are stored", func() bool { return stored.count() > 0 })
	second := startMember(t, cluster, slow, nil)
	await(t, "the second member has partitions", func() bool {
		produce()
		return second.has() > 0 && first.has()+second.has() == partitions
	})
	produce()
	second.stop()
	await(t, "the first member has all partitions", func() bool { return first.has() == partitions })
	await(t, "all events are stored", func() bool { return stored.count() == len(events) })
	stored.check(t, events)
}

// A batch that does not end is given up when another member is to have its partitions, and the records of those that the
// first keeps are stored when it can.
func TestDatabaseIsAwayDuringRebalance(t *testing.T) {
	cluster := newCluster(t)
	p := newProducer(t, cluster, nil)
	events := sample(40, 20)
	accept(t, p, events)
	var stored table
	var once sync.Once
	hangs, back := make(chan struct{}), make(chan struct{})
	first := startMember(t, cluster, func(ctx context.Context, events []event.Event) error {
		once.Do(func() { close(hangs) })
		select {
		case <-back:
			return stored.store(ctx, events)
		case <-ctx.Done():
			return ctx.Err()
		}
	}, nil)
	<-hangs
	second := startMember(t, cluster, stored.store, nil)
	await(t, "the members share the partitions", func() bool { return first.has() == partitions/2 && second.has() == partitions/2 })
	await(t, "the second member stores its part", func() bool { return stored.count() > 0 })
	time.Sleep(200 * time.Millisecond)
	if stored.count() == len(events) {
		t.Fatal("the first member kept nothing")
	}
	close(back)
	await(t, "all events are stored", func() bool { return stored.count() == len(events) })
	stored.check(t, events)
	if first.has() != partitions/2 || stored.again > 0 {
		t.Errorf("the first member has %d partitions; %d events were stored by both", first.has(), stored.again)
	}
}

func TestStoreIsTriedAgain(t *testing.T) {
	cluster := newCluster(t)
	events := sample(10, 20)
	accept(t, newProducer(t, cluster, nil), events)
	var stored table
	var mu sync.Mutex
	failures := 0
	m := startMember(t, cluster, func(ctx context.Context, events []event.Event) error {
		mu.Lock()
		defer mu.Unlock()
		if failures++; failures <= 4 {
			return errors.New("the database is away")
		}
		return stored.store(ctx, events)
	}, nil)
	await(t, "all events are stored", func() bool { return stored.count() == len(events) })
	stored.check(t, events)
	if value(m.storeErrors) == 0 {
		t.Error("no error was counted")
	}
}

// Errors that pass are none for the sender, and what Kafka has kept before it failed is not kept twice.
func TestBrokerFailsInMidBatch(t *testing.T) {
	for _, fault := range []*kerr.Error{kerr.NotLeaderForPartition, kerr.RequestTimedOut, kerr.NotEnoughReplicas, kerr.NotEnoughReplicasAfterAppend} {
		t.Run(fault.Message, func(t *testing.T) {
			cluster := newCluster(t)
			p := newProducer(t, cluster, nil)
			handle := cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Partitions: []int32{1, 2, 3}, Err: fault, Count: 3})
			events := sample(40, 10)
			accept(t, p, events)
			if handle.Hits() == 0 {
				t.Error("nothing failed")
			}
			var stored table
			startMember(t, cluster, stored.store, nil)
			await(t, "all events are stored", func() bool { return stored.count() == len(events) })
			stored.check(t, events)
			if stored.again > 0 {
				t.Errorf("%d events are in Kafka twice", stored.again)
			}
		})
	}
}

func TestConnectionsBreakWhileProducing(t *testing.T) {
	cluster := newCluster(t)
	p := newProducer(t, cluster, nil)
	broken := 0
	cluster.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		if broken++; broken%2 == 1 && broken < 10 {
			return nil, errors.New("the connection breaks"), true
		}
		return nil, nil, false
	})
	events := sample(40, 10)
	accept(t, p, events)
	var stored table
	startMember(t, cluster, stored.store, nil)
	await(t, "all events are stored", func() bool { return stored.count() == len(events) })
	stored.check(t, events)
}

func TestSendersAreToldWhenKafkaDoesNotTakeEvents(t *testing.T) {
	cluster := newCluster(t)
	p := newProducer(t, cluster, func(c *ProducerConfig) { c.Timeout = time.Second })
	accept(t, p, sample(1, 1))
	handle := cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicas, Count: -1})
	start := time.Now()
	if err := p.Accept(t.Context(), sample(5, 1)); !errors.Is(err, ErrTimeout) {
		t.Error(err)
	}
	if took := time.Since(start); took < 900*time.Millisecond || took > 2*time.Second {
		t.Errorf("the answer took %s", took)
	}
	handle.Remove()
	await(t, "Kafka takes events again", func() bool { return p.Accept(t.Context(), sample(5, 1)) == nil })

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Accept(ctx, sample(1, 1)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if n := value(p.failed); n < 6 {
		t.Errorf("%v events failed", n)
	}
}

// A broker that takes requests and never answers.
func TestSilentBrokerAndFullBuffer(t *testing.T) {
	cluster := newCluster(t)
	p := newProducer(t, cluster, func(c *ProducerConfig) { c.Timeout, c.Buffer = time.Second, 3000 })
	accept(t, p, sample(1, 1))
	answer := make(chan struct{})
	cluster.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		cluster.SleepControl(func() { <-answer })
		return nil, nil, false
	})
	start := time.Now()
	if err := p.Accept(t.Context(), sample(5, 1)); !errors.Is(err, ErrTimeout) {
		t.Error(err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("the answer took %s", took)
	}
	if err := p.Accept(t.Context(), sample(1, 100)); !errors.Is(err, ErrFull) {
		t.Error(err)
	}
	close(answer)
	await(t, "Kafka takes events again", func() bool { return p.Accept(t.Context(), sample(5, 1)) == nil })
	if err := p.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if err := p.Accept(t.Context(), sample(1, 1)); !errors.Is(err, ErrStopped) {
		t.Error(err)
	}
}

// sumCommitted asks Kafka how far the group has come, as a sum over the partitions.
func sumCommitted(t *testing.T, cluster *kfake.Cluster) (sum int64) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	request := kmsg.NewPtrOffsetFetchRequest()
	request.Group = "writers"
	response, err := request.RequestWith(t.Context(), client)
	if err != nil {
		t.Fatal(err)
	}
	for _, topic := range response.Topics {
		for _, p := range topic.Partitions {
			sum += max(0, p.Offset)
		}
	}
	return sum
}

func TestCommitFailsInMidBatch(t *testing.T) {
	for _, fault := range []*kerr.Error{kerr.UnknownServerError, kerr.NotCoordinator, kerr.RequestTimedOut} {
		t.Run(fault.Message, func(t *testing.T) {
			cluster := newCluster(t)
			handle := cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetCommit}, Err: fault, Count: 3})
			events := sample(40, 20)
			accept(t, newProducer(t, cluster, nil), events)
			var stored table
			startMember(t, cluster, stored.store, nil)
			await(t, "all events are stored", func() bool { return stored.count() == len(events) })
			await(t, "all offsets are committed", func() bool { return sumCommitted(t, cluster) == int64(len(events)) })
			stored.check(t, events)
			if handle.Hits() == 0 {
				t.Error("nothing failed")
			}
		})
	}
}

// Nothing is committed that is not stored, and what is stored but not committed comes again.
func TestEndBetweenStoreAndCommit(t *testing.T) {
	cluster := newCluster(t)
	events := sample(40, 20)
	accept(t, newProducer(t, cluster, nil), events)
	handle := cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetCommit}, Err: kerr.UnknownServerError, Count: -1})
	var stored table
	first := startMember(t, cluster, stored.store, nil)
	await(t, "some events are stored", func() bool { return stored.count() > 0 && handle.Hits() > 0 })
	first.stop()
	before := stored.count()
	if n := sumCommitted(t, cluster); n != 0 {
		t.Errorf("%d offsets are committed", n)
	}
	handle.Remove()
	startMember(t, cluster, stored.store, nil)
	await(t, "all events are stored", func() bool { return stored.count() == len(events) })
	await(t, "all offsets are committed", func() bool { return sumCommitted(t, cluster) == int64(len(events)) })
	stored.check(t, events)
	if stored.again != before {
		t.Errorf("%d events came again, want the %d that were stored", stored.again, before)
	}
}

// The end of the program waits for the batch at hand, but not for ever.
func TestEndInMidBatch(t *testing.T) {
	for _, test := range []struct{ takes, grace, longest time.Duration }{
		{300 * time.Millisecond, 10 * time.Second, 3 * time.Second},
		{time.Hour, 200 * time.Millisecond, 3 * time.Second},
	} {
		cluster := newCluster(t)
		events := sample(1, 20)
		accept(t, newProducer(t, cluster, nil), events)
		var stored table
		begun := make(chan struct{})
		m := startMember(t, cluster, func(ctx context.Context, events []event.Event) error {
			close(begun)
			select {
			case <-time.After(test.takes):
				return stored.store(ctx, events)
			case <-ctx.Done():
				return ctx.Err()
			}
		}, func(c *ConsumerConfig) { c.Grace = test.grace })
		<-begun
		start := time.Now()
		m.stop()
		if took := time.Since(start); took > test.longest {
			t.Errorf("the end took %s", took)
		}
		if n := sumCommitted(t, cluster); n != int64(stored.count()) || (n > 0) != (test.takes < test.grace) {
			t.Errorf("%d offsets are committed, %d events stored", n, stored.count())
		}
	}
}

func TestDamagedRecordsHoldNothingUp(t *testing.T) {
	cluster := newCluster(t)
	p := newProducer(t, cluster, nil)
	good := sample(1, 3)
	accept(t, p, good[:1])
	newer := event.AppendRecord(nil, good[:1])
	newer[0]++
	bad := [][]byte{nil, []byte("{}"), newer, event.AppendRecord(nil, good[:1])[:40]}
	for _, value := range bad {
		if err := p.client.ProduceSync(t.Context(), &kgo.Record{Key: []byte(good[0].UserID), Value: value}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	accept(t, p, good[1:])
	var stored table
	var mu sync.Mutex
	var damaged [][]byte
	refusals := 0
	c, err := NewConsumer(ConsumerConfig{Config: settings(cluster), Group: "writers", Writers: 1, BatchEvents: 100, BatchInterval: 20 * time.Millisecond},
		func(_ context.Context, r Rejection) error {
			mu.Lock()
			defer mu.Unlock()
			if refusals++; refusals == 1 {
				return errors.New("the database is away")
			}
			if string(r.Record.Key) != good[0].UserID || r.Reason == "" || r.Event != nil {
				t.Errorf("%q: %s", r.Record.Key, r.Reason)
			}
			damaged = append(damaged, r.Record.Value)
			return nil
		}, prometheus.NewRegistry(), testLog(t))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c.Run(ctx, stored.store)
	}()
	await(t, "all offsets are committed", func() bool { return sumCommitted(t, cluster) == int64(len(good)+len(bad)) })
	cancel()
	<-ended
	stored.check(t, good)
	if !slices.EqualFunc(damaged, bad, bytes.Equal) || value(c.unreadable) != float64(len(bad)) || value(c.stored) != float64(len(good)) {
		t.Errorf("damaged: %q", damaged)
	}
}

// Kafka deletes what is older than the topic's retention, read or not.
func TestDeletedEventsAreCounted(t *testing.T) {
	cluster := newCluster(t, kfake.SeedTopics(1, "short"))
	inShort := func(c *Config) { c.Topic = "short" }
	p := newProducer(t, cluster, func(c *ProducerConfig) { inShort(&c.Config) })
	events := sample(1, 10)
	accept(t, p, events[:2])
	var stored table
	m := startMember(t, cluster, stored.store, func(c *ConsumerConfig) { inShort(&c.Config) })
	await(t, "the first are committed", func() bool { return sumCommitted(t, cluster) == 2 })
	m.stop()
	accept(t, p, events[2:])
	request := kmsg.NewPtrDeleteRecordsRequest()
	deleted := kmsg.NewDeleteRecordsRequestTopic()
	deleted.Topic = "short"
	deleted.Partitions = []kmsg.DeleteRecordsRequestTopicPartition{{Partition: 0, Offset: 5}}
	request.Topics = append(request.Topics, deleted)
	if _, err := request.RequestWith(t.Context(), p.client); err != nil {
		t.Fatal(err)
	}
	m = startMember(t, cluster, stored.store, func(c *ConsumerConfig) { inShort(&c.Config) })
	await(t, "all others are stored", func() bool { return stored.count() == 7 })
	m.stop()
	stored.check(t, slices.Concat(events[:2], events[5:]))
	if n := value(m.lost); n != 3 {
		t.Errorf("%v events are counted as lost, want 3", n)
	}
}

func TestLagAndAgeAreMeasured(t *testing.T) {
	cluster := newCluster(t)
	events := sample(40, 20)
	accept(t, newProducer(t, cluster, nil), events)
	release := make(chan struct{})
	var stored table
	m := startMember(t, cluster, func(ctx context.Context, events []event.Event) error {
		<-release
		return stored.store(ctx, events)
	}, nil)
	lag := func() (sum float64) {
		if err := m.askLag(t.Context()); err != nil {
			t.Fatal(err)
		}
		for partition := range partitions {
			sum += value(m.lag.WithLabelValues(fmt.Sprint(partition)))
		}
		return sum
	}
	await(t, "all wait", func() bool { return lag() == float64(len(events)) })
	await(t, "some are taken", func() bool { return m.oldest.Load() != nil })
	close(release)
	await(t, "none waits", func() bool { return lag() == 0 && m.oldest.Load() == nil })
}

// Whatever the clocks of producers say, a record has waited for at least as long as it is here, and never for less than nothing.
func TestAgeGoesByNoClock(t *testing.T) {
	registry := prometheus.NewRegistry()
	c := &Consumer{}
	c.register(promauto.With(registry))
	age := func() float64 {
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range families {
			if f.GetName() == "footfall_oldest_event_seconds" {
				return f.Metric[0].GetGauge().GetValue()
			}
		}
		t.Fatal("there is no such metric")
		return 0
	}
	for _, test := range []struct {
		ahead   time.Duration
		atLeast float64
	}{{time.Hour, 0.05}, {-time.Hour, 3600}, {0, 0.05}} {
		c.pending = []*kgo.Record{{Timestamp: time.Now().Add(test.ahead)}}
		c.age()
		time.Sleep(60 * time.Millisecond)
		c.age()
		if got := age(); got < test.atLeast || got > test.atLeast+30 {
			t.Errorf("a record %s ahead has waited for %v s", test.ahead, got)
		}
	}
	c.pending = nil
	c.age()
	if got := age(); got != 0 {
		t.Error(got, "s, and none waits")
	}
}

func TestTopic(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(3))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	p := newProducer(t, cluster, func(c *ProducerConfig) { c.Partitions = 5 })
	if err := p.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "--kafka-create-topic") {
		t.Error(err)
	}
	if err := p.Accept(t.Context(), sample(1, 1)); err == nil {
		t.Error("an event was accepted without a topic")
	}
	for range 2 {
		if err := p.EnsureTopic(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	info := cluster.TopicInfo(topic)
	if info == nil || info.NumReplicas != 3 || cluster.PartitionInfo(topic, 4) == nil || cluster.PartitionInfo(topic, 5) != nil || *info.Configs["min.insync.replicas"] != "2" {
		t.Errorf("%+v", info)
	}
	await(t, "the topic takes events", func() bool { return p.Accept(t.Context(), sample(1, 1)) == nil })
	cluster.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	for _, err := range []error{p.Ready(ctx), p.EnsureTopic(ctx)} {
		if err == nil || !strings.Contains(err.Error(), "can be reached") {
			t.Error(err)
		}
	}
}

func TestTopicIsCreatedWhenKafkaComes(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().(*net.TCPAddr)
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	config := ProducerConfig{Config: Config{Brokers: []string{address.String()}, Topic: topic, ClientID: "test"},
		Compression: "lz4", Timeout: time.Second, Buffer: 64 << 20, Partitions: 2, Replicas: 1}
	p, err := NewProducer(config, prometheus.NewRegistry(), testLog(t))
	if err != nil {
		t.Fatal(err)
	}
	created := make(chan error, 1)
	go func() { created <- p.EnsureTopic(t.Context()) }()
	select {
	case err := <-created:
		t.Fatalf("the topic was created without a broker: %v", err)
	case <-time.After(2 * time.Second):
	}
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.Ports(address.Port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	if err := <-created; err != nil || cluster.PartitionInfo(topic, 1) == nil {
		t.Errorf("error %v, topic %+v", err, cluster.TopicInfo(topic))
	}
}
