package writer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/footfall-analytics/footfall/collector/event"
)

// mayExecute selects a function that batches may need and this role may not call.
const mayExecute = `SELECT coalesce(min(proname), '') FROM pg_proc WHERE pronamespace = quote_ident($1)::regnamespace
	AND proname IN ('store_events', 'join_told', 'tell_traits') AND NOT has_function_privilege(oid, 'EXECUTE')`

// Ready returns, in a sentence, why the database does not take events: it does everything that is done for a batch, but without events, and
// looks at what became of the last batch.
func (t *Table) Ready(ctx context.Context) error {
	err := t.rehearse(ctx, minAttempt, nil)
	if last := t.failed.Load(); err == nil && last != nil && time.Since(last.at) < lastHolds {
		return fmt.Errorf("the database has taken no events since %s: %s", last.since.UTC().Format(time.RFC3339), explain(last.err))
	}
	if err != nil {
		return fmt.Errorf("the database does not take events: %s", explain(err))
	}
	return nil
}

// failure is the error of the transactions that have failed since the last success.
type failure struct {
	err       error
	since, at time.Time
}

// lastHolds is for how long a failed transaction counts: longer than until the next attempt, if there is any.
const lastHolds = 3 * time.Minute

// note remembers what became of a transaction with events.
func (t *Table) note(err error) {
	if err == nil || dataFault(err) != nil {
		t.failed.Store(nil)
		return
	}
	now := time.Now()
	next := &failure{err, now, now}
	if last := t.failed.Load(); last != nil && now.Sub(last.at) < lastHolds {
		next.since = last.since
	}
	t.failed.Store(next)
}

// causes are the errors that an administrator can do something about, in plain words.
var causes = map[string]string{
	pgerrcode.DiskFull:                          "its disk is full",
	pgerrcode.OutOfMemory:                       "it has no memory or no locks left (max_locks_per_transaction)",
	pgerrcode.TooManyConnections:                "it has no connections left (max_connections)",
	pgerrcode.ConfigurationLimitExceeded:        "a limit of its settings is reached",
	pgerrcode.ReadOnlySQLTransaction:            "it is read-only",
	pgerrcode.QueryCanceled:                     "it had no time for them (statement_timeout, or a lock that somebody holds)",
	pgerrcode.LockNotAvailable:                  "somebody holds a lock on its tables",
	pgerrcode.InsufficientPrivilege:             "the role lacks a right",
	pgerrcode.InvalidPassword:                   "it does not take the password",
	pgerrcode.InvalidAuthorizationSpecification: "it does not let this role in",
	pgerrcode.InvalidCatalogName:                "there is no such database",
	pgerrcode.CannotConnectNow:                  "it is starting or shutting down",
	pgerrcode.AdminShutdown:                     "it is shutting down",
	pgerrcode.IOError:                           "its disk cannot be read or written",
	pgerrcode.DataCorrupted:                     "its files are damaged",
	pgerrcode.IndexCorrupted:                    "an index of it is damaged",
}

// explain returns, in plain words, why the database failed, with the database's own message.
func explain(err error) string {
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &pg) && causes[pg.Code] != "":
		return fmt.Sprintf("%s: %s", causes[pg.Code], err)
	case errors.As(err, new(*pgconn.ConnectError)):
		return fmt.Sprintf("it cannot be reached: %s", err)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("it does not answer in time: %s", err)
	}
	return err.Error()
}

// rehearse does what is done for a batch, and rolls it back.
func (t *Table) rehearse(ctx context.Context, limit time.Duration, events []event.Event) error {
	tried := errors.New("tried") // so that it is rolled back
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := t.transaction(ctx, limit, func(tx pgx.Tx) error {
		var function string
		if err := tx.QueryRow(ctx, mayExecute, t.Schema).Scan(&function); err != nil {
			return err
		}
		if function != "" {
			return fmt.Errorf("the role may not call the function %s", function)
		}
		var stored int
		var told []string
		if err := tx.QueryRow(ctx, storeEvents, columnsOf(events)...).Scan(&stored, &told); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO rejected_events (event_id, user_id, reason, record) SELECT gen_random_uuid(), '', '', '' WHERE false`); err != nil {
			return err
		}
		return tried
	})
	if errors.Is(err, tried) {
		return nil
	}
	return err
}
