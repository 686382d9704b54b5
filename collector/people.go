package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/term"

	"github.com/footfall-analytics/footfall/collector/people"
)

// user is the user that a command is about. The commands need the owner of the tables; export only needs to read them all.
type user struct {
	User string `arg:"" help:"An id of the user: the user id, or one that was joined with it."`
}

type exportCmd struct{ user }

// Run writes everything that is stored about a user to the standard output.
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

type unjoinCmd struct {
	Alias string `arg:"" help:"The id that is no alias of its user: it becomes a user of its own again, with its events."`
}

// Run makes an alias a user of its own again and prints what that moved.
func (c *unjoinCmd) Run(env *environment) error {
	return env.own(func(conn *pgx.Conn) error {
		u, err := people.Unjoin(env.ctx, conn, env.Schema, c.Alias)
		if err != nil {
			return err
		}
		fmt.Fprintf(env.stdout, "%s is no longer %s\n", c.Alias, u.User)
		printEffects(env.stdout, effect{u.Events, "events went with it that were stored under " + u.User})
		if u.Unsure > 0 {
			printEffects(env.stdout, effect{u.Unsure, fmt.Sprintf("of them are from before version 8 of the schema, and may have been said of %s on the same device", u.User)})
		}
		fmt.Fprintf(env.stdout, "What events say joins %s with nobody again.\n", c.Alias)
		return nil
	})
}

type forgetCmd struct {
	user
	Yes bool `help:"Do not ask."`
}

// Run deletes everything about a user and prints what it was.
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
		printEffects(env.stdout, effect{f.Events, fmt.Sprintf("events, on %d days", f.Days)}, effect{f.Profiles, "profiles"}, effect{f.Aliases, "aliases"},
			effect{f.Memberships, "memberships in segments, past ones too"},
			effect{f.RejectedEvents, "rejected events"}, effect{f.Unlinked, "events of other users that named an anonymous id of this one; they stay, without it"})
		fmt.Fprintln(env.stdout, "What was received before and still waits will not be stored.")
		tellUnclear(env.stdout, f.Unclear)
		return nil
	})
}

// effect is the number and the kind of rows that a command has changed.
type effect struct {
	number int
	what   string
}

func printEffects(w io.Writer, list ...effect) {
	for _, c := range list {
		fmt.Fprintf(w, "%8d %s\n", c.number, c.what)
	}
}

// tellUnclear prints the rejected events whose user nobody can tell.
func tellUnclear(w io.Writer, ids []int64) {
	if len(ids) > 0 {
		fmt.Fprintf(w, "%d rows of rejected_events cannot be read by this version and have the text of an id in them; look at them yourself: id IN (%s)\n",
			len(ids), strings.ReplaceAll(strings.Trim(fmt.Sprint(ids), "[]"), " ", ", "))
	}
}

// confirm asks for confirmation in a terminal; elsewhere it demands --yes.
func (c *forgetCmd) confirm(env *environment) error {
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return errors.New("this deletes everything of the user for good; say so with --yes")
	}
	fmt.Fprintf(env.stdout, "Delete everything of the user %q, for good? Type yes: ", c.User)
	answer, _ := bufio.NewReader(os.Stdin).ReadString('\n') // end of input means no
	if strings.TrimSpace(answer) != "yes" {
		return errors.New("nothing was deleted")
	}
	return nil
}
