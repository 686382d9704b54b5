package writer_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/queue"
	"github.com/footfall-analytics/footfall/collector/writer"
	"github.com/footfall-analytics/footfall/internal/dbtest"
)

// After an outage batches are as large as they may be.
func TestCatchingUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		p := newProfileWorld(t, dsn)
		q := openQueue(t)
		const users, visits = 50, 200
		for visit := range visits {
			var events []event.Event
			for user := range users {
				e := newEvent(fmt.Sprint("user", user))
				e.Traits = fmt.Appendf(nil, `{"visit": %d}`, visit)
				events = append(events, e)
			}
			appendRecord(t, q, event.AppendRecord(nil, events))
			if visit%3 == 0 { // a sender that was not answered in time
				appendRecord(t, q, event.AppendRecord(nil, events))
			}
		}
		drain(t, p.table, q)
		var stored, ids, last int
		p.in(func(tx pgx.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT count(*), count(DISTINCT event_id),
				(SELECT count(*) FROM user_profiles WHERE traits = jsonb_build_object('visit', $1::int)) FROM user_events`, visits-1).Scan(&stored, &ids, &last)
		})
		if diff := cmp.Diff([]int{users * visits, users * visits, users}, []int{stored, ids, last}); diff != "" {
			t.Error("events, their ids, users with their last traits:", diff)
		}
	})
}

// A record that cannot be understood is kept elsewhere, and what is behind it is written. While it cannot be kept, nothing is taken
// for written.
func TestRecordThatCannotBeUnderstood(t *testing.T) {
	p, q := newProfileWorld(t, dbtest.Embedded(t)), openQueue(t)
	batch := make([]event.Event, 100)
	for i := range batch {
		batch[i] = newEvent("ann")
		batch[i].Metadata = fmt.Appendf(nil, `{"large": %q}`, strings.Repeat("x", 30_000)) // as much as is written together
	}
	later := append(event.AppendRecord(nil, batch[:1]), "of a newer collector"...)
	appendRecord(t, q, event.AppendRecord(nil, batch))
	appendRecord(t, q, later)
	appendRecord(t, q, event.AppendRecord(nil, []event.Event{newEvent("ann")}))
	var kept []string
	fail := errors.New("the database is away")
	w := newWriter(p.table, q, func(_ context.Context, record []byte, _ error) error {
		if fail != nil {
			return fail
		}
		kept = append(kept, string(record))
		return nil
	})
	stored := func() (n int) {
		p.in(func(tx pgx.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT count(*) FROM user_events`).Scan(&n)
		})
		return n
	}
	left, err := w.Drain(t.Context())
	if !errors.Is(err, fail) || left != 2 || stored() != len(batch) {
		t.Errorf("the writer ended with %v, %d records wait, and %d events are stored", err, left, stored())
	}
	fail = nil
	if left, err := w.Drain(t.Context()); left > 0 || err != nil || stored() != len(batch)+1 || !slices.Equal(kept, []string{string(later)}) {
		t.Errorf("the writer ended with %v, %d records wait, %d events are stored, kept are %q", err, left, stored(), kept)
	}
}

// The clock was set back after an event had come: neither it nor what comes after it waits for its time.
func TestNoWaitDependsOnTheClock(t *testing.T) {
	p, q := newProfileWorld(t, dbtest.Embedded(t)), openQueue(t)
	for _, ahead := range []time.Duration{time.Hour, -time.Hour, 0} {
		e := newEvent("ann")
		e.Received = e.Received.Add(ahead)
		appendRecord(t, q, event.AppendRecord(nil, []event.Event{e}))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	w := newWriter(p.table, q, nil)
	go func() { _ = w.Run(ctx) }()
	for {
		_, left := q.Size()
		if left == 0 {
			break
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%d records wait", left)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// How long events have waited is measured; what the clock says counts only for those of an earlier process, and never less than
// this process has waited for them.
func TestAgeOfTheOldestEvent(t *testing.T) {
	pool, err := pgxpool.New(t.Context(), "postgres://nobody@127.0.0.1:1/nothing")
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for _, test := range []struct {
		ahead       time.Duration
		earlier     bool
		least, most float64
	}{{ahead: time.Hour, most: 60}, {ahead: -time.Hour, most: 60}, {ahead: time.Hour, earlier: true, most: 60},
		{ahead: -time.Hour, earlier: true, least: 3600, most: 3660}} {
		opts := queue.Options{Dir: t.TempDir(), MaxBytes: 64 << 20, SegmentBytes: 1 << 20}
		q, err := queue.Open(opts)
		if err != nil {
			t.Fatal(err)
		}
		e := newEvent("ann")
		e.Received = e.Received.Add(test.ahead)
		appendRecord(t, q, event.AppendRecord(nil, []event.Event{e}))
		if test.earlier {
			if err := q.Close(); err != nil {
				t.Fatal(err)
			}
			if q, err = queue.Open(opts); err != nil {
				t.Fatal(err)
			}
		}
		registry := prometheus.NewRegistry()
		table := &writer.Table{Pool: pool, Schema: "nothing", Log: slog.New(slog.DiscardHandler), Metrics: writer.NewMetrics(registry)}
		w := writer.New(table, q, writer.Options{BatchEvents: 1, Log: table.Log}, registry)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			_ = w.Run(ctx)
			close(ended)
		}()
		age := 0.0
		for start := time.Now(); age <= 0 && time.Since(start) < 10*time.Second; time.Sleep(5 * time.Millisecond) {
			age = gauge(t, registry, "footfall_oldest_event_seconds")
		}
		if age <= test.least || age > test.most {
			t.Errorf("%+v: the age is %v", test, age)
		}
		cancel()
		<-ended
		if err := q.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func gauge(t *testing.T, registry *prometheus.Registry, name string) float64 {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetGauge().GetValue()
		}
	}
	t.Fatalf("there is no metric %s", name)
	return 0
}

func newEvent(user string) event.Event {
	now := time.Now().UTC().Truncate(time.Microsecond)
	return event.Event{ID: uuid.New(), UserID: user, Type: "visit", Time: now, Received: now}
}

func openQueue(t *testing.T) *queue.Queue {
	t.Helper()
	q, err := queue.Open(queue.Options{Dir: t.TempDir(), MaxBytes: 64 << 20, SegmentBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := q.Close(); err != nil {
			t.Error(err)
		}
	})
	return q
}

func appendRecord(t *testing.T, q *queue.Queue, record []byte) {
	t.Helper()
	if err := q.Append(t.Context(), record); err != nil {
		t.Fatal(err)
	}
}

func newWriter(table *writer.Table, q *queue.Queue, unreadable func(context.Context, []byte, error) error) *writer.Writer {
	registry := prometheus.NewRegistry()
	table.Metrics = writer.NewMetrics(registry)
	return writer.New(table, q, writer.Options{BatchEvents: 100, BatchInterval: time.Second,
		Unreadable: unreadable, Log: slog.New(slog.DiscardHandler)}, registry)
}

func drain(t *testing.T, table *writer.Table, q *queue.Queue) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if left, err := newWriter(table, q, nil).Drain(ctx); left > 0 || err != nil {
		t.Fatalf("%d records are left: %v", left, err)
	}
}
