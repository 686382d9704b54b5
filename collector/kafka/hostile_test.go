package kafka

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/footfall-analytics/footfall/collector/event"
)

// Whoever may write to the topic may have written anything: what breaks the rules of events is rejected, and holds nothing up.
func TestEventsOfKafkaKeepTheRules(t *testing.T) {
	now := time.Now().UTC().Truncate(time.Microsecond)
	change := func(change func(e *event.Event)) event.Event {
		e := event.Event{ID: uuid.New(), UserID: "u", Type: "visit", Time: now, Received: now}
		change(&e)
		return e
	}
	object := func(size int) []byte { return fmt.Appendf(nil, `{"a":"%s"}`, strings.Repeat("x", size-8)) }
	levels := func(n int) []byte {
		return []byte(strings.Repeat(`{"a":`, n-1) + "{}" + strings.Repeat("}", n-1))
	}
	for _, test := range []struct {
		// field is at fault, or empty.
		name, field string
		change      func(e *event.Event)
	}{
		{"good", "", func(*event.Event) {}},
		{"good, with a name of 200 bytes", "", func(e *event.Event) { e.Type = strings.Repeat("x", 200) }},
		{"good, of another clock", "", func(e *event.Event) {
			e.Received = now.Add(clockDifference - time.Minute)
			e.Time = e.Received.Add(event.MaxAhead)
		}},
		{"good, with all that the collector adds", "", func(e *event.Event) { e.Metadata, e.Traits = object(2*event.MaxMetadata), levels(2*event.MaxDepth) }},
		{"a longer name", "event_type", func(e *event.Event) { e.Type = strings.Repeat("x", 201) }},
		{"no id", "event_id", func(e *event.Event) { e.ID = uuid.Nil }},
		{"no user", "user_id", func(e *event.Event) { e.UserID = " " }},
		{"NUL in the user", "user_id", func(e *event.Event) { e.UserID = "u\x00" }},
		{"NUL in the type", "event_type", func(e *event.Event) { e.Type = "\x00" }},
		{"any event", "event_type", func(e *event.Event) { e.Type = "*" }},
		{"bad bytes in the page", "page_url", func(e *event.Event) { e.PageURL = "\xff" }},
		{"NUL in the anonymous id", "anonymous_id", func(e *event.Event) { e.AnonymousID = "a\x00" }},
		{"NUL in the device", "device_type", func(e *event.Event) { e.DeviceType = "\x00" }},
		{"NUL in the session", "session_id", func(e *event.Event) { e.SessionID = "\x00" }},
		{"NUL in the alias", "alias", func(e *event.Event) { e.Alias = "\x00" }},
		{"before 1970", "timestamp", func(e *event.Event) { e.Time = time.Unix(-1, 0) }},
		{"too far ahead", "timestamp", func(e *event.Event) { e.Time = now.Add(event.MaxAhead + time.Hour) }},
		{"at the end of all numbers", "timestamp", func(e *event.Event) { e.Time = time.UnixMicro(1<<63 - 1) }},
		{"received in the future", "received_at", func(e *event.Event) { e.Received = now.Add(clockDifference + time.Minute) }},
		{"received before 1970", "received_at", func(e *event.Event) { e.Received = time.Unix(-1, 0) }},
		{"never received", "received_at", func(e *event.Event) { e.Received = time.Time{} }},
		{"sent in the year 10000", "sent_time", func(e *event.Event) { e.SentTime = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }},
		{"less than nobody forgotten", "forgets", func(e *event.Event) { e.Forgets = -1 }},
		{"metadata that is no JSON", "metadata", func(e *event.Event) { e.Metadata = []byte("nonsense") }},
		{"metadata that is a list", "metadata", func(e *event.Event) { e.Metadata = []byte("[]") }},
		{"metadata with NUL", "metadata.a", func(e *event.Event) { e.Metadata = []byte(`{"a":"\u0000"}`) }},
		{"metadata with half a pair", "metadata.a", func(e *event.Event) { e.Metadata = []byte(`{"a":"\ud800"}`) }},
		{"metadata with an enormous number", "metadata.a", func(e *event.Event) { e.Metadata = []byte(`{"a":1e999999}`) }},
		{"metadata with a name twice", "metadata", func(e *event.Event) { e.Metadata = []byte(`{"a":1,"a":2}`) }},
		{"metadata that is too large", "metadata", func(e *event.Event) { e.Metadata = object(2*event.MaxMetadata + 1) }},
		{"metadata that is too deep", "metadata" + strings.Repeat(".a", 2*event.MaxDepth), func(e *event.Event) { e.Metadata = levels(2*event.MaxDepth + 1) }},
		{"traits that are too deep", "traits" + strings.Repeat(".a", 2*event.MaxDepth), func(e *event.Event) { e.Traits = levels(5000) }},
		{"traits with NUL", "traits.a", func(e *event.Event) { e.Traits = []byte(`{"a":"\u0000"}`) }},
		{"traits that are text", "traits", func(e *event.Event) { e.Traits = []byte(`"x"`) }},
	} {
		e := change(test.change)
		r := &kgo.Record{Value: event.AppendRecord(nil, []event.Event{e, change(func(*event.Event) {})})}
		good, bad := read(r, now)
		if want := map[bool]int{true: 2, false: 1}[test.field == ""]; len(good) != want || len(good)+len(bad) != 2 {
			t.Errorf("%s: %d events are good, %+v", test.name, len(good), bad)
			continue
		}
		if test.field != "" && (!strings.HasPrefix(bad[0].Reason, test.field+" ") || bad[0].Event.ID != e.ID || bad[0].Number != 0) {
			t.Errorf("%s: %+v", test.name, bad[0])
		}
	}
	for raw, want := range map[string]string{"null": "", ` { "a" : 1 } `: ` { "a" : 1 } `} {
		good, _ := read(&kgo.Record{Value: event.AppendRecord(nil, []event.Event{change(func(e *event.Event) { e.Metadata, e.Traits = []byte(raw), []byte(raw) })})}, now)
		if len(good) != 1 || string(good[0].Metadata) != want || string(good[0].Traits) != want {
			t.Errorf("%s: %+v", raw, good)
		}
	}
}

