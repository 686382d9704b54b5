package sql

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Path is an SQL expression that sets where the rest of a transaction looks up names: in the system's schema, then in the schema that $1
// names, then among the session's temporary objects. So it finds nothing that others could have made. The schema's functions have the same
// path.
const Path = `pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp', $1::text), true)`

// PathWithExtension is like [Path], but also finds TimescaleDB's names, in whichever schema it is installed. If others may create objects
// in that schema, these are found, too. So it is only for readers, and for migrations.
const PathWithExtension = `pg_catalog.set_config('search_path', pg_catalog.concat_ws(', ', pg_catalog.quote_ident($1::text), ` + extensionSchema + `, 'pg_temp'), true)`

// extensionSchema is the schema that holds TimescaleDB's functions, quoted, as an SQL expression; NULL without the extension. It works even
// if the schema's function extension_schema does not exist yet, or may not be called.
const extensionSchema = `(SELECT pg_catalog.quote_ident(n.nspname::text) FROM pg_catalog.pg_extension e
	JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'timescaledb')`

// enter sets the path of a transaction: [Path] or [PathWithExtension].
func enter(ctx context.Context, tx pgx.Tx, path, schema string) error {
	_, err := tx.Exec(ctx, "SELECT "+path, schema)
	return err
}

// EnterSession makes all statements of a connection look up names along [PathWithExtension]. It is for benchmarks and tests.
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

// callExtension calls one of TimescaleDB's procedures, given with its arguments, outside a transaction, where no path can be set.
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
