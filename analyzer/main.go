// The analyzer keeps what is known of people up to date: segments. docs/segments.md explains its use.
package main

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/alecthomas/kong"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/footfall-analytics/footfall/analyzer/segments"
	"github.com/footfall-analytics/footfall/program"
)

// cli holds every setting. The help texts are the documentation: docs/segments.md has a table made from them.
type cli struct {
	program.Settings
	QueryTimeout time.Duration `help:"Longest time to find the members of one segment." default:"10m"`

	Serve    serveCmd    `cmd:"" help:"Keep segments up to date, and answer the API."`
	Health   healthCmd   `cmd:"" help:"Ask the analyzer of this machine whether it is ready; ends with status 1 when it is not."`
	Segments segmentsCmd `cmd:"" help:"Create, change, refresh, import and list segments."`
	Token    tokenCmd    `cmd:"" help:"Make a token for the API, and print it. It is stored nowhere: give it to the analyzer as FOOTFALL_ANALYZER_TOKEN, and to the data source."`
}

const description = `Footfall's analyzer keeps segments up to date: who is in them, since when. Every setting is a flag, a variable
FOOTFALL_... in the environment, or an entry of the file that --config names, in this order of precedence.`

func newParser(c *cli, stdout, stderr io.Writer, exit func(int)) (*kong.Kong, error) {
	return program.NewParser(c, "analyzer", description, stdout, stderr, exit)
}

func main() {
	var c cli
	parser, err := newParser(&c, os.Stdout, os.Stderr, os.Exit)
	program.Main(parser, err, func(ctx context.Context) any {
		return &environment{ctx: ctx, cli: &c, stdout: os.Stdout, stderr: os.Stderr}
	})
}

// environment is what all commands share.
type environment struct {
	ctx            context.Context
	*cli           // the settings of all commands
	stdout, stderr io.Writer
}

// grace is how long the program may take to end.
const grace = 10 * time.Second

// open returns the segments of the database, which need not be there yet, and a function that closes the connections.
func (e *environment) open() (s *segments.Segments, end func(), err error) {
	config, err := program.PoolConfig(e.Database, "footfall analyzer", e.stderr)
	if err != nil {
		return nil, nil, err
	}
	// One round trip per statement and no prepared statements: this works through transaction poolers and on the embedded database.
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	config.ConnConfig.ConnectTimeout = 10 * time.Second
	pool, err := pgxpool.NewWithConfig(e.ctx, config)
	if err != nil {
		return nil, nil, err
	}
	return segments.Open(pool, e.Schema, e.QueryTimeout), func() { program.ClosePool(pool, grace) }, nil
}

// use runs a command on the segments of a database that is there and has the tables.
func (e *environment) use(command func(s *segments.Segments) error) error {
	s, end, err := e.open()
	if err != nil {
		return err
	}
	defer end()
	if err := program.Ready(e.ctx, s.Pool, e.Schema); err != nil {
		return err
	}
	return command(s)
}
