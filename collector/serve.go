package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/footfall-analytics/footfall/collector/ingest"
	"github.com/footfall-analytics/footfall/collector/kafka"
	"github.com/footfall-analytics/footfall/collector/keys"
	"github.com/footfall-analytics/footfall/collector/people"
	"github.com/footfall-analytics/footfall/collector/privacy"
	"github.com/footfall-analytics/footfall/collector/visitor"
	"github.com/footfall-analytics/footfall/collector/writer"
	"github.com/footfall-analytics/footfall/program"
)

type serveCmd struct {
	Listen      string `help:"Address and port to listen on; port 0 takes a free one." default:"127.0.0.1:8090"`
	ListenAdmin string `help:"Address and port for health with its details, and for metrics; not for everybody. Port 0 takes a free one." default:"127.0.0.1:8092"`
	Migrate     bool   `help:"Create or update the tables before serving, as collector migrate does."`
	policies
	MaxBody        int64         `help:"Largest request body in bytes, as sent and inflated." default:"5242880"`
	MaxBatch       int           `help:"Most events in one request." default:"1000"`
	Oldest         time.Duration `help:"How long ago an event may have happened; an older one is refused. 0 for any time since 1970. Every day that has events takes some of the database's locks in questions about all days." default:"5y"`
	PageHost       bool          `help:"Keep scheme and host of a page's address in page_url of Segment's messages: for several sites in one table. Without it page_url is the path alone, as the script for web pages sends it."`
	MaxMemory      int64         `help:"Memory in bytes that the bodies of all requests in hand may take, inflated, with what is made of them. What comes beyond it is answered 503." default:"268435456"`
	MaxConnections int           `help:"Most connections at once. The next one takes the place of the one that has kept the collector waiting longest, and waits only while all are at work." default:"4096"`
	DrainTimeout   time.Duration `help:"Longest time to answer open requests after SIGTERM or SIGINT, and to write what waits to the database; what is left is written after the next start." default:"30s"`
	Queue          string        `help:"Where events wait for the database: disk, in a folder of this collector, or kafka, for more than one machine; collector write takes them from there." enum:"disk,kafka" default:"disk"`
	diskSettings
	joinSettings
	kafka.ProducerConfig
	privacy.Settings
	Visitors visitor.Settings `embed:""`
}

// Validate checks the settings for kong.
func (s *serveCmd) Validate() error {
	switch {
	case s.BatchEvents < 1 || s.MaxBatch < 1 || s.MaxBody < 1 || s.MaxConnections < 1:
		return errors.New("--batch-events, --max-batch, --max-body and --max-connections must be 1 or more")
	case s.Oldest < 0:
		return errors.New("--oldest must not be negative; 0 takes events of any time since 1970")
	case s.BatchInterval < 0 || s.DrainTimeout <= 0:
		return errors.New("--batch-interval and --drain-timeout must be longer than nothing, such as 1s")
	case s.MaxMemory < ingest.MinMemory(s.MaxBody, s.MaxBatch):
		return fmt.Errorf("--max-memory (%d) must be at least %d for this --max-body and --max-batch", s.MaxMemory, ingest.MinMemory(s.MaxBody, s.MaxBatch))
	case s.QueueBytes < 2*s.MaxBody:
		return fmt.Errorf("--queue-bytes (%d) must be at least twice --max-body (%d), or the largest requests never fit", s.QueueBytes, s.MaxBody)
	}
	return nil
}

// readTimeout is how long a client may take to send its request. It is less than the drain timeout, which a slow client would use up.
const readTimeout = 20 * time.Second

// Run serves until the context ends, then answers open requests and returns nil.
func (s *serveCmd) Run(env *environment) error {
	log, end := program.NewLog(env.stderr, env.LogLevel)
	defer end()
	env.grace = s.DrainTimeout
	return env.use(func(pool *pgxpool.Pool) error {
		if s.Migrate {
			if err := migrate(env.ctx, pool, s.options(env.Schema, func(msg string) { log.Info(msg) })); err != nil {
				return err
			}
		}
		return s.run(env, pool, log)
	})
}

func (s *serveCmd) run(env *environment, pool *pgxpool.Pool, log *slog.Logger) error {
	listener, err := program.Listen(s.Listen, "listen")
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // the server has closed it, if it got that far
	adminListener, err := program.Listen(s.ListenAdmin, "listen-admin")
	if err != nil {
		return err
	}
	defer func() { _ = adminListener.Close() }()
	registry := prometheus.NewRegistry()
	go newJobs(pool, env.Schema, registry, log).run(env.ctx, time.Minute)
	table := &writer.Table{Pool: pool, Schema: env.Schema, Log: log, BatchEvents: s.BatchEvents, JoinKnownUsers: s.JoinKnownUsers, Metrics: writer.NewMetrics(registry)}
	queue, err := s.open(table, registry)
	if err != nil {
		return err
	}
	known := keys.Open(env.ctx, keys.Options{Pool: pool, Schema: env.Schema, File: s.file("keys.json"), Log: log})
	go known.Run(env.ctx)
	forgets := people.OpenForgets(env.ctx, pool, env.Schema, s.file("forgets"), log)
	go forgets.Run(env.ctx)
	waiting := marker{queue, forgets}
	ready := program.LimitToOneASecond(func(ctx context.Context) error { return errors.Join(known.Ready(), waiting.Ready(ctx)) })
	handler, err := s.handler(known, ready, log, waiting, registry)
	if err != nil {
		return err
	}
	places, server := s.server(listener, handler, log)
	health := program.Admin(registry, func(ctx context.Context) (work, database error) { return ready(ctx), writable(ctx, table) }, log)
	defer func() { _ = health.Close() }()
	log.Info("listening", "address", listener.Addr().String(), "admin", adminListener.Addr().String(), "database", program.Describe(pool), "schema", env.Schema, "queue", s.Queue)
	at := &atWork{intake: site{server, places}, health: site{health, adminListener}, events: waiting, drainTimeout: s.DrainTimeout, log: log}
	return at.serve(env.ctx)
}

