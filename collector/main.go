// The collector takes events over HTTP and from web servers' logs and writes them to TimescaleDB. docs/collector.md
// explains its use.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// cli holds every setting. The help texts are the documentation: docs/collector.md has a table made from them.
type cli struct {
	Config   kong.ConfigFlag `help:"YAML file with settings: those of all commands at the top, those of one command under its name." placeholder:"FILE"`
	Database string          `help:"Connection string of the database, such as postgres://user:password@host:5432/name. The usual PG* variables complete it." env:"FOOTFALL_DSN" placeholder:"DSN"`
	Schema   string          `help:"Database schema that holds Footfall's tables." default:"footfall"`
	LogLevel slog.Level      `help:"Least level that is logged: debug, info, warn or error." default:"info"`

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
	return kong.New(c, kong.Name("collector"), kong.Description(description), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.DefaultEnvars("FOOTFALL"), kong.TypeMapper(reflect.TypeFor[time.Duration](), kong.MapperFunc(durationMapper)), kong.NamedMapper("age", kong.MapperFunc(ageMapper)),
		kong.Configuration(loadSettings), kong.Writers(stdout, stderr), kong.Exit(exit))
}

func main() {
	// The first signal asks for an orderly end; a second one ends the process at once.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	context.AfterFunc(ctx, stop)
	var c cli
	parser, err := newParser(&c, os.Stdout, os.Stderr, os.Exit)
	if err != nil {
		panic(err) // the structs are wrong
	}
	command, err := parser.Parse(os.Args[1:])
	parser.FatalIfErrorf(err)
	if err := command.Run(&environment{ctx: ctx, cli: &c, stdout: os.Stdout, stderr: os.Stderr, grace: time.Minute}); err != nil {
		fmt.Fprintln(os.Stderr, "collector: "+err.Error())
		os.Exit(1)
	}
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
	defer e.closePool(pool)
	return command(pool)
}

// own runs a command of the tables' owner with one connection, if the schema has the version that this program knows. Errors about rights
// say who has them.
func (e *environment) own(command func(conn *pgx.Conn) error) error {
	return e.use(func(pool *pgxpool.Pool) error {
		if err := ready(e.ctx, pool, e.Schema); err != nil {
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
	if e.Database == "" {
		return nil, errors.New("no database is set: use --database or FOOTFALL_DSN, such as postgres://user:password@host:5432/name")
	}
	config, err := pgxpool.ParseConfig(e.Database)
	if err != nil {
		return nil, fmt.Errorf("--database: %w", err)
	}
	if host := fallsBack(config.ConnConfig); host != "" {
		slog.New(slog.NewJSONHandler(e.stderr, nil)).Warn("the password and the events may go over the network in plain text: whoever stands between can turn TLS off. Say sslmode=verify-full (or disable) in --database",
			"host", host)
	}
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "footfall collector"
	}
	return pgxpool.NewWithConfig(e.ctx, config)
}

// closePool closes the pool. A server that has gone away does not answer; then the end of the process must do. It waits no longer than what
// the command has left of the grace.
func (e *environment) closePool(pool *pgxpool.Pool) {
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		pool.Close()
	}()
	select {
	case <-closed:
	case <-time.After(spare(e.grace) / 8):
	}
}

// fallsBack returns a host on the network to which connections fall back from TLS to plain text: with sslmode allow, or prefer, which is
// the default.
func fallsBack(config *pgx.ConnConfig) (host string) {
	hosts := map[string][]bool{config.Host: {config.TLSConfig == nil}}
	for _, other := range config.Fallbacks {
		hosts[other.Host] = append(hosts[other.Host], other.TLSConfig == nil)
	}
	for host, plain := range hosts {
		ip := net.ParseIP(host)
		local := host == "localhost" || strings.HasPrefix(host, "/") || ip != nil && ip.IsLoopback()
		if !local && slices.Contains(plain, true) && slices.Contains(plain, false) {
			return host
		}
	}
	return ""
}
