package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/footfall-analytics/footfall/internal/programs"
	"github.com/footfall-analytics/footfall/sql"
)

// measureDrain times how the collector catches up with what its senders have left it.
func (b *ingestion) measureDrain(ctx context.Context, collector *programs.Collector) (string, error) {
	const count = "SELECT count(*) FROM user_events"
	begin := time.Now()
	before, err := value[int64](ctx, b.db, count)
	if err != nil {
		return "", err
	}
	if err := collector.Settle(ctx); err != nil {
		return "", err
	}
	b.drain = time.Since(begin)
	after, err := value[int64](ctx, b.db, count)
	if err != nil {
		return "", err
	}
	b.rows = after - before
	return fmt.Sprintf("%d rows, %.0f a second", b.rows, float64(b.rows)/b.drain.Seconds()), b.noteMemory(ctx, collector)
}

// measureCopy times a COPY of as many of the same rows into a table of the same kind.
func (b *ingestion) measureCopy(ctx context.Context) (string, error) {
	file, err := os.Create(filepath.Join(b.folder, "rows"))
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	if err := sql.EnterSession(ctx, b.db.conn, b.db.schema); err != nil { // again: the extension may be new
		return "", err
	}
	if err := b.db.exec(ctx, "CREATE TABLE bare (LIKE user_events INCLUDING ALL)",
		"SELECT create_hypertable('bare', by_range('time', INTERVAL '1 day'))"); err != nil {
		return "", err
	}
	// The latest ones, in the order in which they came.
	out := fmt.Sprintf("COPY (SELECT * FROM user_events ORDER BY received_at DESC LIMIT %d) TO STDOUT (FORMAT binary)", b.rows)
	if _, err := b.db.conn.PgConn().CopyTo(ctx, file, out); err != nil {
		return "", err
	}
	if _, err := file.Seek(0, 0); err != nil {
		return "", err
	}
	begin := time.Now()
	_, err = b.db.conn.PgConn().CopyFrom(ctx, file, "COPY bare FROM STDIN (FORMAT binary)")
	b.bareCopy = time.Since(begin)
	return fmt.Sprintf("%.0f rows a second", float64(b.rows)/b.bareCopy.Seconds()), err
}

// syncRate returns how many times a second 16 kB can be added to a file and made safe.
func syncRate(path string) (float64, error) {
	file, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close() }()
	begin, n := time.Now(), 0
	for block := make([]byte, 16<<10); time.Since(begin) < 2*time.Second; n++ {
		if _, err := file.Write(block); err != nil {
			return 0, err
		}
		if err := file.Sync(); err != nil {
			return 0, err
		}
	}
	return float64(n) / time.Since(begin).Seconds(), nil
}
