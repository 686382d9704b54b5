package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/footfall-analytics/footfall/program"
	"github.com/footfall-analytics/footfall/sql"
)

type migrateCmd struct{ policies }

// policies are what the database does by itself after the migration.
type policies struct {
	CompressAfter *time.Duration `help:"Age at which a day's events move to the compressed columnstore, such as 3d, with which a new schema begins. Unset, what was set before stays."`
	Retention     *time.Duration `type:"age" help:"Age at which a day's events are deleted, such as 400d; off keeps them for good, as in a new schema. Unset, what was set before stays."`
}

func (p policies) options(schema string, log func(string)) sql.Options {
	return sql.Options{Schema: schema, CompressAfter: p.CompressAfter, Retention: p.Retention, Log: log}
}

// Run brings the schema up to date and says what it did.
func (m *migrateCmd) Run(env *environment) error {
	return env.use(func(pool *pgxpool.Pool) error {
		err := migrate(env.ctx, pool, m.options(env.Schema, func(msg string) { fmt.Fprintln(env.stdout, msg) }))
		if err != nil {
			return err
		}
		roles, err := sql.RolesOf(env.ctx, pool, env.Schema)
		if err != nil {
			return err
		}
		fmt.Fprintf(env.stdout, "schema %s in database %s is at version %d\nroles: %s for the collector, %s for Grafana, %s for the analyzer\n", env.Schema, program.Describe(pool), sql.LatestVersion,
			roles.Writer, roles.Reader, roles.Analyzer)
		return nil
	})
}

func migrate(ctx context.Context, pool *pgxpool.Pool, opts sql.Options) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("the database cannot be reached: %w", err)
	}
	defer conn.Release()
	return sql.Migrate(ctx, conn.Conn(), opts)
}
