package sql

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Path is an SQL expression that has the rest of a transaction look names up in the system's schema, then in the schema that $1 names, then
// among the session's temporary objects: nothing that others could have made. It is the path of the schema's functions, too.
const Path = `pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp', $1::text), true)`

// PathWithExtension is like [Path], and names of TimescaleDB's are found as well, in whichever schema it is installed. Where others may
// create objects in that schema they are found, too: it is for those who read, and for migrations.
const PathWithExtension = `pg_catalog.set_config('search_path', pg_catalog.concat_ws(', ', pg_catalog.quote_ident($1::text), ` + extensionSchema + `, 'pg_temp'), true)`

// extensionSchema is the schema that holds TimescaleDB's functions, quoted, as an SQL expression; NULL without the extension. It works where
// the schema's function extension_schema is not there yet, or may not be called.
const extensionSchema = `(SELECT pg_catalog.quote_ident(n.nspname::text) FROM pg_catalog.pg_extension e
	JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'timescaledb')`

// enter sets the path of a transaction: [Path] or [PathWithExtension].
func enter(ctx context.Context, tx pgx.Tx, path, schema string) error {
	_, err := tx.Exec(ctx, "SELECT "+path, schema)
	return err
}

// EnterSession has all statements of a connection find names along [PathWithExtension]: for what measures, and tests.
func EnterSession(ctx context.Context, conn *pgx.Conn, schema string) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		var path string
		if err := tx.QueryRow(ctx, "SELECT "+PathWithExtension, schema).Scan(&path); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "SELECT pg_catalog.set_config('search_path', $1, false)", path)
		return err
	})
}

// callExtension calls a procedure of TimescaleDB's, given with its arguments, outside a transaction: there, no path can be set.
func callExtension(ctx context.Context, conn *pgx.Conn, call string) error {
	var extension string
	if err := conn.QueryRow(ctx, "SELECT coalesce("+extensionSchema+", '')").Scan(&extension); err != nil {
		return err
	}
	if extension == "" {
		return ErrNoExtension
	}
	_, err := conn.Exec(ctx, "CALL "+extension+"."+call)
	return err
}
