package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/footfall-analytics/footfall/collector/ingest"
	"github.com/footfall-analytics/footfall/collector/writer"
	"github.com/footfall-analytics/footfall/sql"
)

type serveCmd struct {
	Listen  string `help:"Address and port to listen on; port 0 takes a free one." default:"127.0.0.1:8090"`
	Migrate bool   `help:"Create or update the tables before serving, as collector migrate does."`
	policies
	BatchEvents   int           `help:"Events that are written together." default:"1000"`
	BatchInterval time.Duration `help:"Longest time that an event waits for its batch to fill. A request waits as long for its answer." default:"1s"`
	BufferEvents  int           `help:"Events that may wait for the database. When more come, requests are answered 503." default:"10000"`
	WriteTimeout  time.Duration `help:"Longest time that events wait for a database that does not answer, before their request is answered 503." default:"10s"`
	MaxBody       int64         `help:"Largest request body in bytes, as sent and inflated." default:"5242880"`
	MaxBatch      int           `help:"Most events in one request." default:"1000"`
	DrainTimeout  time.Duration `help:"Longest time to answer open requests after SIGTERM or SIGINT." default:"30s"`
}

// Validate is called by kong.
func (s *serveCmd) Validate() error {
	switch {
	case s.BatchEvents < 1 || s.MaxBatch < 1 || s.MaxBody < 1:
		return errors.New("--batch-events, --max-batch and --max-body must be 1 or more")
	case s.BatchInterval < 0 || s.WriteTimeout <= 0 || s.DrainTimeout <= 0:
		return errors.New("--batch-interval, --write-timeout and --drain-timeout must be longer than nothing, such as 1s")
	case s.BufferEvents < s.MaxBatch:
		return fmt.Errorf("--buffer-events (%d) must not be less than --max-batch (%d), or the largest requests never fit", s.BufferEvents, s.MaxBatch)
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
	registry := prometheus.NewRegistry()
	events := writer.New(&writer.Table{Pool: pool, Schema: env.Schema, Log: log}, writer.Options{BatchEvents: s.BatchEvents,
		BatchInterval: s.BatchInterval, BufferEvents: s.BufferEvents, Timeout: s.WriteTimeout}, registry)
	server := &http.Server{
		Handler: ingest.New(events, ingest.Options{MaxBody: s.MaxBody, MaxBatch: s.MaxBatch, Log: log,
			Ready: func(ctx context.Context) error { return ready(ctx, pool, env.Schema) }}, registry),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       readTimeout,
		// A request may wait for its batch, for the database, and for the batch ahead of it to be given up.
		WriteTimeout:   readTimeout + s.BatchInterval + 3*s.WriteTimeout,
		IdleTimeout:    2 * time.Minute,
		MaxHeaderBytes: 64 << 10,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	log.Info("listening", "address", listener.Addr().String(), "database", describe(pool), "schema", env.Schema)
	return s.serve(env.ctx, server, listener, events, log)
}

// serve runs the server until ctx ends and then drains it: no new connections, open requests answered, events written.
func (s *serveCmd) serve(ctx context.Context, server *http.Server, listener net.Listener, events *writer.Writer, log *slog.Logger) error {
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	log.Info("stopping: answering open requests")
	drain, cancel := context.WithTimeout(context.Background(), s.DrainTimeout)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		return fmt.Errorf("not every request could be answered within %s (--drain-timeout); those that were not have no 200 and must be sent again", s.DrainTimeout)
	}
	events.Close()
	log.Info("stopped")
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
