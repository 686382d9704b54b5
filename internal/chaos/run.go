package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/footfall-analytics/footfall/internal/embedded"
	"github.com/footfall-analytics/footfall/internal/programs"
)

// The collector has a queue of one or a few files, and one that is soon full, as its files are.
const (
	roomyBytes = 16 << 20
	tightBytes = 32 << 10
	bodyBytes  = 16 << 10
)

// senders are few: the point is what goes wrong, not how fast.
const senders = 4

// chaos is a run.
type chaos struct {
	options
	rng     *rand.Rand
	schema  string
	folder  string
	binary  string
	log     *os.File
	proxy   *proxy
	ledger  *ledger
	gate    sync.RWMutex
	port    int
	queues  []queueFolder // the one in use comes first
	without string        // why there is no small disk; empty when there is one

	collector *programs.Collector
	// extra is a sender for what a fault sends.
	extra  *sender
	server string
	// oneSession is set for the embedded database, which has a single one behind all connections.
	oneSession bool
	faults     []fault
	turn       []fault // those that come next
	counts     map[string]int
	kills      int
	rows       int
	// keep is set when the folder may tell why something went wrong.
	keep bool
}

// queueFolder is a folder for the collector's queue.
type queueFolder struct {
	folder string
	bytes  int
	// small is set when it is on the small disk.
	small bool
}

// disk returns where the small disk is, if there is one.
func (c *chaos) disk() string { return filepath.Join(c.folder, "disk") }

func run(ctx context.Context, o options) (err error) {
	folder, err := os.MkdirTemp("", "footfall-chaos-")
	if err != nil {
		return err
	}
	c := &chaos{options: o, rng: rand.New(rand.NewPCG(o.seed, 0)), schema: fmt.Sprintf("footfall_chaos_%d", o.seed), folder: folder,
		ledger: newLedger(), counts: map[string]int{}}
	defer func() { err = errors.Join(err, c.clear()) }()
	if err := c.prepare(ctx); err != nil {
		return err
	}
	if err := c.play(ctx); err != nil {
		c.keep = true
		return fmt.Errorf("seed %d: %w\nthe collector's log and queue are in %s", c.seed, err, c.folder)
	}
	c.print()
	return nil
}

// prepare starts everything.
func (c *chaos) prepare(ctx context.Context) error {
	root, err := embedded.RepositoryRoot()
	if err != nil {
		return err
	}
	c.binary = filepath.Join(c.folder, "collector")
	build := exec.CommandContext(ctx, "go", "build", "-o", c.binary, "./collector")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the collector: %w\n%s", err, output)
	}
	if c.log, err = os.Create(filepath.Join(c.folder, "collector.log")); err != nil {
		return err
	}
	if err := programs.Migrate(ctx, c.binary, c.dsn, c.schema); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, c.dsn)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	if err := conn.QueryRow(ctx, `SELECT 'PostgreSQL ' || current_setting('server_version') || ', TimescaleDB ' || extversion, inet_client_port() IS NULL
		FROM pg_extension WHERE extname = 'timescaledb'`).Scan(&c.server, &c.oneSession); err != nil {
		return err
	}
	if c.proxy, err = startProxy(net.JoinHostPort(conn.Config().Host, strconv.Itoa(int(conn.Config().Port)))); err != nil {
		return err
	}
	if c.port, err = freePort(); err != nil {
		return err
	}
	if err := c.makeQueues(ctx); err != nil {
		return err
	}
	c.faults = c.allFaults()
	return nil
}

// diskBytes is the size of the small disk.
const diskBytes = 1 << 20

// makeQueues makes a folder on the disk that there is and, where this process may, one on a small disk of its own.
func (c *chaos) makeQueues(ctx context.Context) error {
	c.queues = []queueFolder{{folder: filepath.Join(c.folder, "roomy"), bytes: roomyBytes}}
	if err := os.Mkdir(c.disk(), 0o700); err != nil {
		return err
	}
	output, err := exec.CommandContext(ctx, "mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%d", diskBytes), "tmpfs", c.disk()).CombinedOutput()
	if err != nil {
		c.without = fmt.Sprintf("no disk could be mounted to fill it (%v): %s", err, output)
		c.queues = append(c.queues, queueFolder{folder: filepath.Join(c.folder, "tight"), bytes: tightBytes})
		return nil
	}
	c.queues = append(c.queues, queueFolder{folder: filepath.Join(c.disk(), "tight"), bytes: tightBytes, small: true})
	return nil
}

