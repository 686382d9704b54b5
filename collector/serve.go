package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/net/netutil"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/ingest"
	"github.com/footfall-analytics/footfall/collector/keys"
	"github.com/footfall-analytics/footfall/collector/privacy"
	"github.com/footfall-analytics/footfall/collector/queue"
	"github.com/footfall-analytics/footfall/collector/visitor"
	"github.com/footfall-analytics/footfall/collector/writer"
	"github.com/footfall-analytics/footfall/sql"
)

type serveCmd struct {
	Listen  string `help:"Address and port to listen on; port 0 takes a free one." default:"127.0.0.1:8090"`
	Migrate bool   `help:"Create or update the tables before serving, as collector migrate does."`
	policies
	MaxBody        int64         `help:"Largest request body in bytes, as sent and inflated." default:"5242880"`
	MaxBatch       int           `help:"Most events in one request." default:"1000"`
	MaxConnections int           `help:"Most connections at once; more wait until others end." default:"10000"`
	DrainTimeout   time.Duration `help:"Longest time to answer open requests after SIGTERM or SIGINT, and to write what waits to the database; what is left is written after the next start." default:"30s"`
	diskQueue
	privacy.Settings
	Visitors visitor.Settings `embed:""`
}

// diskQueue is where events wait for the database, and in what portions they go there.
type diskQueue struct {
	QueueDir      string        `help:"Folder of the queue on disk, for this collector alone." default:"footfall-queue" type:"path"`
	QueueBytes    int64         `help:"Room that the queue may take on disk, in bytes. When it is full, requests are answered 503." default:"10737418240"`
	BatchEvents   int           `help:"Events that are worth writing together." default:"1000"`
	BatchInterval time.Duration `help:"Longest time that an event waits for others to be written with." default:"1s"`
}

// segmentBytes is how much of the queue is freed at once.
const segmentBytes = 64 << 20

// Validate is called by kong.
func (s *serveCmd) Validate() error {
	switch {
	case s.BatchEvents < 1 || s.MaxBatch < 1 || s.MaxBody < 1 || s.MaxConnections < 1:
		return errors.New("--batch-events, --max-batch, --max-body and --max-connections must be 1 or more")
	case s.BatchInterval < 0 || s.DrainTimeout <= 0:
		return errors.New("--batch-interval and --drain-timeout must be longer than nothing, such as 1s")
	case s.QueueBytes < 2*s.MaxBody:
		return fmt.Errorf("--queue-bytes (%d) must be at least twice --max-body (%d), or the largest requests never fit", s.QueueBytes, s.MaxBody)
	}
	return nil
}

// readTimeout is how long a client may take to send its request; less than the drain timeout, which a slow one would use up.
const readTimeout = 20 * time.Second

// Run serves until the context ends, then answers what is open and returns nil.
func (s *serveCmd) Run(env *environment) error {
	log := slog.New(slog.NewJSONHandler(env.stderr, &slog.HandlerOptions{Level: env.LogLevel}))
	pool, err := env.connect()
	if err != nil {
		return err
	}
	defer pool.Close()
	if s.Migrate {
		if err := migrate(env.ctx, pool, s.options(env.Schema, func(msg string) { log.Info(msg) })); err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", s.Listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is taken by another program: choose another address with --listen or FOOTFALL_LISTEN", s.Listen)
	}
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	defer func() { _ = listener.Close() }() // the server has closed it, if it came so far
	waiting, err := queue.Open(queue.Options{Dir: s.QueueDir, MaxBytes: s.QueueBytes, SegmentBytes: segmentBytes})
	if err != nil {
		return err
	}
	registry := prometheus.NewRegistry()
	handler, err := s.handler(env, log, pool, disk{waiting}, registry)
	if err != nil {
		return err
	}
	table := &writer.Table{Pool: pool, Schema: env.Schema, Log: log}
	events := writer.New(table, waiting, writer.Options{BatchEvents: s.BatchEvents, BatchInterval: s.BatchInterval, Log: log}, registry)
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       readTimeout,
		WriteTimeout:      2 * readTimeout,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	log.Info("listening", "address", listener.Addr().String(), "database", describe(pool), "schema", env.Schema, "queue", s.QueueDir)
	return s.serve(env.ctx, server, netutil.LimitListener(listener, s.MaxConnections), waiting, events, log)
}

// handler puts the HTTP side together.
func (s *serveCmd) handler(env *environment, log *slog.Logger, pool *pgxpool.Pool, sink ingest.Sink, registry *prometheus.Registry) (http.Handler, error) {
	filter, err := privacy.New(s.Settings)
	if err != nil {
		return nil, err
	}
	visitors, err := visitor.New(s.Visitors)
	if err != nil {
		return nil, err
	}
	known := keys.Open(env.ctx, keys.Options{Pool: pool, Schema: env.Schema, File: filepath.Join(s.QueueDir, "keys.json"), Log: log})
	go known.Run(env.ctx)
	return ingest.New(sink, ingest.Options{MaxBody: s.MaxBody, MaxBatch: s.MaxBatch, Log: log, Keys: known, Privacy: filter, Visitors: visitors,
		Ready: func(ctx context.Context) error { return ready(ctx, pool, env.Schema) }}, registry), nil
}

// disk makes events safe in the queue.
type disk struct{ *queue.Queue }

// Accept returns nil when the events are on disk.
func (d disk) Accept(ctx context.Context, events []event.Event) error {
	return d.Append(ctx, event.AppendRecord(nil, events))
}

// serve runs server and writer until ctx ends, and then drains them: no new connections, open requests answered, what waits
// written.
func (s *serveCmd) serve(ctx context.Context, server *http.Server, listener net.Listener, waiting *queue.Queue, events *writer.Writer, log *slog.Logger) error {
	writing, stop := context.WithCancel(context.Background())
	defer stop()
	failed, ended := make(chan error, 2), make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	go func() {
		err := events.Run(writing)
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
	log.Info("stopping: answering open requests, writing what waits")
	drain, cancel := context.WithTimeout(context.Background(), s.DrainTimeout)
	defer cancel()
	unanswered := server.Shutdown(drain)
	stop()
	if err := <-ended; err != nil {
		return err
	}
	left, err := events.Drain(drain)
	if err := errors.Join(err, waiting.Close()); err != nil {
		return err
	}
	if unanswered != nil {
		return fmt.Errorf("not every request could be answered within %s (--drain-timeout); those that were not have no 200 and must be sent again", s.DrainTimeout)
	}
	log.Info("stopped", "records_left_on_disk", left)
	return nil
}

// ready reports why the database cannot take events.
func ready(ctx context.Context, pool *pgxpool.Pool, schema string) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("the database cannot be reached: %w", err)
	}
	defer conn.Release()
	return sql.Check(ctx, conn.Conn(), schema)
}

// describe names the database without user and password.
func describe(pool *pgxpool.Pool) string {
	config := pool.Config().ConnConfig
	return fmt.Sprintf("%s on %s:%d", config.Database, config.Host, config.Port)
}
