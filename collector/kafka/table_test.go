package kafka

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/writer"
	"github.com/footfall-analytics/footfall/internal/dbtest"
)

// A writer ends after the database has committed and before Kafka has; what it had stored comes to its successor again. Each event
// is in the table once.
func TestTheTableHasEachEventOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		schema := dbtest.Schema(t, dsn)
		pool, err := pgxpool.New(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(pool.Close)
		table := &writer.Table{Pool: pool, Schema: schema, Log: testLog(t)}
		known := 0
		store := func(ctx context.Context, events []event.Event) error {
			result, err := table.Insert(ctx, events, time.Minute)
			known += result.Known
			return err
		}
		one := func(c *ConsumerConfig) { c.Writers = 1 }
		cluster := newCluster(t)
		events := sample(40, 10)
		for i := range events {
			events[i].Alias = "" // users stay apart
		}
		accept(t, newProducer(t, cluster, nil), events)
		handle := cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetCommit}, Err: kerr.UnknownServerError, Count: -1})
		first := startMember(t, cluster, store, one)
		await(t, "some events are stored", func() bool { return handle.Hits() > 0 })
		first.stop()
		handle.Remove()
		second := startMember(t, cluster, store, one)
		await(t, "all offsets are committed", func() bool { return sumCommitted(t, cluster) == int64(len(events)) })
		second.stop()
		if known == 0 {
			t.Error("nothing came again")
		}
		var rows, distinct, users int
		err = pool.QueryRow(t.Context(), "SELECT count(*), count(DISTINCT event_id), count(DISTINCT user_id) FROM "+pgx.Identifier{schema, "user_events"}.Sanitize()).Scan(&rows, &distinct, &users)
		if err != nil || rows != len(events) || distinct != len(events) || users != 40 {
			t.Errorf("%d rows of %d events by %d users, want %d by 40: %v", rows, distinct, users, len(events), err)
		}
	})
}