// clear ends everything and leaves nothing but what is to be kept.
func (c *chaos) clear() error {
	if c.collector != nil {
		c.collector.Stop()
	}
	if c.proxy != nil {
		c.proxy.close()
	}
	if c.log != nil {
		_ = c.log.Close()
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var errs []error
	if len(c.queues) > 1 && c.without == "" {
		disk := c.disk()
		if c.keep {
			errs = append(errs, os.CopyFS(disk+", as it was", os.DirFS(disk)))
		}
		errs = append(errs, exec.CommandContext(ctx, "umount", disk).Run())
	}
	if !c.keep {
		errs = append(errs, os.RemoveAll(c.folder))
	}
	conn, err := pgx.Connect(ctx, c.dsn)
	if err != nil {
		return errors.Join(append(errs, err)...)
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, "DROP SCHEMA IF EXISTS "+pgx.Identifier{c.schema}.Sanitize()+" CASCADE")
	return errors.Join(append(errs, err)...)
}

// proxyDSN returns the connection string that leads through the proxy.
func (c *chaos) proxyDSN() (string, error) {
	u, err := url.Parse(c.dsn)
	if err != nil || u.Host == "" {
		return "", errors.New("FOOTFALL_DSN must have the form postgres://user@host:port/database, for the connection to be led through a proxy")
	}
	u.Host = c.proxy.address()
	return u.String(), nil
}

// startCollector starts it where it was before, and returns when it is ready.
func (c *chaos) startCollector(ctx context.Context) (err error) {
	dsn, err := c.proxyDSN()
	if err != nil {
		return err
	}
	c.collector, err = programs.StartCollector(ctx, c.binary, dsn, c.schema, c.port, c.queues[0].folder, c.log, c.flags()...)
	return err
}

func (c *chaos) flags() []string {
	return []string{"--queue-bytes", strconv.Itoa(c.queues[0].bytes), "--max-body", strconv.Itoa(bodyBytes), "--join-known-users"}
}

// checkEvery is after how many rounds the table is compared with what was sent. In between, what could not be written piles up.
const checkEvery = 5

// play goes through the rounds while the senders send.
func (c *chaos) play(ctx context.Context) error {
	if err := c.startCollector(ctx); err != nil {
		return err
	}
	c.extra = &sender{number: senders, rng: rand.New(rand.NewPCG(c.seed, senders+1)), url: c.collector.URL, ledger: c.ledger, gate: &c.gate,
		client: &http.Client{Transport: &http.Transport{}}}
	stop := make(chan struct{})
	group, together := errgroup.WithContext(ctx)
	for i := range senders {
		s := &sender{number: i, rng: rand.New(rand.NewPCG(c.seed, uint64(i)+1)), url: c.collector.URL, ledger: c.ledger, gate: &c.gate,
			client: &http.Client{Transport: &http.Transport{}}}
		group.Go(func() error { return s.run(together, stop) })
	}
	group.Go(func() error {
		defer close(stop)
		return c.playRounds(together)
	})
	if err := group.Wait(); err != nil {
		return err
	}
	return c.check(ctx) // after the last request
}

// shown is how many rounds are one line of the output.
const shown = 25

func (c *chaos) playRounds(ctx context.Context) error {
	printer := programs.NewPrinter(os.Stdout)
	for first := 1; first <= c.rounds; first += shown {
		last := min(first+shown-1, c.rounds)
		err := printer.Do(fmt.Sprintf("Rounds %d to %d", first, last), func() (string, error) {
			for n := first; n <= last; n++ {
				if err := c.round(ctx, n); err != nil {
					return "", fmt.Errorf("round %d: %w", n, err)
				}
			}
			return fmt.Sprintf("%d events in the table, each acknowledged one once", c.rows), nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// round lets something go wrong, kills the collector at a random moment before, meanwhile or afterwards, and starts it again.
func (c *chaos) round(ctx context.Context, number int) error {
	f := c.nextFault()
	c.counts[f.name]++
	if err := c.wait(ctx, 25*time.Millisecond+c.upTo(225*time.Millisecond)); err != nil {
		return err
	}
	if f.begin != nil {
		if err := f.begin(ctx); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	// It may be over before the kill, or last until after the start.
	over := make(chan error, 1)
	lasts := c.upTo(900 * time.Millisecond)
	go func() {
		time.Sleep(lasts)
		over <- f.end()
	}()
	if err := c.wait(ctx, 25*time.Millisecond+c.upTo(225*time.Millisecond)); err != nil {
		return err
	}
	c.kills++
	if err := c.collector.Kill(); err != nil {
		return err
	}
	if f.whileDown != nil {
		if err := f.whileDown(ctx); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	if err := errors.Join(c.startCollector(ctx), <-over); err != nil {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	if number%checkEvery == 0 {
		return c.check(ctx)
	}
	return nil
}

func (c *chaos) upTo(d time.Duration) time.Duration {
	return time.Duration(c.rng.Int64N(max(int64(d), 1)))
}

func (c *chaos) wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// settleTimeout is how long the collector may take to catch up. It gives a database that does not answer a minute for each try.
const settleTimeout = 3 * time.Minute

// check lets the collector catch up and compares. Afterwards it goes on with the other queue: this one is empty.
func (c *chaos) check(ctx context.Context) error {
	c.gate.Lock()
	defer c.gate.Unlock()
	settling, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	if err := c.collector.Settle(settling); err != nil {
		return fmt.Errorf("the collector does not catch up: %w", err)
	}
	if err := c.compare(ctx); err != nil {
		return err
	}
	c.collector.Stop()
	if err := c.removeKept(); err != nil {
		return err
	}
	c.queues = append(c.queues[1:], c.queues[0])
	return c.startCollector(ctx)
}

func (c *chaos) compare(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, c.dsn)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) (err error) {
		c.rows, err = c.ledger.check(ctx, tx, c.schema)
		return err
	})
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}
