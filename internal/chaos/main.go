// Chaos proves that nothing acknowledged is lost or doubled. It runs the real collector between senders and a TimescaleDB server,
// kills it again and again at random moments, breaks connections, fills the disk and spoils what was being written, and then
// compares the table with what was sent. "go tool mage chaos" runs it; see docs/development.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/footfall-analytics/footfall/internal/embedded"
)

// options are the command line.
type options struct {
	dsn    string
	rounds int
	seed   uint64
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := start(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

func start(ctx context.Context) error {
	o := options{dsn: os.Getenv("FOOTFALL_DSN")}
	flag.IntVar(&o.rounds, "rounds", 300, "rounds; in each one the collector is killed at least once")
	flag.Uint64Var(&o.seed, "seed", uint64(time.Now().UnixNano()), "seed of what is sent and what goes wrong; when exactly is up to the machine")
	flag.Parse()
	switch {
	case flag.NArg() > 0:
		return fmt.Errorf("%q is not understood: -help lists the flags", flag.Arg(0))
	case o.rounds < 1:
		return errors.New("-rounds must be 1 or more")
	}
	if o.dsn == "" {
		server, err := embedded.Start(ctx, embedded.Options{})
		if err != nil {
			return err
		}
		defer server.Stop()
		o.dsn = server.DSN()
	}
	return run(ctx, o)
}
