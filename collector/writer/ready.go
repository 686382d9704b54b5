package writer

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// mayExecute finds the functions that every batch may need and this role may not call.
const mayExecute = `SELECT coalesce(min(proname), '') FROM pg_proc WHERE pronamespace = quote_ident($1)::regnamespace
	AND proname IN ('store_events', 'join_told', 'tell_traits') AND NOT has_function_privilege(oid, 'EXECUTE')`

// Ready reports why the database does not take events: it does all that is done with a batch, without one.
func (t *Table) Ready(ctx context.Context) error {
	tried := errors.New("tried") // so that it is taken back
	err := t.transaction(ctx, minAttempt, func(tx pgx.Tx) error {
		var function string
		if err := tx.QueryRow(ctx, mayExecute, t.Schema).Scan(&function); err != nil {
			return err
		}
		if function != "" {
			return fmt.Errorf("the role may not call the function %s", function)
		}
		var stored int
		var told []string
		if err := tx.QueryRow(ctx, storeEvents, columnsOf(nil)...).Scan(&stored, &told); err != nil {
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
	return fmt.Errorf("the database does not take events: %w", err)
}
