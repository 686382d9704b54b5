package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/internal/programtest"
)

// newSilentServer returns a server that takes connections and never answers.
func newSilentServer(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(io.Discard, conn) }()
		}
	}()
	return listener.Addr().String()
}

// launch starts the program and returns when it says that it listens.
func launch(t *testing.T, args ...string) (cmd *exec.Cmd, admin string) {
	t.Helper()
	cmd = programtest.Command(t, longest, args...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		var entry struct{ Msg, Admin string }
		if json.Unmarshal(lines.Bytes(), &entry) == nil && entry.Msg == "listening" {
			go func() { _, _ = io.Copy(io.Discard, stderr) }()
			return cmd, "http://" + entry.Admin
		}
	}
	t.Fatal("it does not listen", cmd.Wait())
	return nil, ""
}

// endsWithin sends SIGTERM and checks that the program ends in time, of which starting and stopping a process is a part.
func endsWithin(t *testing.T, what string, cmd *exec.Cmd, limit time.Duration) {
	t.Helper()
	start := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the status may be either
	if took := time.Since(start); took > limit {
		t.Errorf("%s: the end took %s, beyond --drain-timeout", what, took)
	}
}

// Whatever of Kafka and the database hangs, and whenever SIGTERM comes, the program ends within --drain-timeout.
func TestWriteEndsInTime(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(3), kfake.SeedTopics(3, "footfall-events"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.DefaultProduceTopic("footfall-events"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	for i := range 30 {
		e := event.Event{ID: uuid.New(), UserID: fmt.Sprint(i), Type: "visit", Time: time.Now(), Received: time.Now()}
		if err := client.ProduceSync(t.Context(), &kgo.Record{Value: event.AppendRecord(nil, []event.Event{e})}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	dsn := "postgres://u@" + newSilentServer(t) + "/x"
	const limit = 4 * time.Second
	// end has several programs told to end, each some time after it has begun.
	end := func(what string, programs int) {
		var group sync.WaitGroup
		for i := range programs {
			cmd, _ := launch(t, "write", "--listen-admin", "127.0.0.1:0", "--database", dsn, "--drain-timeout", limit.String(), "--kafka-brokers", strings.Join(cluster.ListenAddrs(), ","))
			group.Go(func() {
				time.Sleep(time.Duration(rand.IntN(1200)) * time.Millisecond)
				endsWithin(t, fmt.Sprint(what, " hangs, ", i), cmd, limit)
			})
		}
		group.Wait()
	}
	end("the database", 9)
	over := make(chan struct{})
	defer close(over)
	for _, key := range []kmsg.Key{kmsg.LeaveGroup, kmsg.Heartbeat, kmsg.Fetch, kmsg.JoinGroup, kmsg.FindCoordinator, kmsg.Metadata} {
		cluster.ControlKey(int16(key), func(kmsg.Request) (kmsg.Response, error, bool) {
			cluster.KeepControl()
			cluster.SleepControl(func() { <-over })
			return nil, nil, false
		})
		end(key.Name(), 2)
	}
}

// A database that hangs keeps the collector neither from starting nor from ending, and says that nothing is taken until the keys are
// known.
func TestServeWithASilentDatabase(t *testing.T) {
	cmd, admin := launch(t, "serve", "--listen", "127.0.0.1:0", "--listen-admin", "127.0.0.1:0", "--queue-dir", t.TempDir(),
		"--database", "postgres://u@"+newSilentServer(t)+"/x", "--drain-timeout", "2s")
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 503} {
		res, err := http.Get(admin + path)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != want || want == 503 && !strings.Contains(string(text), "write keys are not known yet") {
			t.Errorf("%s: %s %s", path, res.Status, text)
		}
	}
	endsWithin(t, "serve", cmd, 2*time.Second)
}
