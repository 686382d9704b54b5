package main

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/footfall-analytics/footfall/collector/keys"
)

// keyCmd manages write keys. It needs the owner of the tables: a collector reads the keys and cannot make any.
type keyCmd struct {
	Add    keyAddCmd    `cmd:"" help:"Make a key and print it, once."`
	List   keyListCmd   `cmd:"" help:"Show all keys' names and rights, revoked ones too."`
	Revoke keyRevokeCmd `cmd:"" help:"Turn a key off for good."`
}

type keyAddCmd struct {
	Name   string   `arg:"" help:"Who will send with it, such as shop-web."`
	Origin []string `help:"Web site whose pages may use the key, such as https://shop.example; several by commas. Without any, all may." placeholder:"ORIGIN"`
	Rate   int      `help:"Events a second that may be sent with the key, on average; 0 for no limit. At once: those of a second, or 1000 if that is more." default:"0"`
}

// Validate checks the settings for kong.
func (c *keyAddCmd) Validate() error {
	if c.Rate < 0 {
		return fmt.Errorf("--rate %d: name events a second, or 0 for no limit", c.Rate)
	}
	return nil
}

// Run makes a key. Only the key goes to the standard output, for scripts.
func (c *keyAddCmd) Run(env *environment) error {
	return env.own(func(conn *pgx.Conn) error {
		key, err := keys.Add(env.ctx, conn, env.Schema, keys.Key{Name: c.Name, Origins: c.Origin, Rate: c.Rate})
		if err != nil {
			return err
		}
		fmt.Fprintf(env.stderr, "This is the key. Keep it: only its hash is stored, nobody can show it again. It holds in %s at the latest.\n", keys.RefreshInterval)
		fmt.Fprintln(env.stdout, key)
		return nil
	})
}

type keyListCmd struct{}

// Run prints a table of the keys.
func (*keyListCmd) Run(env *environment) error {
	return env.use(func(pool *pgxpool.Pool) error {
		list, err := keys.List(env.ctx, pool, env.Schema)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "NAME\tENABLED\tEVENTS/S\tORIGINS\tCREATED")
		for _, k := range list {
			limit, origins := "no limit", "all"
			if k.Rate > 0 {
				limit = strconv.Itoa(k.Rate)
			}
			if len(k.Origins) > 0 {
				origins = strings.Join(k.Origins, ", ")
			}
			fmt.Fprintf(table, "%s\t%t\t%s\t%s\t%s\n", k.Name, k.Enabled, limit, origins, k.CreatedAt.UTC().Format(time.RFC3339))
		}
		return table.Flush()
	})
}

type keyRevokeCmd struct {
	Name string `arg:"" help:"The key's name, as collector key list shows it."`
}

// Run revokes a key.
func (c *keyRevokeCmd) Run(env *environment) error {
	return env.own(func(conn *pgx.Conn) error {
		if err := keys.Revoke(env.ctx, conn, env.Schema, c.Name); err != nil {
			return err
		}
		fmt.Fprintf(env.stdout, "the key %q is turned off; collectors know in %s at the latest\n", c.Name, keys.RefreshInterval)
		return nil
	})
}
