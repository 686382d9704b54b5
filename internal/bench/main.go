// Bench measures the data source's answers on a TimescaleDB server, against ClickHouse with the same events where Debian's
// clickhouse-server is installed. It loads made-up events into a schema of its own, asks the reference questions of the plugin's
// own code in turn with ClickHouse, checks that both say the same, and prints what it took. "bench ingest" measures the collector.
// "go tool mage bench" and "go tool mage benchIngest" run it; see docs/performance.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/grafana/grafana-plugin-sdk-go/backend/log"

	"github.com/footfall-analytics/footfall/internal/programs"
)

// ingestCommand measures the collector instead of the answers.
const ingestCommand = "ingest"

// options are the command line.
type options struct {
	parameters
	dsn, schema string
	runs        int
	clickHouse  string
	heavy       int64
	plans       bool
}

func main() {
	log.DefaultLogger = log.NewNullLogger() // the SDK logs every query
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	// The questions are asked in processes of their own, which hold no more than a plugin does.
	command := ""
	if len(os.Args) > 1 {
		command = os.Args[1]
	}
	switch command {
	case measureCommand:
		return child(ctx, measure)
	case memoryCommand:
		return child(ctx, memory)
	case dashboardCommand:
		return child(ctx, dashboard)
	case loadCommand:
		return loadProcess(ctx)
	}
	if command == ingestCommand {
		return measureIngestion(ctx, os.Args[2:])
	}
	o, err := parseOptions()
	if err != nil {
		return err
	}
	return bench(ctx, o)
}

// serverDSN returns the server to measure.
func serverDSN() (string, error) {
	dsn := os.Getenv("FOOTFALL_DSN")
	if dsn == "" {
		return "", errors.New("FOOTFALL_DSN is not set: set it to the connection string of a TimescaleDB server to measure, such as postgres://postgres@127.0.0.1:5432/bench; the bench works in a schema of its own there")
	}
	return dsn, nil
}

func parseOptions() (o options, err error) {
	flag.Int64Var(&o.Events, "events", 10_000_000, "events to load")
	flag.IntVar(&o.Users, "users", 400_000, "users whom they belong to")
	flag.IntVar(&o.Days, "days", 90, "days that the questions are about; one more is loaded, so that the first one is whole")
	flag.Int64Var(&o.Seed, "seed", 1, "seed of the made-up events")
	flag.StringVar(&o.schema, "schema", "footfall_bench", "database schema to load them into; what another run of the bench left there is replaced")
	flag.IntVar(&o.runs, "runs", 5, "times that each question is asked")
	flag.StringVar(&o.clickHouse, "clickhouse", findClickHouse(), "the clickhouse-server program; empty to do without")
	flag.Int64Var(&o.heavy, "heavy", 0, "ask everything a second time, of events of which this many belong to one user, in a schema whose name ends in _heavy")
	flag.BoolVar(&o.plans, "plans", false, "print the plans of the questions' statements too, with what they took and read")
	flag.Parse()
	switch {
	case flag.NArg() > 0:
		return o, fmt.Errorf("%q is not understood: -help lists the flags", flag.Arg(0))
	case o.Events < 1000 || o.Users < 10 || o.Days < 8 || o.runs < 1:
		return o, errors.New("there is too little to measure: use at least 1000 events, 10 users, 8 days and 1 run")
	case o.heavy < 0 || o.heavy > o.Events/2:
		return o, fmt.Errorf("-heavy is %d: one user may have up to half of the %d events", o.heavy, o.Events)
	}
	o.dsn, err = serverDSN()
	return o, err
}

func bench(ctx context.Context, o options) error {
	usual, err := benchEvents(ctx, o)
	if err != nil || o.heavy == 0 {
		return err
	}
	o.schema, o.Heavy = o.schema+"_heavy", o.heavy
	heavy, err := benchEvents(ctx, o)
	if err != nil {
		return err
	}
	fmt.Printf("\nwith %d events of one user, in times of what it takes without\n%s\n", o.heavy, heavy.timesOf(usual))
	return nil
}

// benchEvents loads the events, asks, and prints what was measured.
func benchEvents(ctx context.Context, o options) (*report, error) {
	printer := programs.NewPrinter(os.Stdout)
	db, err := openDatabase(ctx, o.dsn, o.schema)
	if err != nil {
		return nil, err
	}
	defer db.close()
	if o.parameters, err = db.load(ctx, o.parameters, printer); err != nil {
		return nil, err
	}
	job := job{DSN: o.dsn, Schema: o.schema, Parameters: o.parameters, Runs: o.runs}
	if o.clickHouse != "" {
		peer, err := startClickHouse(ctx, o.clickHouse)
		if err != nil {
			return nil, err
		}
		defer peer.stop()
		if err := printer.Do("ClickHouse", func() (string, error) { return peer.load(ctx, db, o.parameters) }); err != nil {
			return nil, err
		}
		job.ClickHouse = peer.url
	}
	r := &report{parameters: o.parameters, printer: printer}
	if err := r.measure(ctx, db, job); err != nil {
		return nil, err
	}
	r.print()
	if o.plans {
		err = printPlans(ctx, db, o.parameters)
	}
	return r, err
}
