package programs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/footfall-analytics/footfall/internal/leash"
)

// Migrate brings the schema up to date with the collector's own command.
func Migrate(ctx context.Context, binary, dsn, schema string) error {
	cmd := leash.Command(ctx, binary, "migrate", "--schema", schema)
	cmd.Env = append(os.Environ(), "FOOTFALL_DSN="+dsn)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("collector migrate: %w\n%s", err, bytes.TrimSpace(output))
	}
	return nil
}

// Collector is a running collector.
type Collector struct {
	// URL is where it takes events, Admin where it tells of itself; both empty until it is ready.
	URL, Admin string
	pid        int
	output     *startLog
	stop       context.CancelFunc
	ended      <-chan struct{}
}

// StartCollector runs the collector on a port of 127.0.0.1 (0: a free one) and returns when it is ready for events. They wait
// in the queue's folder. Its log goes to the writer. More flags of collector serve may follow.
func StartCollector(ctx context.Context, binary, dsn, schema string, port int, queueDir string, log io.Writer, flags ...string) (*Collector, error) {
	c, err := LaunchCollector(ctx, binary, dsn, schema, port, queueDir, log, flags...)
	if err != nil {
		return nil, err
	}
	if err := c.awaitReady(ctx); err != nil {
		c.Stop()
		return nil, fmt.Errorf("the collector is not ready for events: %w\n%s", err, c.output)
	}
	return c, nil
}

// OneConnection makes a collector's pool hold one connection: the embedded database has one session, and two transactions side by
// side can stop it.
func OneConnection(dsn string) string {
	separator := "?"
	if strings.Contains(dsn, "?") {
		separator = "&"
	}
	return dsn + separator + "pool_max_conns=1"
}

// LaunchCollector is like [StartCollector], but returns before the collector is ready.
func LaunchCollector(ctx context.Context, binary, dsn, schema string, port int, queueDir string, log io.Writer, flags ...string) (*Collector, error) {
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	flags = append([]string{"serve", "--schema", schema, "--listen", fmt.Sprintf("127.0.0.1:%d", port), "--listen-admin", "127.0.0.1:0",
		"--queue-dir", queueDir, "--batch-interval", "100ms"}, flags...)
	cmd := leash.Command(running, binary, flags...)
	cmd.Env = append(os.Environ(), "FOOTFALL_DSN="+OneConnection(dsn))
	output := &startLog{next: log, listening: make(chan addresses, 1)}
	cmd.Stderr = output
	ended, err := leash.Start(cmd)
	if err != nil {
		stop()
		return nil, fmt.Errorf("start the collector: %w", err)
	}
	return &Collector{pid: cmd.Process.Pid, output: output, stop: stop, ended: ended}, nil
}

func (c *Collector) awaitReady(ctx context.Context) error {
	select {
	case at := <-c.output.listening:
		c.URL, c.Admin = "http://"+at.Address, "http://"+at.Admin
		return AwaitOK(ctx, c.URL+"/readyz", readyTimeout, c.ended)
	case <-c.ended:
		return errors.New("it ended at once")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Settle returns when all events that the collector has accepted are in the database.
func (c *Collector) Settle(ctx context.Context) error {
	for {
		metrics, err := c.Metrics(ctx)
		if err != nil {
			return err
		}
		if strings.Contains(metrics, "\nfootfall_queue_records 0\n") {
			return nil
		}
		select {
		case <-c.ended:
			return errors.New("the collector ended before its events were in the database")
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Metrics returns the collector's metrics, in Prometheus' text format.
func (c *Collector) Metrics(ctx context.Context) (string, error) {
	text, err := get(ctx, c.Admin+"/metrics")
	return string(text), err
}

// Stop lets the collector answer open requests and end.
func (c *Collector) Stop() {
	c.stop()
	<-c.ended
}

// Kill ends the collector as a crash does. The error is for one that has ended before.
func (c *Collector) Kill() error {
	defer c.stop()
	select {
	case <-c.ended:
		return errors.New("the collector has ended by itself")
	default:
	}
	err := leash.Crash(c.pid)
	for {
		select {
		case <-c.ended:
			return err
		case <-time.After(20 * time.Millisecond):
			_ = leash.Crash(c.pid) // a holder that has just started may have missed it
		}
	}
}

const readyTimeout = 20 * time.Second

// AwaitOK asks the address until it answers 200. It gives up after the timeout, with the last answer, and when the program
// behind it has ended.
func AwaitOK(ctx context.Context, url string, timeout time.Duration, ended <-chan struct{}) error {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for {
		_, err := get(ctx, url)
		if err == nil {
			return nil
		}
		select {
		case <-timer.C:
			return fmt.Errorf("not ready within %s: %w", timeout, err)
		case <-ended:
			return errors.New("it ended")
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// get returns the body of an answer 200.
func get(ctx context.Context, url string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s says %s: %s", url, response.Status, bytes.TrimSpace(body[:min(len(body), 1000)]))
	}
	return body, err
}

// addresses are what a program says it listens on.
type addresses struct{ Address, Admin string }

// startLog passes a program's log on, keeps its beginning for an error message, and picks out the addresses.
type startLog struct {
	next      io.Writer
	listening chan addresses
	mu        sync.Mutex
	start     strings.Builder
	found     bool
}

func (l *startLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	if !l.found && l.start.Len() < 64<<10 {
		l.start.Write(p)
		l.findAddress()
	}
	l.mu.Unlock()
	return l.next.Write(p)
}

func (l *startLog) findAddress() {
	for line := range strings.Lines(l.start.String()) {
		var entry struct {
			Msg string
			addresses
		}
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "listening" {
			l.found = true
			l.listening <- entry.addresses
			return
		}
	}
}

func (l *startLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.TrimSpace(l.start.String())
}
