package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/sql"
)

// database is the server to measure, and the bench's schema there.
type database struct {
	config *pgx.ConnConfig
	conn   *pgx.Conn
	schema string
	keys   []int64
}

func openDatabase(ctx context.Context, dsn, schema string) (*database, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("FOOTFALL_DSN is not usable: %w", err)
	}
	db := &database{config: config, schema: schema}
	if db.conn, err = db.connect(ctx); err != nil {
		return nil, fmt.Errorf("the server of FOOTFALL_DSN cannot be reached: %w", err)
	}
	return db, nil
}

// connect opens one more connection.
func (db *database) connect(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, db.config)
	if err != nil {
		return nil, err
	}
	return conn, sql.EnterSession(ctx, conn, db.schema)
}

func (db *database) close() { _ = db.conn.Close(context.Background()) }

// exec runs statements one by one.
func (db *database) exec(ctx context.Context, statements ...string) error {
	for _, s := range statements {
		if _, err := db.conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// value reads one value.
func value[T any](ctx context.Context, db *database, sql string, args ...any) (v T, err error) {
	if err = db.conn.QueryRow(ctx, sql, args...).Scan(&v); err != nil {
		err = fmt.Errorf("%s: %w", sql, err)
	}
	return v, err
}

// userKeys returns the server's keys of the users, by number.
func (db *database) userKeys(ctx context.Context, users int) ([]int64, error) {
	if len(db.keys) == users {
		return db.keys, nil
	}
	rows, err := db.conn.Query(ctx, `SELECT user_key_of('user-' || n) FROM generate_series(0, $1::int - 1) AS n ORDER BY n`, users)
	if err != nil {
		return nil, err
	}
	db.keys, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	return db.keys, err
}
