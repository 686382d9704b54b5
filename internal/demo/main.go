// Demo shows Footfall at work: it starts a database, the collector, the analyzer and the plugin, sends a shop's traffic of the last 30
// days through the collector, asks the plugin three questions as Grafana does, prints the answers, and then serves a page
// (or starts Grafana) to ask more. "go tool mage demo" builds it and what it needs, and runs it in the repository's root.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/demo/tables"
	"github.com/footfall-analytics/footfall/internal/embedded"
	"github.com/footfall-analytics/footfall/internal/leash"
	"github.com/footfall-analytics/footfall/internal/preview"
	"github.com/footfall-analytics/footfall/internal/programs"
	"github.com/footfall-analytics/footfall/internal/shop"
	"github.com/footfall-analytics/footfall/sql"
)

// The shop that is made up.
const (
	seed  = 1
	days  = 30
	users = 7000
)

// schema is the one that the provisioned data source reads.
const schema = sql.DefaultSchema

// analyzerToken opens the analyzer's API, on this machine.
const analyzerToken = "footfall-demo-analyzer-token"

func main() {
	// The first signal ends the demo in order, a second one at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	ctx = leash.Follow(ctx)
	context.AfterFunc(ctx, stop)
	if err := run(ctx); err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "\ndemo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	s, err := readSettings()
	if err != nil {
		return err
	}
	d := &demo{settings: s, Printer: programs.NewPrinter(os.Stdout), folder: filepath.Join(runs, strconv.Itoa(os.Getpid())), now: time.Now()}
	if err := d.Do("Ports", d.clearTheWay); err != nil {
		return err
	}
	log, err := openLog()
	if err != nil {
		return err
	}
	d.log = log
	defer d.close()
	for _, step := range []struct {
		name string
		do   func(context.Context) (string, error)
	}{
		{"Database", d.startDatabase},
		{"Schema", d.migrate},
		{"Collector", d.startCollector},
		{"Traffic of a web shop", d.sendTraffic},
		{"Rollups", d.refreshRollups},
		{"Segments", d.makeSegments},
		{"Analyzer", d.startAnalyzer},
		{"Plugin", d.startPlugin},
	} {
		if err := d.Do(step.name, func() (string, error) { return step.do(ctx) }); err != nil {
			return fmt.Errorf("%w\n(the programs' log is in %s)", err, log.Name())
		}
		if err := d.remember(); err != nil {
			return err
		}
	}
	if err := d.answer(ctx); err != nil {
		return err
	}
	if s.ci {
		return nil
	}
	return d.show(ctx)
}

// clearTheWay ends what demos that were killed have left behind, and reports ports that others hold.
func (d *demo) clearTheWay() (string, error) {
	running, ended, err := endLeftovers()
	if err != nil {
		return "", err
	}
	free := "free"
	if len(ended) > 0 {
		free += ", after what a killed demo had left was ended: " + strings.Join(ended, ", ")
	}
	if err := d.checkPorts(running); err != nil {
		return "", err
	}
	return free, d.remember()
}

func openLog() (*os.File, error) {
	if err := os.MkdirAll(".footfall", 0o755); err != nil {
		return nil, err
	}
	return os.Create(filepath.Join(".footfall", "demo.log"))
}

// demo is what has been started so far.
type demo struct {
	settings
	*programs.Printer
	// folder is for what this demo leaves on disk while it runs.
	folder    string
	log       *os.File
	now       time.Time
	conn      *pgx.Conn
	database  preview.Database
	collector *programs.Collector
	plugin    *preview.Plugin
	// signs is the key of links to the shop's pages, checks its public half.
	signs, checks string
	// stop ends what was started, the latest first.
	stop []func()
}

func (d *demo) close() {
	for i := len(d.stop) - 1; i >= 0; i-- {
		d.stop[i]()
	}
	_ = os.RemoveAll(d.folder)
	_ = d.log.Close()
}

