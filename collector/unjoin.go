package main

import (
	"fmt"

	"github.com/footfall-analytics/footfall/collector/people"
)

// unjoinCmd needs the owner of the tables.
type unjoinCmd struct {
	Alias string `arg:"" help:"The id that is no alias of its user: it becomes a user of its own again, with its events."`
}

// Run makes an alias a user of its own again and says what that moved.
func (c *unjoinCmd) Run(env *environment) error {
	pool, err := env.connect()
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := ready(env.ctx, pool, env.Schema); err != nil {
		return err
	}
	conn, err := pool.Acquire(env.ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	u, err := people.Unjoin(env.ctx, conn.Conn(), env.Schema, c.Alias)
	if err != nil {
		return needsOwner(err)
	}
	fmt.Fprintf(env.stdout, "%s is no longer %s\n%8d events went with it that were stored under %s\n", c.Alias, u.User, u.Events, u.User)
	if u.Unsure > 0 {
		fmt.Fprintf(env.stdout, "%8d of them are from before version 8 of the schema, and may have been said of %s on the same device\n", u.Unsure, u.User)
	}
	fmt.Fprintf(env.stdout, "What events say joins %s with nobody again.\n", c.Alias)
	return nil
}
