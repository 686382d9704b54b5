package sql

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
)

// functions are the schema's functions and procedures, one file per topic.
//
//go:embed functions/*.sql
var functions embed.FS

// applyFunctions replaces the schema's functions and procedures, and sets who may execute them. They look up names along [Path].
func applyFunctions(ctx context.Context, tx pgx.Tx, schema string, roles Roles) error {
	if err := enter(ctx, tx, Path, schema); err != nil {
		return err
	}
	names, err := fs.Glob(functions, "functions/*.sql")
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := functions.ReadFile(name)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, string(text)); err != nil {
			return explain(name, err)
		}
	}
	if _, err := tx.Exec(ctx, roles.in(functionGrants)); err != nil {
		return explain(fmt.Sprintf("grant the roles %s and %s their functions", roles.Writer, roles.Reader), err)
	}
	return nil
}
