// The collector takes events over HTTP and from web servers' logs and writes them to TimescaleDB. docs/collector.md
// explains its use.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/alecthomas/kong"
	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/footfall-analytics/footfall/program"
)

// cli holds every setting. The help texts are the documentation: docs/collector.md has a table made from them.
type cli struct {
	program.Settings

	Serve   serveCmd   `cmd:"" help:"Take events over HTTP."`
	Write   writeCmd   `cmd:"" help:"Take events from Kafka and write them to the database."`
	Health  healthCmd  `cmd:"" help:"Ask the collector of this machine whether it is ready; ends with status 1 when it is not."`
	Migrate migrateCmd `cmd:"" help:"Create or update the tables in the database, and set how long events are kept."`
	Import  importCmd  `cmd:"" help:"Read events from access logs of web servers."`
	Replay  replayCmd  `cmd:"" help:"Try rejected events again, after what kept the database from taking them is mended."`
	Squash  squashCmd  `cmd:"" help:"Store the events of joined users under one id, which makes questions cheaper; once a day, say."`
	Unjoin  unjoinCmd  `cmd:"" help:"Take a wrong join of two ids back."`
	Queue   queueCmd   `cmd:"" help:"Check the queue on disk, or salvage a damaged one."`
	Key     keyCmd     `cmd:"" help:"Make, list and revoke write keys."`
	Forget  forgetCmd  `cmd:"" help:"Delete everything of a user."`
	Export  exportCmd  `cmd:"" help:"Write everything of a user, as JSON lines."`
}

const description = `Footfall's collector: events in, rows of the hypertable out. Every setting is a flag, a variable
FOOTFALL_... in the environment, or an entry of the file that --config names, in this order of precedence.`

func newParser(c *cli, stdout, stderr io.Writer, exit func(int)) (*kong.Kong, error) {
	return program.NewParser(c, "collector", description, stdout, stderr, exit)
}

func main() {
	var c cli
	parser, err := newParser(&c, os.Stdout, os.Stderr, os.Exit)
	program.Main(parser, err, func(ctx context.Context) any {
		return &environment{ctx: ctx, cli: &c, stdout: os.Stdout, stderr: os.Stderr, grace: time.Minute}
	})
}

// environment is what all commands share.
type environment struct {
	ctx            context.Context
	*cli           // the settings of all commands
	stdout, stderr io.Writer
	// grace is how long the program may take to end. Commands that run for long have a setting for it.
	grace time.Duration
}

// use runs a command with a pool on the database, which need not be there yet.
func (e *environment) use(command func(pool *pgxpool.Pool) error) error {
	pool, err := e.connect()
	if err != nil {
		return err
	}
	defer program.ClosePool(pool, e.grace)
	return command(pool)
}

// own runs a command of the tables' owner with one connection, if the schema has the version that this program knows. Errors about rights
// say who has them.
func (e *environment) own(command func(conn *pgx.Conn) error) error {
	return e.use(func(pool *pgxpool.Pool) error {
		if err := program.Ready(e.ctx, pool, e.Schema); err != nil {
			return err
		}
		err := pool.AcquireFunc(e.ctx, func(conn *pgxpool.Conn) error { return command(conn.Conn()) })
		if pg := (*pgconn.PgError)(nil); errors.As(err, &pg) && pg.Code == pgerrcode.InsufficientPrivilege {
			return fmt.Errorf("%w; connect as the owner of the tables, as for collector migrate", err)
		}
		return err
	})
}

// connect prepares a pool; the database need not be there yet. Errors never show the password.
func (e *environment) connect() (*pgxpool.Pool, error) {
	config, err := program.PoolConfig(e.Database, "footfall collector", e.stderr)
	if err != nil {
		return nil, err
	}
	return pgxpool.NewWithConfig(e.ctx, config)
}
