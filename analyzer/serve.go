package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/footfall-analytics/footfall/analyzer/api"
	"github.com/footfall-analytics/footfall/analyzer/segments"
	"github.com/footfall-analytics/footfall/program"
)

type serveCmd struct {
	Listen      string   `help:"Address and port of the API; port 0 takes a free one." default:"127.0.0.1:8093"`
	ListenAdmin string   `help:"Address and port for health with its details, and for metrics; not for everybody. Port 0 takes a free one." default:"127.0.0.1:8094"`
	Token       []string `help:"Token that the API demands, of at least 20 characters; several by commas, to replace one. Better given in the environment or a file: whoever lists processes reads flags. Without one, the API answers nobody, and segments are still refreshed." env:"FOOTFALL_ANALYZER_TOKEN" placeholder:"TOKEN"`
}

// Validate checks the settings for kong.
func (c *serveCmd) Validate() error {
	for _, token := range c.Token {
		if len(token) < api.ShortestToken {
			return fmt.Errorf("--token: a token has %d characters, at least %d are needed: analyzer token makes one", len(token), api.ShortestToken)
		}
	}
	return nil
}

// Run serves until the context ends, then answers open requests and returns nil.
func (c *serveCmd) Run(env *environment) error {
	log, end := program.NewLog(env.stderr, env.LogLevel)
	defer end()
	s, closePool, err := env.open()
	if err != nil {
		return err
	}
	defer closePool()
	return c.run(env, s, log)
}

func (c *serveCmd) run(env *environment, s *segments.Segments, log *slog.Logger) error {
	listener, err := program.Listen(c.Listen, "listen")
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // the server has closed it, if it got that far
	adminListener, err := program.Listen(c.ListenAdmin, "listen-admin")
	if err != nil {
		return err
	}
	defer func() { _ = adminListener.Close() }()
	registry := prometheus.NewRegistry()
	worker := segments.NewWorker(s, registry, log)
	ready := program.LimitToOneASecond(func(ctx context.Context) error { return program.Ready(ctx, s.Pool, env.Schema) })
	server := &http.Server{Handler: api.New(s, api.Options{Tokens: c.Token, Ready: ready, Log: log}), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute,
		WriteTimeout: env.QueryTimeout + time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(program.Kind(log, "HTTP").Handler(), slog.LevelWarn)}
	health := program.Admin(registry, func(ctx context.Context) (work, database error) { return ready(ctx), nil }, log)
	if len(c.Token) == 0 {
		log.Warn("the API answers nobody, because no token is set: analyzer token makes one, for FOOTFALL_ANALYZER_TOKEN")
	}
	log.Info("listening", "address", listener.Addr().String(), "admin", adminListener.Addr().String(), "database", program.Describe(s.Pool), "schema", env.Schema)
	failed, worked := make(chan error, 2), make(chan struct{})
	go func() { failed <- server.Serve(listener) }()
	go func() { failed <- health.Serve(adminListener) }()
	working, stop := context.WithCancel(env.ctx)
	defer stop()
	go func() { defer close(worked); worker.Run(working) }()
	select {
	case err = <-failed:
	case <-env.ctx.Done():
	}
	log.Info("stopping")
	stop()
	ctx, cancel := context.WithTimeout(context.Background(), grace-program.Spare(grace))
	defer cancel()
	err = errors.Join(err, server.Shutdown(ctx), health.Close())
	select {
	case <-worked:
	case <-ctx.Done():
		err = errors.Join(err, errors.New("a refresh did not end in time; its members stay those of the one before"))
	}
	log.Info("stopped")
	return err
}

// tokenCmd makes a token.
type tokenCmd struct{}

// Run prints a token of 130 random bits.
func (*tokenCmd) Run(env *environment) error {
	fmt.Fprintln(env.stdout, "ffa_"+rand.Text())
	return nil
}
