// Package program has what the collector and the analyzer share as programs: settings, the log, the connection to the database, health and
// metrics.
package program

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"reflect"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

// Settings are those that all commands of all programs have. They are fields of a program's command line.
type Settings struct {
	Config   kong.ConfigFlag `help:"YAML file with settings: those of all commands at the top, those of one command under its name." placeholder:"FILE"`
	Database string          `help:"Connection string of the database, such as postgres://user:password@host:5432/name. The usual PG* variables complete it." env:"FOOTFALL_DSN" placeholder:"DSN"`
	Schema   string          `help:"Database schema that holds Footfall's tables." default:"footfall"`
	LogLevel slog.Level      `help:"Least level that is logged: debug, info, warn or error." default:"info"`
}

// Main runs the command that the process's arguments name, of a parser that [NewParser] returned, with what all commands share, and ends the process with status 1 if it fails. The
// context ends when a signal asks for an orderly end; a second signal ends the process at once.
func Main(parser *kong.Kong, err error, shared func(context.Context) any) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	context.AfterFunc(ctx, stop)
	if err != nil {
		panic(err) // the structs are wrong
	}
	command, err := parser.Parse(os.Args[1:])
	parser.FatalIfErrorf(err)
	if err := command.Run(shared(ctx)); err != nil {
		fmt.Fprintln(os.Stderr, parser.Model.Name+": "+err.Error())
		os.Exit(1)
	}
}

// NewParser returns the parser of a program's command line, whose settings are also read from FOOTFALL_... in the environment and from a
// YAML file. It calls exit after --help and the like.
func NewParser(cli any, name, description string, stdout, stderr io.Writer, exit func(int)) (*kong.Kong, error) {
	return kong.New(cli, kong.Name(name), kong.Description(description), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.DefaultEnvars("FOOTFALL"), kong.TypeMapper(reflect.TypeFor[time.Duration](), kong.MapperFunc(durationMapper)), kong.NamedMapper("age", kong.MapperFunc(ageMapper)),
		kong.Configuration(loadSettings), kong.Writers(stdout, stderr), kong.Exit(exit))
}