func (d *demo) startDatabase(ctx context.Context) (string, error) {
	name := "the server that FOOTFALL_DSN names"
	if d.dsn == "" {
		server, err := embedded.Start(ctx, embedded.Options{Port: d.ports[dbPort]})
		if err != nil {
			return "", err
		}
		d.stop = append(d.stop, server.Stop)
		d.dsn, name = server.DSN(), "embedded TimescaleDB"
	}
	var err error
	if d.conn, err = pgx.Connect(ctx, d.dsn); err != nil {
		return "", fmt.Errorf("connect to %s: %w", name, err)
	}
	d.stop = append(d.stop, func() { _ = d.conn.Close(context.WithoutCancel(ctx)) })
	d.database = preview.DatabaseOf(d.conn)
	return fmt.Sprintf("%s at %s", name, d.database.Host), nil
}

func (d *demo) migrate(ctx context.Context) (string, error) {
	return schema, programs.Migrate(ctx, programs.CollectorFile, d.dsn, schema)
}

func (d *demo) startCollector(ctx context.Context) (string, error) {
	var err error
	if d.collector, err = programs.StartCollector(ctx, programs.CollectorFile, d.dsn, schema, d.ports[collectorPort],
		filepath.Join(d.folder, "queue"), d.log); err != nil {
		return "", err
	}
	d.stop = append(d.stop, d.collector.Stop)
	return d.collector.URL, nil
}

func (d *demo) sendTraffic(ctx context.Context) (string, error) {
	events := shop.Generate(seed, d.now, days, users)
	var sent atomic.Int64
	err := shop.Send(ctx, d.collector.URL, events, func(n int) {
		d.Progress("Traffic of a web shop", fmt.Sprintf("%s of %s events", tables.Count(int(sent.Add(int64(n)))), tables.Count(len(events))))
	})
	if err == nil {
		err = d.collector.Settle(ctx)
	}
	seen := map[string]bool{}
	for i := range events {
		seen[events[i].UserID] = true
	}
	return fmt.Sprintf("%s events of %s users in %d days, over HTTP", tables.Count(len(events)), tables.Count(len(seen)), days), err
}

// refreshRollups does what a server's background jobs do by themselves, and the embedded one has none.
func (d *demo) refreshRollups(ctx context.Context) (string, error) {
	if err := sql.RefreshRollups(ctx, d.conn, schema); err != nil {
		return "", err
	}
	// Without statistics the planner takes the tables for nearly empty.
	_, err := d.conn.Exec(ctx, "ANALYZE "+pgx.Identifier{schema, "user_events"}.Sanitize())
	return fmt.Sprintf("%d refreshed, statistics gathered", len(sql.Rollups)), err
}

// makeSegments makes the shop's segments.
func (d *demo) makeSegments(ctx context.Context) (string, error) {
	if err := programs.Segments(ctx, programs.AnalyzerFile, d.dsn, schema, filepath.Join("provisioning", "segments", "shop.yaml")); err != nil {
		return "", err
	}
	var segments, members int
	err := pgx.BeginFunc(ctx, d.conn, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, fmt.Sprintf("SELECT count(DISTINCT segment_id), count(*) FROM %s WHERE left_at IS NULL", pgx.Identifier{schema, "segment_members"}.Sanitize())).
			Scan(&segments, &members)
	})
	return fmt.Sprintf("%d with %s members", segments, tables.Count(members)), err
}

// startAnalyzer keeps the segments up to date while the demo runs. The demo's token is no secret.
func (d *demo) startAnalyzer(ctx context.Context) (string, error) {
	url, end, err := programs.StartAnalyzer(ctx, programs.AnalyzerFile, d.dsn, schema, analyzerToken, d.ports[analyzerPort], d.log)
	if err == nil {
		d.stop = append(d.stop, end)
	}
	return url, err
}

func (d *demo) startPlugin(ctx context.Context) (string, error) {
	source, err := d.database.DataSource(schema)
	if err != nil {
		return "", err
	}
	if d.signs, d.checks, err = preview.AddSite(&source, d.shopURL()); err != nil {
		return "", err
	}
	binary, err := filepath.Abs(programs.PluginFile)
	if err != nil {
		return "", err
	}
	if d.plugin, err = preview.StartPlugin(binary, source, d.log); err != nil {
		return "", err
	}
	d.stop = append(d.stop, d.plugin.Close)
	health, err := d.plugin.CheckHealth(ctx)
	if err != nil {
		return "", err
	}
	if health.Status.String() != "OK" {
		return "", errors.New(health.Message)
	}
	return filepath.Base(binary) + " over gRPC", nil
}