// A record may hold many events, good and bad ones; batches stay as large as they are meant to be.
func TestManyEventsInARecord(t *testing.T) {
	cluster := newCluster(t)
	p := newProducer(t, cluster, nil)
	events := sample(1, 500)
	for i := range events {
		events[i].UserID = "user"
	}
	bad := events[250]
	bad.ID, bad.UserID = uuid.New(), "with\x00NUL"
	value := event.AppendRecord(nil, slices.Concat(events[:250], []event.Event{bad}, events[250:]))
	if err := p.client.ProduceSync(t.Context(), &kgo.Record{Value: value}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var stored table
	var rejected []Rejection
	config := ConsumerConfig{Config: settings(cluster), Group: "writers", Writers: 1, BatchEvents: 100, BatchInterval: 20 * time.Millisecond, Grace: time.Second}
	c, err := NewConsumer(config, func(_ context.Context, r Rejection) error {
		mu.Lock()
		defer mu.Unlock()
		rejected = append(rejected, r)
		return nil
	}, prometheus.NewRegistry(), testLog(t))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c.Run(ctx, func(ctx context.Context, events []event.Event) error {
			if len(events) > 100 {
				t.Errorf("a batch of %d events", len(events))
			}
			return stored.store(ctx, events)
		})
	}()
	await(t, "the record is done with", func() bool { return sumCommitted(t, cluster) == 1 })
	cancel()
	<-ended
	if stored.count() != len(events) || len(rejected) != 1 || rejected[0].Number != 250 || rejected[0].Event.UserID != bad.UserID {
		t.Errorf("%d are stored, rejected: %+v", stored.count(), rejected)
	}
}

// The end comes within the grace time, whatever of Kafka or the database does not answer.
func TestEndWhateverHangs(t *testing.T) {
	const grace = 4 * time.Second
	hang := func(keys ...kmsg.Key) func(*testing.T, *kfake.Cluster) {
		return func(t *testing.T, cluster *kfake.Cluster) {
			over := make(chan struct{})
			t.Cleanup(func() { close(over) })
			for _, key := range keys {
				cluster.ControlKey(int16(key), func(kmsg.Request) (kmsg.Response, error, bool) {
					cluster.KeepControl()
					cluster.SleepControl(func() { <-over })
					return nil, nil, false
				})
			}
		}
	}
	nothing := func(*testing.T, *kfake.Cluster) {}
	for _, test := range []struct {
		name string
		// before is done at the start, then is done when events have come.
		before, then func(*testing.T, *kfake.Cluster)
		storeHangs   bool
	}{
		{"nothing", nothing, nothing, false},
		{"leaving the group", nothing, hang(kmsg.LeaveGroup), false},
		{"commits", hang(kmsg.OffsetCommit), nothing, false},
		{"fetches and commits", nothing, hang(kmsg.Fetch, kmsg.OffsetCommit), false},
		{"everything", nothing, hang(kmsg.Metadata, kmsg.Fetch, kmsg.OffsetCommit, kmsg.Heartbeat, kmsg.LeaveGroup, kmsg.JoinGroup, kmsg.FindCoordinator, kmsg.ListOffsets), false},
		{"a store that does not even hear of the end", nothing, nothing, true},
		{"joining", hang(kmsg.JoinGroup), nothing, false},
		{"looking for the coordinator", hang(kmsg.FindCoordinator), nothing, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cluster := newCluster(t)
			events := sample(10, 20)
			accept(t, newProducer(t, cluster, nil), events)
			test.before(t, cluster)
			c, err := NewConsumer(ConsumerConfig{Config: settings(cluster), Group: "writers", Writers: 2, BatchEvents: 50, BatchInterval: 20 * time.Millisecond, Grace: grace},
				func(context.Context, Rejection) error { return nil }, prometheus.NewRegistry(), testLog(t))
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended, never := make(chan struct{}), make(chan struct{})
			t.Cleanup(func() { close(never) })
			var stored table
			go func() {
				defer close(ended)
				c.Run(ctx, func(ctx context.Context, events []event.Event) error {
					if test.storeHangs {
						<-never
					}
					return stored.store(ctx, events)
				})
			}()
			for deadline := time.Now().Add(time.Second); stored.count() == 0 && time.Now().Before(deadline); {
				time.Sleep(10 * time.Millisecond)
			}
			test.then(t, cluster)
			start := time.Now()
			cancel()
			select {
			case <-ended:
			case <-time.After(time.Minute):
				t.Fatal("there is no end")
			}
			if took := time.Since(start); took > grace {
				t.Errorf("the end took %s", took)
			}
			if test.name == "nothing" {

				if sumCommitted(t, cluster) != int64(stored.count()) {
					t.Errorf("%d stored, %d committed", stored.count(), sumCommitted(t, cluster))
				}
			}
		})
	}
}
