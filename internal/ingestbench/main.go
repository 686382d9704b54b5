// Ingestbench measures the collector: how many requests and events it acknowledges, each on disk before, how fast it brings them
// to a TimescaleDB server next to a bare COPY of the same rows, how long senders wait, and what memory that takes. The load comes
// from a second process. "go tool mage benchIngest" runs it; see docs/performance.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/programs"
)

// schema is the bench's own.
const schema = "footfall_ingest_bench"

type options struct {
	dsn, dir                    string
	seconds                     int
	singleSenders, batchSenders int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if len(os.Args) == 2 && os.Args[1] == loadCommand {
		err = loadProcess(ctx)
	} else {
		err = run(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "ingestbench:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	o := options{dsn: os.Getenv("FOOTFALL_DSN")}
	flag.StringVar(&o.dir, "dir", os.TempDir(), "folder on the disk to measure: the collector's queue is in it")
	flag.IntVar(&o.seconds, "seconds", 10, "how long each load lasts")
	flag.IntVar(&o.singleSenders, "single-senders", 128, "connections that send single events")
	flag.IntVar(&o.batchSenders, "batch-senders", 16, "connections that send batches of 100")
	flag.Parse()
	if o.dsn == "" {
		return errors.New("FOOTFALL_DSN is not set: set it to the connection string of a TimescaleDB server to measure, such as postgres://postgres@127.0.0.1:5432/bench; the bench works in a schema of its own there")
	}
	conn, err := pgx.Connect(ctx, o.dsn)
	if err != nil {
		return fmt.Errorf("FOOTFALL_DSN: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	folder, err := os.MkdirTemp(o.dir, "footfall-ingest-bench-")
	if err != nil {
		return fmt.Errorf("-dir: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	b := &bench{options: o, conn: conn, folder: folder}
	if err := b.measure(ctx, programs.NewPrinter(os.Stdout)); err != nil {
		return err
	}
	b.print()
	_, err = conn.Exec(ctx, "DROP SCHEMA "+schema+" CASCADE")
	return err
}

type bench struct {
	options
	conn   *pgx.Conn
	folder string

	syncs                 float64 // a second
	single, half, batches result
	memory                float64 // bytes
	rows                  int64
	drain, bareCopy       time.Duration
}

func (b *bench) measure(ctx context.Context, printer *programs.Printer) error {
	var collector *programs.Collector
	defer func() {
		if collector != nil {
			collector.Stop()
		}
	}()
	acknowledged := int64(0)
	load := func(into *result, l load) func() (string, error) {
		return func() (string, error) {
			l.URL, l.Seconds = collector.URL, b.seconds
			var err error
			if *into, err = startLoad(ctx, l); err != nil {
				return "", err
			}
			acknowledged += into.Events
			return into.String(), b.noteMemory(ctx, collector)
		}
	}
	for _, step := range []struct {
		name string
		do   func() (string, error)
	}{
		{"Disk", func() (detail string, err error) {
			b.syncs, err = syncRate(filepath.Join(b.folder, "sync"))
			return fmt.Sprintf("%.0f fdatasync a second", b.syncs), err
		}},
		{"Collector", func() (string, error) {
			if _, err := b.conn.Exec(ctx, "DROP SCHEMA IF EXISTS "+schema+" CASCADE"); err != nil {
				return "", err
			}
			if err := programs.Migrate(ctx, programs.CollectorFile, b.dsn, schema); err != nil {
				return "", err
			}
			log, err := os.Create(filepath.Join(b.folder, "collector.log"))
			if err != nil {
				return "", err
			}
			collector, err = programs.StartCollector(ctx, programs.CollectorFile, b.dsn, schema, 0, filepath.Join(b.folder, "queue"), log)
			return "", err
		}},
		{"Warming up", func() (string, error) {
			var warm result
			return load(&warm, load1(b.singleSenders, 0))()
		}},
		{"Single events", func() (string, error) { return load(&b.single, load1(b.singleSenders, 0))() }},
		{"... half as many", func() (string, error) { return load(&b.half, load1(b.singleSenders, b.single.rate()/2))() }},
		{"Batches of 100", func() (string, error) { return load(&b.batches, loadOf(100, b.batchSenders))() }},
		{"To the database", func() (string, error) { return b.measureDrain(ctx, collector) }},
		{"Every event is there once", func() (string, error) { return b.check(ctx, acknowledged) }},
		{"Bare COPY", func() (string, error) { return b.measureCopy(ctx) }},
	} {
		if err := printer.Do(step.name, step.do); err != nil {
			return err
		}
	}
	return nil
}

// check compares the table with what was acknowledged.
func (b *bench) check(ctx context.Context, acknowledged int64) (string, error) {
	var events, ids int64
	err := b.conn.QueryRow(ctx, "SELECT count(*), count(DISTINCT event_id) FROM "+schema+".user_events").Scan(&events, &ids)
	if err == nil && (events != acknowledged || ids != acknowledged) {
		err = fmt.Errorf("%d events were acknowledged, %d are in the table, with %d ids", acknowledged, events, ids)
	}
	return fmt.Sprintf("%d", events), err
}