// server returns a server for strangers: it bounds what each connection, and all together, may take.
func (s *serveCmd) server(listener net.Listener, handler http.Handler, log *slog.Logger) (*room, *http.Server) {
	places, server := newRoom(listener, s.MaxConnections), &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       readTimeout,
		WriteTimeout:      2 * readTimeout,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    maxHeader - 4<<10, // Go adds these 4 kB
		ErrorLog:          slog.NewLogLogger(program.Kind(log, "HTTP").Handler(), slog.LevelWarn),
	}
	places.watch(server)
	return places, server
}

// waiting is where events wait for the database.
type waiting interface {
	ingest.Sink
	// Ready returns why events are not taken.
	Ready(ctx context.Context) error
	// run does the work in the background until ctx ends. Any other end is an error.
	run(ctx context.Context) error
	// drain, called after run, passes on what it can until ctx ends, and closes.
	drain(ctx context.Context) error
}

func (s *serveCmd) open(table *writer.Table, registry *prometheus.Registry) (waiting, error) {
	if s.Queue == "disk" {
		return s.diskSettings.open(table, registry)
	}
	return openKafka(s.ProducerConfig, registry, table.Log)
}

// handler makes the handler of the HTTP side.
func (s *serveCmd) handler(known *keys.Keys, ready func(ctx context.Context) error, log *slog.Logger, events waiting, registry *prometheus.Registry) (http.Handler, error) {
	filter, err := privacy.New(s.Settings)
	if err != nil {
		return nil, err
	}
	visitors, err := visitor.New(s.Visitors)
	if err != nil {
		return nil, err
	}
	return ingest.New(events, ingest.Options{MaxBody: s.MaxBody, MaxMemory: s.MaxMemory, MaxBatch: s.MaxBatch, Oldest: s.Oldest, PageHost: s.PageHost, Log: log, Keys: known,
		Privacy: filter, Visitors: visitors, Ready: ready}, registry), nil
}

// file returns the path of a file kept for a start without the database; empty with Kafka, where there is no folder for it.
func (s *serveCmd) file(name string) string {
	if s.Queue == "disk" {
		return filepath.Join(s.QueueDir, name)
	}
	return ""
}

// site is a server and where it listens.
type site struct {
	*http.Server
	at net.Listener
}

// atWork is a collector that takes events.
type atWork struct {
	intake, health site
	events         waiting
	drainTimeout   time.Duration
	log            *slog.Logger
}

// serve runs until ctx ends, and then drains. Health can be asked for until the end.
func (a *atWork) serve(ctx context.Context) error {
	working, stop := context.WithCancel(context.Background())
	defer stop()
	failed, ended := make(chan error, 3), make(chan error, 1)
	for _, s := range []site{a.intake, a.health} {
		go func() { failed <- s.Serve(s.at) }()
	}
	go func() {
		err := a.events.run(working)
		if err != nil {
			failed <- err
		}
		ended <- err
	}()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	a.log.Info("stopping: answering open requests")
	over := make(chan error, 1)
	go func() {
		over <- a.drain(func() error {
			stop()
			return <-ended
		})
	}()
	select {
	case err := <-over:
		if err == nil {
			a.log.Info("stopped")
		}
		return err
	case <-time.After(a.drainTimeout - program.Spare(a.drainTimeout)/2):
		return fmt.Errorf("what was at work did not end within %s (--drain-timeout); what was acknowledged is kept", a.drainTimeout)
	}
}

// drain takes no new connections, answers open requests, ends the work with stop, and passes on what waits.
func (a *atWork) drain(stop func() error) error {
	ctx, cancel := context.WithTimeout(context.Background(), a.drainTimeout-program.Spare(a.drainTimeout))
	defer cancel()
	unanswered := a.intake.Shutdown(ctx)
	err := errors.Join(stop(), a.events.drain(ctx))
	if err == nil && unanswered != nil {
		err = fmt.Errorf("not every request could be answered within %s (--drain-timeout); those that were not have no 200 and must be sent again", a.drainTimeout)
	}
	return err
}

// writable returns why the database does not take events.
func writable(ctx context.Context, table *writer.Table) error {
	if err := program.Ready(ctx, table.Pool, table.Schema); err != nil {
		return err
	}
	return table.Ready(ctx)
}
