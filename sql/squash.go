package sql

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// SquashAliases moves the events of aliases that are known for an hour to their users, so that analyses need not look the aliases
// up. Answers are the same before, meanwhile and after. It takes the rights of the tables' owner.
func SquashAliases(ctx context.Context, conn *pgx.Conn, schema string) error {
	if err := validateSchema(schema); err != nil {
		return err
	}
	// The schema's name was checked: nothing in it needs quotes.
	if _, err := conn.Exec(ctx, fmt.Sprintf(`CALL %[1]s.squash_aliases(NULL, '{"schema": "%[1]s"}')`, schema)); err != nil {
		return fmt.Errorf("move the events of aliases to their users: %w", err)
	}
	return nil
}
