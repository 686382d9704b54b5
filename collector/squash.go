package main

import (
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/sql"
)

type squashCmd struct{}

// Run gives the events of aliases to their users in the table itself. Answers stay the same and become cheaper.
func (c *squashCmd) Run(env *environment) error {
	return env.own(func(conn *pgx.Conn) error {
		if err := sql.SquashAliases(env.ctx, conn, env.Schema); err != nil {
			return err
		}
		fmt.Fprintln(env.stdout, "the events of all aliases that are an hour old are stored under their users now")
		return nil
	})
}
