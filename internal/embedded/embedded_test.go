package embedded_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

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
