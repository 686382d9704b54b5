package sql

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// LastVersionOfSharedRoles is the last that had the same two roles for all installations of a server.
const LastVersionOfSharedRoles = 7

// MigrateAsBefore makes a schema as one of the versions did that had the same two roles for all installations of a server, here with
// names of the test's own.
func MigrateAsBefore(ctx context.Context, conn *pgx.Conn, schema string, version int, roles Roles) error {
	if err := ensureExtension(ctx, conn); err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if err := enterSchema(ctx, tx, schema); err != nil {
			return err
		}
		for _, m := range migrations()[:version] {
			if _, err := tx.Exec(ctx, roles.in(m.text)); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO schema_migrations (version, name) VALUES ($1, $2)`, m.version, m.name); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `DROP TABLE installation`)
		return err
	})
}

// SetClusterRoles has migrations take other roles for those of all installations. It returns how to take that back.
func SetClusterRoles(roles Roles) (restore func()) {
	before := clusterRoles
	clusterRoles = roles
	return func() { clusterRoles = before }
}
