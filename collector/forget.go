package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/term"

	"github.com/footfall-analytics/footfall/collector/people"
)

// forgetCmd needs the owner of the tables.
type forgetCmd struct {
	User string `arg:"" help:"An id of the user: the user id, or one that was joined with it."`
	Yes  bool   `help:"Do not ask."`
}

// Run deletes everything of a user and says what it was.
func (c *forgetCmd) Run(env *environment) error {
	if !c.Yes {
		if err := c.confirm(env); err != nil {
			return err
		}
	}
	return env.own(func(conn *pgx.Conn) error {
		f, err := people.Forget(env.ctx, conn, env.Schema, c.User)
		if err != nil {
			return err
		}
		fmt.Fprintf(env.stdout, "forgotten: %s\n", strings.Join(f.IDs, ", "))
		for _, row := range []struct {
			number int
			what   string
		}{
			{f.Events, fmt.Sprintf("events, on %d days", f.Days)}, {f.Profiles, "profiles"}, {f.Aliases, "aliases"}, {f.RejectedEvents, "rejected events"},
			{f.Unlinked, "events of other users that named an anonymous id of this one; they stay, without it"},
		} {
			fmt.Fprintf(env.stdout, "%8d %s\n", row.number, row.what)
		}
		fmt.Fprintln(env.stdout, "What was received before and still waits will not be stored.")
		tellUnclear(env.stdout, f.Unclear)
		return nil
	})
}

// tellUnclear names the rejected events of which nobody can say whose they are.
func tellUnclear(w io.Writer, ids []int64) {
	if len(ids) > 0 {
		fmt.Fprintf(w, "%d rows of rejected_events cannot be read by this version and have the text of an id in them; look at them yourself: id IN (%s)\n",
			len(ids), strings.ReplaceAll(strings.Trim(fmt.Sprint(ids), "[]"), " ", ", "))
	}
}

// confirm asks in a terminal; elsewhere only --yes will do.
func (c *forgetCmd) confirm(env *environment) error {
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return errors.New("this deletes everything of the user for good; say so with --yes")
	}
	fmt.Fprintf(env.stdout, "Delete everything of the user %q, for good? Type yes: ", c.User)
	answer, _ := bufio.NewReader(os.Stdin).ReadString('\n') // an end without an answer is a no
	if strings.TrimSpace(answer) != "yes" {
		return errors.New("nothing was deleted")
	}
	return nil
}

// needsOwner adds what to do where a role may not do what was asked of it.
func needsOwner(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "42501" { // insufficient_privilege
		return fmt.Errorf("%w; connect as the owner of the tables, as for collector migrate", err)
	}
	return err
}
