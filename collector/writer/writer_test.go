package writer_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/queue"
	"github.com/footfall-analytics/footfall/collector/writer"
	"github.com/footfall-analytics/footfall/internal/dbtest"
)

// After an outage batches are as large as they may be.
func TestCatchingUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		p := newProfiled(t, dsn)
		q := openQueue(t)
		const users, visits = 50, 200
		for visit := range visits {
			var events []event.Event
			for user := range users {
				e := happened(fmt.Sprint("user", user))
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

// Damage stops the writer where it is: what is before it is stored, and it is not taken for written.
func TestDamagedRecord(t *testing.T) {
	p, q := newProfiled(t, dbtest.Embedded(t)), openQueue(t)
	batch := make([]event.Event, 100)
	for i := range batch {
		batch[i] = happened("ann")
		batch[i].Metadata = fmt.Appendf(nil, `{"large": %q}`, strings.Repeat("x", 30_000)) // as much as is written together
	}
	appendRecord(t, q, event.AppendRecord(nil, batch))
	appendRecord(t, q, append(event.AppendRecord(nil, batch), "damage"...))
	err := newWriter(p.table, q).Run(t.Context())
	if _, left := q.Size(); err == nil || left != 1 {
		t.Errorf("the writer ended with %v, and %d records wait", err, left)
	}
	var stored int
	p.in(func(tx pgx.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT count(*) FROM user_events`).Scan(&stored)
	})
	if stored != len(batch) {
		t.Errorf("%d events are stored", stored)
	}
}

func happened(user string) event.Event {
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

func newWriter(table *writer.Table, q *queue.Queue) *writer.Writer {
	registry := prometheus.NewRegistry()
	return writer.New(writer.NewStore(table, registry), q, writer.Options{BatchEvents: 100, BatchInterval: time.Second,
		Log: slog.New(slog.DiscardHandler)}, registry)
}

func drain(t *testing.T, table *writer.Table, q *queue.Queue) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if left, err := newWriter(table, q).Drain(ctx); left > 0 || err != nil {
		t.Fatalf("%d records are left: %v", left, err)
	}
}
