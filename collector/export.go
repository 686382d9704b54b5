package main

import (
	"bufio"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/collector/people"
)

// exportCmd needs a role that may read all tables, such as their owner.
type exportCmd struct {
	User string `arg:"" help:"An id of the user: the user id, or one that was joined with it."`
}

// Run writes everything that is stored of a user to the standard output.
func (c *exportCmd) Run(env *environment) error {
	return env.own(func(conn *pgx.Conn) error {
		out := bufio.NewWriter(env.stdout)
		lines, err := people.Export(env.ctx, conn, env.Schema, c.User, out)
		if err = errors.Join(err, out.Flush()); err != nil {
			return fmt.Errorf("the export is not complete: %w", err)
		}
		fmt.Fprintf(env.stderr, "%d rows\n", lines)
		return nil
	})
}
