package main

import (
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/collector/people"
)

// unjoinCmd needs the owner of the tables.
type unjoinCmd struct {
	Alias string `arg:"" help:"The id that is no alias of its user: it becomes a user of its own again, with its events."`
}

// Run makes an alias a user of its own again and says what that moved.
func (c *unjoinCmd) Run(env *environment) error {
	return env.own(func(conn *pgx.Conn) error {
		u, err := people.Unjoin(env.ctx, conn, env.Schema, c.Alias)
		if err != nil {
			return err
		}
		fmt.Fprintf(env.stdout, "%s is no longer %s\n%8d events went with it that were stored under %s\n", c.Alias, u.User, u.Events, u.User)
		if u.Unsure > 0 {
			fmt.Fprintf(env.stdout, "%8d of them are from before version 8 of the schema, and may have been said of %s on the same device\n", u.Unsure, u.User)
		}
		fmt.Fprintf(env.stdout, "What events say joins %s with nobody again.\n", c.Alias)
		return nil
	})
}
