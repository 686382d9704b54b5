package e2e

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/internal/leash"
	"github.com/footfall-analytics/footfall/internal/programs"
	"github.com/footfall-analytics/footfall/internal/shop"
)

// program is a running collector; url is where it takes events, admin where it tells of itself.
type program struct {
	cmd        *exec.Cmd
	url, admin string
	ended      <-chan struct{}
}

// freeAddress returns one where nothing listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = port.Close() }()
	return port.Addr().String()
}

// start runs the collector with arguments and returns when it is ready.
func start(t *testing.T, binary, dsn string, args ...string) *program {
	t.Helper()
	address, admin := freeAddress(t), freeAddress(t)
	if args[0] == "serve" {
		args = append(args, "--listen", address)
	}
	ctx, stop := context.WithCancel(context.Background())
	cmd := leash.Command(ctx, binary, append(args, "--listen-admin", admin)...)
	cmd.Env, cmd.Stderr = append(os.Environ(), "FOOTFALL_DSN="+programs.OneConnection(dsn)), t.Output()
	ended, err := leash.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	p := &program{cmd, "http://" + address, "http://" + admin, ended}
	t.Cleanup(func() {
		stop()
		<-ended
	})
	if err := programs.AwaitOK(t.Context(), p.admin+"/readyz", 30*time.Second, ended); err != nil {
		t.Fatal(args[0], err)
	}
	return p
}

// metrics returns the lines of a program's metrics that begin so.
func (p *program) metrics(t *testing.T, begin string) (lines []string) {
	t.Helper()
	response, err := http.Get(p.admin + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, begin) {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

// Events go over HTTP through Kafka to writers; a broker fails now and then, a writer ends in the middle and another one takes
// its place. Every event is in the table once, and no other.
func TestEventsGoThroughKafka(t *testing.T) {
	collector, _ := buildPrograms(t)
	dbtest.Each(t, func(t *testing.T, dsn string) {
		schema, end, writers := dbtest.Schema(t, dsn), syscall.SIGKILL, "4"
		single := dsn == dbtest.Embedded(t)
		if single {
			// One session behind all connections: transactions do not run side by side, and one that is killed is left to the others.
			end, writers = syscall.SIGTERM, "1"
		}
		cluster, err := kfake.NewCluster(kfake.NumBrokers(3))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(cluster.Close)
		shared := []string{"--schema", schema, "--kafka-brokers", strings.Join(cluster.ListenAddrs(), ",")}
		serve := start(t, collector, dsn, append([]string{"serve", "--queue", "kafka", "--kafka-create-topic", "--kafka-partitions", "6"}, shared...)...)
		write := append([]string{"write", "--batch-interval", "50ms", "--batch-events", "200", "--writers", writers}, shared...)
		first := start(t, collector, dsn, write...)
		var others []*program
		if !single {
			others = append(others, start(t, collector, dsn, write...))
		}

		cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Partitions: []int32{0, 3}, Err: kerr.NotEnoughReplicasAfterAppend, Count: 20})
		cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetCommit}, Err: kerr.UnknownServerError, Count: 10})
		events := shop.Generate(1, time.Now(), 30, 150)
		half := len(events) / 2
		send(t, serve, events[:half])
		if err := syscall.Kill(-first.cmd.Process.Pid, end); err != nil {
			t.Fatal(err)
		}
		if single {
			<-first.ended
		}
		others = append(others, start(t, collector, dsn, write...))
		send(t, serve, events[half:])

		for deadline := time.Now().Add(2 * time.Minute); waiting(t, cluster) > 0; time.Sleep(200 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%d events still wait", waiting(t, cluster))
			}
		}
		compare(t, dbtest.Connect(t, dsn), schema, events)
		for _, p := range others {
			if written := p.metrics(t, "footfall_kafka_consumed_total{result=\"stored\"}"); len(written) != 1 || strings.HasSuffix(written[0], " 0") {
				t.Errorf("a writer has stored nothing: %q", written)
			}
			for deadline := time.Now().Add(20 * time.Second); len(p.metrics(t, "footfall_kafka_lag_events")) == 0; time.Sleep(time.Second) {
				if time.Now().After(deadline) {
					t.Fatal("a writer does not tell its lag")
				}
			}
		}
	})
}

// waiting returns how many records no writer has committed.
func waiting(t *testing.T, cluster *kfake.Cluster) (n int64) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	request := kmsg.NewPtrOffsetFetchRequest()
	request.Group = "footfall-writers"
	response, err := request.RequestWith(t.Context(), client)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range cluster.PartitionInfos("footfall-events") {
		n += p.HighWatermark
	}
	for _, topic := range response.Topics {
		for _, p := range topic.Partitions {
			n -= max(0, p.Offset)
		}
	}
	return n
}

func send(t *testing.T, serve *program, events []shop.Event) {
	t.Helper()
	if err := shop.Send(t.Context(), serve.url, events, func(int) {}); err != nil {
		t.Fatal(err)
	}
}

// compare sets the table against what was sent.
func compare(t *testing.T, conn *pgx.Conn, schema string, events []shop.Event) {
	t.Helper()
	want := map[string]int{}
	for _, e := range events {
		want[fmt.Sprint(e.ID, e.UserID, e.Type, e.Time.UnixMicro())]++
	}
	rows, err := conn.Query(t.Context(), fmt.Sprintf("SELECT event_id::text, user_id, event_type, time FROM %s", pgx.Identifier{schema, "user_events"}.Sanitize()))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	var id, user, kind string
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&id, &user, &kind, &at}, func() error {
		got[fmt.Sprint(id, user, kind, at.UnixMicro())]++
		return nil
	})
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v: sent -, stored +:\n%.2000s", err, diff)
	}
}
