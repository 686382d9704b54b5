package people

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Forgets holds how often users were forgotten, as last read from the database. It may be used by many goroutines at once.
type Forgets struct {
	pool         *pgxpool.Pool
	schema, file string
	log          *slog.Logger
	// count is one more than the number; 0 while the number is not known.
	count atomic.Int64
}

// forgetsInterval is the longest time until a new number is known, while the database is there.
const forgetsInterval = 10 * time.Second

// errForgets is the error of events that cannot be taken.
var errForgets = errors.New("it is not known yet who was forgotten, because the database could not be asked")

// OpenForgets reads the number from the database or, if it does not answer, from the file, which keeps it for a start without the database.
// An empty name means no file.
func OpenForgets(ctx context.Context, pool *pgxpool.Pool, schema, file string, log *slog.Logger) *Forgets {
	f := &Forgets{pool: pool, schema: schema, file: file, log: log}
	err := f.refresh(ctx)
	if err == nil {
		return f
	}
	log.Warn("how many users were forgotten cannot be read from the database", "error", err, "file", file)
	if text, err := os.ReadFile(file); err == nil {
		if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil {
			f.count.Store(n + 1)
		}
	}
	return f
}

// Run reads the number again and again until ctx ends.
func (f *Forgets) Run(ctx context.Context) {
	ticker := time.NewTicker(forgetsInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := f.refresh(ctx); err != nil && ctx.Err() == nil {
			f.log.Warn("how many users were forgotten cannot be read from the database", "error", err)
		}
	}
}

// Count returns the number; an error says that it is not known.
func (f *Forgets) Count() (int64, error) {
	n := f.count.Load()
	if n == 0 {
		return 0, errForgets
	}
	return n - 1, nil
}

func (f *Forgets) refresh(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, forgetsInterval)
	defer cancel()
	var n int64
	// In a transaction, like everything that may run beside the writer on the embedded database, which has one session.
	err := pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `SELECT forgets FROM `+pgx.Identifier{f.schema, "forget_state"}.Sanitize()).Scan(&n)
	})
	if err != nil || f.count.Swap(n+1) == n+1 || f.file == "" {
		return err
	}
	next := f.file + ".new"
	if err := os.WriteFile(next, fmt.Appendf(nil, "%d\n", n), 0o600); err != nil {
		return err
	}
	return os.Rename(next, f.file) // after a crash it is either the old or the new one
}
