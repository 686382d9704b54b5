package embedded_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/footfall-analytics/footfall/internal/embedded"
)

// A statement that is cancelled ends its transaction, so that others get their turn in the one session.
func TestCancelledStatementsDoNotBlockOthers(t *testing.T) {
	server, err := embedded.Start(t.Context(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for i := range 20 {
		conn, err := pgx.Connect(ctx, server.DSN())
		if err != nil {
			t.Fatal(err)
		}
		tx, err := conn.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		short, cancel := context.WithTimeout(ctx, time.Duration(i*i)*time.Millisecond)
		_, _ = tx.Exec(short, `SELECT count(*) FROM generate_series(1, $1::int)`, 300_000)
		cancel()
		_ = conn.Close(ctx)
	}
}

// A client that asks for encryption first, as psql does unless it is told not to, learns that there is none and goes on.
func TestClientsMayAskForEncryption(t *testing.T) {
	server, err := embedded.Start(t.Context(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, strings.Replace(server.DSN(), "sslmode=disable", "sslmode=prefer", 1))
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close(ctx)
}

// Clients that ask at the same time get their own answers: each asks in several messages, which must not mix.
func TestClientsDoNotMix(t *testing.T) {
	server, err := embedded.Start(t.Context(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	clients, ctx := errgroup.WithContext(ctx)
	for client := range 4 {
		clients.Go(func() error { return askOften(ctx, server.DSN(), client) })
	}
	if err := clients.Wait(); err != nil {
		t.Error(err)
	}
}

// askOften asks in and outside of transactions, and goes away within some.
func askOften(ctx context.Context, dsn string, client int) error {
	for round := range 5 {
		conn, err := pgx.Connect(ctx, dsn)
		if err != nil {
			return err
		}
		for _, begin := range []string{"SELECT 1", "BEGIN"} {
			if _, err := conn.Exec(ctx, begin); err != nil {
				return err
			}
			want, got := 1000*client+round, 0
			if err := conn.QueryRow(ctx, "SELECT $1::int + $2::int", want, client).Scan(&got); err != nil {
				return err
			}
			if got -= client; got != want {
				return fmt.Errorf("client %d got %d, not %d", client, got, want)
			}
		}
		if err := conn.Close(ctx); err != nil {
			return err
		}
	}
	return nil
}
