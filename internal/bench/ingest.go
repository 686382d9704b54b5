package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/footfall-analytics/footfall/internal/programs"
)

// ingestSchema is where the collector that is measured writes to.
const ingestSchema = "footfall_ingest_bench"

type ingestOptions struct {
	dir                         string
	seconds                     int
	singleSenders, batchSenders int
}

// measureIngestion measures the collector: how many requests and events it acknowledges, each on disk before, how fast it brings
// them to the server next to a bare COPY of the same rows, how long senders wait, and what memory that takes. The load comes from a
// second process.
func measureIngestion(ctx context.Context, args []string) error {
	var o ingestOptions
	flags := flag.NewFlagSet("bench "+ingestCommand, flag.ExitOnError)
	flags.StringVar(&o.dir, "dir", os.TempDir(), "folder on the disk to measure: the collector's queue is in it")
	flags.IntVar(&o.seconds, "seconds", 10, "how long each load lasts")
	flags.IntVar(&o.singleSenders, "single-senders", 128, "connections that send single events")
	flags.IntVar(&o.batchSenders, "batch-senders", 16, "connections that send batches of 100")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q is not understood: -help lists the flags", flags.Arg(0))
	}
	dsn, err := serverDSN()
	if err != nil {
		return err
	}
	db, err := openDatabase(ctx, dsn, ingestSchema)
	if err != nil {
		return err
	}
	defer db.close()
	folder, err := os.MkdirTemp(o.dir, "footfall-ingest-bench-")
	if err != nil {
		return fmt.Errorf("-dir: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	b := &ingestion{ingestOptions: o, dsn: dsn, db: db, folder: folder}
	if err := b.measure(ctx, programs.NewPrinter(os.Stdout)); err != nil {
		return err
	}
	b.print()
	return db.exec(ctx, "DROP SCHEMA "+ingestSchema+" CASCADE")
}

// ingestion is what is measured of the collector.
type ingestion struct {
	ingestOptions
	dsn    string
	db     *database
	folder string

	syncs                 float64 // a second
	single, half, batches result
	memory                float64 // bytes
	rows                  int64
	drain, bareCopy       time.Duration
}

func (b *ingestion) measure(ctx context.Context, printer *programs.Printer) error {
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
			if *into, err = startChild[result](ctx, loadCommand, l); err != nil {
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
			if err := b.db.exec(ctx, "DROP SCHEMA IF EXISTS "+ingestSchema+" CASCADE"); err != nil {
				return "", err
			}
			if err := programs.Migrate(ctx, programs.CollectorFile, b.dsn, ingestSchema); err != nil {
				return "", err
			}
			log, err := os.Create(filepath.Join(b.folder, "collector.log"))
			if err != nil {
				return "", err
			}
			collector, err = programs.StartCollector(ctx, programs.CollectorFile, b.dsn, ingestSchema, 0, filepath.Join(b.folder, "queue"), log)
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
func (b *ingestion) check(ctx context.Context, acknowledged int64) (string, error) {
	var events, ids int64
	err := b.db.conn.QueryRow(ctx, "SELECT count(*), count(DISTINCT event_id) FROM user_events").Scan(&events, &ids)
	if err == nil && (events != acknowledged || ids != acknowledged) {
		err = fmt.Errorf("%d events were acknowledged, %d are in the table, with %d ids", acknowledged, events, ids)
	}
	return fmt.Sprintf("%d", events), err
}
