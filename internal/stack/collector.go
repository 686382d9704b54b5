package stack

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
)

// Migrate brings the schema up to date with the collector's own command.
func Migrate(ctx context.Context, binary, dsn, schema string) error {
	cmd := Command(ctx, binary, "migrate", "--schema", schema)
	cmd.Env = append(os.Environ(), "FOOTFALL_DSN="+dsn)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("collector migrate: %w\n%s", err, bytes.TrimSpace(output))
	}
	return nil
}

// Collector is a running collector.
type Collector struct {
	// URL is where it takes events.
	URL  string
	stop context.CancelFunc
	done chan struct{}
}

// StartCollector runs the collector on a port of 127.0.0.1 (0: a free one) and returns when it is ready for events. Its log
// goes to the writer.
func StartCollector(ctx context.Context, binary, dsn, schema string, port int, log io.Writer) (*Collector, error) {
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	cmd := Command(running, binary, "serve", "--schema", schema, "--listen", fmt.Sprintf("127.0.0.1:%d", port))
	cmd.Env = append(os.Environ(), "FOOTFALL_DSN="+dsn)
	output := &startLog{next: log, address: make(chan string, 1)}
	cmd.Stderr = output
	if err := cmd.Start(); err != nil {
		stop()
		return nil, fmt.Errorf("start the collector: %w", err)
	}
	c := &Collector{stop: stop, done: make(chan struct{})}
	go func() { _ = cmd.Wait(); close(c.done) }()
	select {
	case address := <-output.address:
		c.URL = "http://" + address
	case <-c.done:
		stop()
		return nil, fmt.Errorf("the collector ended at once: %s", output.String())
	case <-ctx.Done():
		c.Stop()
		return nil, ctx.Err()
	}
	if err := AwaitOK(ctx, c.URL+"/readyz", 20*time.Second); err != nil {
		c.Stop()
		return nil, fmt.Errorf("the collector is not ready for events: %w", err)
	}
	return c, nil
}

// Stop lets the collector answer open requests and end.
func (c *Collector) Stop() {
	c.stop()
	<-c.done
}

// AwaitOK asks the address until it answers 200, and returns its last answer when it does not in time.
func AwaitOK(ctx context.Context, url string, timeout time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no answer from %s within %s", url, timeout))
	defer cancel()
	last := errors.New("")
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			body, _ := io.ReadAll(io.LimitReader(response.Body, 1000))
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
			last = fmt.Errorf("; it says %s: %s", response.Status, bytes.TrimSpace(body))
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w%w", context.Cause(ctx), last)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// startLog passes a program's log on, keeps its beginning for an error message, and picks out the address that it says it
// listens on.
type startLog struct {
	next    io.Writer
	address chan string
	mu      sync.Mutex
	start   strings.Builder
	found   bool
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
		var entry struct{ Msg, Address string }
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "listening" {
			l.found = true
			l.address <- entry.Address
			return
		}
	}
}

func (l *startLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.TrimSpace(l.start.String())
}
