package main

import (
	"fmt"

	"github.com/footfall-analytics/footfall/sql"
)

type squashCmd struct{}

// Run gives the events of aliases to their users in the table itself. It changes no answer, and makes them cheaper.
func (c *squashCmd) Run(env *environment) error {
	pool, err := env.connect()
	if err != nil {
		return err
	}
	defer pool.Close()
	conn, err := pool.Acquire(env.ctx)
	if err != nil {
		return fmt.Errorf("the database cannot be reached: %w", err)
	}
	defer conn.Release()
	if err := sql.SquashAliases(env.ctx, conn.Conn(), env.Schema); err != nil {
		return err
	}
	fmt.Fprintln(env.stdout, "the events of all aliases that are an hour old are stored under their users now")
	return nil
}
