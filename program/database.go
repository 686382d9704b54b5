package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/footfall-analytics/footfall/sql"
)

// PoolConfig reads a connection string, as --database has it. The database need not be there yet. It warns of connections that may be in
// plain text. The name is what the server calls the program. Errors never show the password.
func PoolConfig(dsn, name string, stderr io.Writer) (*pgxpool.Config, error) {
	if dsn == "" {
		return nil, errors.New("no database is set: use --database or FOOTFALL_DSN, such as postgres://user:password@host:5432/name")
	}
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("--database: %w", err)
	}
	if host := fallsBack(config.ConnConfig); host != "" {
		slog.New(slog.NewJSONHandler(stderr, nil)).Warn("the password and the events may go over the network in plain text: whoever stands between can turn TLS off. Say sslmode=verify-full (or disable) in --database",
			"host", host)
	}
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = name
	}
	return config, nil
}

// ClosePool closes the pool. A server that has gone away does not answer; then the end of the process must do. It waits no longer than what
// the program has left of the grace, the time that it may take to end.
func ClosePool(pool *pgxpool.Pool, grace time.Duration) {
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		pool.Close()
	}()
	select {
	case <-closed:
	case <-time.After(Spare(grace) / 8):
	}
}

// Spare returns the last part of a shutdown's time, kept for what was cancelled to end.
func Spare(timeout time.Duration) time.Duration { return min(timeout/4, 2*time.Second) }

// fallsBack returns a host on the network to which connections fall back from TLS to plain text: with sslmode allow, or prefer, which is
// the default.
func fallsBack(config *pgx.ConnConfig) (host string) {
	hosts := map[string][]bool{config.Host: {config.TLSConfig == nil}}
	for _, other := range config.Fallbacks {
		hosts[other.Host] = append(hosts[other.Host], other.TLSConfig == nil)
	}
	for host, plain := range hosts {
		ip := net.ParseIP(host)
		local := host == "localhost" || strings.HasPrefix(host, "/") || ip != nil && ip.IsLoopback()
		if !local && slices.Contains(plain, true) && slices.Contains(plain, false) {
			return host
		}
	}
	return ""
}

// Ready returns why the database cannot be used.
func Ready(ctx context.Context, pool *pgxpool.Pool, schema string) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("the database cannot be reached: %w", err)
	}
	defer conn.Release()
	// In a transaction, like everything that may run beside others on the embedded database, which has one session.
	return pgx.BeginFunc(ctx, conn, func(pgx.Tx) error {
		_, err := sql.Check(ctx, conn.Conn(), schema)
		return err
	})
}

// Describe returns the database's address without user and password.
func Describe(pool *pgxpool.Pool) string {
	config := pool.Config().ConnConfig
	return fmt.Sprintf("%s on %s:%d", config.Database, config.Host, config.Port)
}
