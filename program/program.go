// Package program has what the collector and the analyzer share as programs: settings, the log, the connection to the database, health and
// metrics.
package program

import (
	"io"
	"reflect"
	"time"

	"github.com/alecthomas/kong"
)

// NewParser returns the parser of a program's command line, whose settings are also read from FOOTFALL_... in the environment and from a
// YAML file. It calls exit after --help and the like.
func NewParser(cli any, name, description string, stdout, stderr io.Writer, exit func(int)) (*kong.Kong, error) {
	return kong.New(cli, kong.Name(name), kong.Description(description), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.DefaultEnvars("FOOTFALL"), kong.TypeMapper(reflect.TypeFor[time.Duration](), kong.MapperFunc(durationMapper)), kong.NamedMapper("age", kong.MapperFunc(ageMapper)),
		kong.Configuration(loadSettings), kong.Writers(stdout, stderr), kong.Exit(exit))
}
