package sql

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// SquashAliases moves the events of aliases that have been known for an hour to their users, so that analyses need not look up the aliases.
// Answers are the same before, during and after. It needs the rights of the tables' owner.
func SquashAliases(ctx context.Context, conn *pgx.Conn, schema string) error {
	if err := validateSchema(schema); err != nil {
		return err
	}
	// The schema's name was checked and needs no quotes.
	if _, err := conn.Exec(ctx, fmt.Sprintf(`CALL %[1]s.squash_aliases(NULL, '{"schema": "%[1]s"}')`, schema)); err != nil {
		return fmt.Errorf("move the events of aliases to their users: %w", err)
	}
	return nil
}
