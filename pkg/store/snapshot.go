package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/footfall-analytics/footfall/pkg/plan"
	footfallsql "github.com/footfall-analytics/footfall/sql"
)

// Snapshot is the database at one moment, read through one or more connections. Everything that is read through it is consistent.
type Snapshot struct {
	store *Store
	txs   []pgx.Tx
	// comment stands before every statement, for people who watch the server: it names the dashboard and the panel.
	comment string
}

// attempts is how often a read is tried: that a connection broke while idle in the pool shows only when it is used.
const attempts = 3

type commentKey struct{}

// WithComment returns a context whose statements carry the text as an SQL comment.
func WithComment(ctx context.Context, text string) context.Context {
	return context.WithValue(ctx, commentKey{}, "/* "+sanitize(text)+" */ ")
}

// sanitize keeps only characters that cannot end a comment.
func sanitize(text string) string {
	kept := make([]rune, 0, len(text))
	for _, r := range text {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == ' ', r == '-', r == '_', r == ':', r == '=':
			kept = append(kept, r)
		}
	}
	return string(kept[:min(len(kept), 200)])
}

// Read runs fn on a snapshot with one connection, in a read-only transaction with the schema entered and the timeout set. It waits for
// its turn first, which the timeout does not count: many panels at once take longer, and all of them end in an answer. When ctx ends,
// the statements are cancelled on the server. When a connection turns out to be lost, fn runs again on another.
func (s *Store) Read(ctx context.Context, fn func(ctx context.Context, snapshot *Snapshot) error) error {
	if err := s.waitForTurn(ctx); err != nil {
		return err
	}
	defer s.turns.Release(1)
	ctx, cancel := context.WithTimeoutCause(ctx, s.config.QueryTimeout, ErrTimeout)
	defer cancel()
	var err error
	for range attempts {
		if err = s.readOnce(ctx, fn); !connectionLost(err) || ctx.Err() != nil {
			break
		}
	}
	if err != nil && errors.Is(context.Cause(ctx), ErrTimeout) {
		return ErrTimeout
	}
	return err
}

// waitForTurn takes one of the turns, of which there are as many as connections.
func (s *Store) waitForTurn(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, turnTimeout, ErrBusy)
	defer cancel()
	err := s.turns.Acquire(ctx, 1)
	if err != nil && errors.Is(context.Cause(ctx), ErrBusy) {
		return ErrBusy
	}
	return err
}

// connectionLost reports whether the server had ended the connection, which a transaction that only reads may try again.
func connectionLost(err error) bool {
	var pg *pgconn.PgError
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return false // there was no connection to lose
	}
	return pgconn.SafeToRetry(err) || errors.As(err, &pg) && (pg.Code == pgerrcode.AdminShutdown || pg.Code == pgerrcode.CrashShutdown)
}

func (s *Store) readOnce(ctx context.Context, fn func(ctx context.Context, snapshot *Snapshot) error) error {
	snapshot := &Snapshot{store: s}
	snapshot.comment, _ = ctx.Value(commentKey{}).(string)
	defer snapshot.narrow()
	return pgx.BeginTxFunc(ctx, s.pool, readOnly, func(tx pgx.Tx) error {
		if err := s.enter(ctx, tx); err != nil {
			return err
		}
		snapshot.txs = []pgx.Tx{tx}
		return fn(ctx, snapshot)
	})
}

var readOnly = pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}

// enter sets what the statements of a transaction need.
func (s *Store) enter(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `SELECT `+footfallsql.PathWithExtension+`, set_config('statement_timeout', $2, true)`, s.config.Schema, fmt.Sprint(s.config.QueryTimeout.Milliseconds()))
	return err
}

// Widen gives the snapshot up to n connections, as far as they are free and the server takes more: a reader that already holds one must
// neither wait for others nor fail for the lack of them.
func (s *Snapshot) Widen(ctx context.Context, n int) error {
	var id string
	for len(s.txs) < n && s.store.turns.TryAcquire(1) {
		tx, err := s.store.pool.BeginTx(ctx, readOnly)
		if err != nil {
			s.store.turns.Release(1)
			return ctx.Err()
		}
		s.txs = append(s.txs, tx)
		if id == "" {
			if err := s.txs[0].QueryRow(ctx, "SELECT pg_export_snapshot()").Scan(&id); err != nil {
				return err
			}
		}
		// Must be the transaction's first act. The server made the id: letters, digits and dashes.
		if _, err := tx.Exec(ctx, "SET TRANSACTION SNAPSHOT '"+id+"'"); err != nil {
			return err
		}
		if err := s.store.enter(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// narrow gives the added connections back.
func (s *Snapshot) narrow() {
	for i := 1; i < len(s.txs); i++ {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		_ = s.txs[i].Rollback(ctx) // nothing was written; a connection that fails is thrown away
		cancel()
		s.store.turns.Release(1)
	}
}

// Connections returns how many statements the snapshot can run at the same time.
func (s *Snapshot) Connections() int { return len(s.txs) }

// Select runs a statement on the snapshot's first connection and collects its rows. Columns are matched with R's db tags. More rows than
// the data source allows are an error.
func Select[R any](ctx context.Context, s *Snapshot, statement plan.Statement) ([]R, error) {
	limit := s.store.config.RowLimit
	limited := fmt.Sprintf("%sSELECT * FROM (\n%s\n) limited LIMIT %d", s.comment, statement.SQL, limit+1)
	rows, err := s.txs[0].Query(ctx, limited, statement.Args...)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[R])
	if err == nil && len(list) > limit {
		return nil, ErrTooManyRows
	}
	return list, err
}

// Stream runs a statement on one of the snapshot's connections and calls row for each of its rows, with the server's binary values; nil is
// null. The values are valid only during the call.
func (s *Snapshot) Stream(ctx context.Context, connection int, statement plan.Statement, row func(values [][]byte) error) error {
	conn := s.txs[connection].Conn()
	var query pgx.ExtendedQueryBuilder
	if err := query.Build(conn.TypeMap(), nil, statement.Args); err != nil {
		return err
	}
	const binary = 1 // for all columns; by default, pgx uses text for statements that are not prepared
	reader := conn.PgConn().ExecParams(ctx, s.comment+statement.SQL, query.ParamValues, nil, query.ParamFormats, []int16{binary})
	var err error
	for err == nil && reader.NextRow() {
		err = row(reader.Values())
	}
	_, closed := reader.Close()
	return cmp.Or(err, closed)
}

// Query reads one statement's rows from a snapshot of its own.
func Query[R any](ctx context.Context, s *Store, statement plan.Statement) (list []R, err error) {
	err = s.Read(ctx, func(ctx context.Context, snapshot *Snapshot) error {
		list, err = Select[R](ctx, snapshot, statement)
		return err
	})
	return list, err
}
