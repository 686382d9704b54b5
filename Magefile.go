//go:build mage

// What is done with this repository. docs/development.md says more of each.
package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	sdk "github.com/grafana/grafana-plugin-sdk-go/build"
	"github.com/magefile/mage/mg"
	"github.com/magefile/mage/sh"

	"github.com/footfall-analytics/footfall/internal/leash"
	"github.com/footfall-analytics/footfall/internal/programs"
)

// Build builds the plugin, the collector and the analyzer for Linux, macOS and Windows on amd64 and arm64: the plugin in dist and as a zip, the
// other programs beside the zip in .footfall/release.
func Build(ctx context.Context) error {
	if err := sdk.SetBeforeBuildCallback(func(c sdk.Config) (sdk.Config, error) {
		c.PluginJSONPath = "."
		return c, nil
	}); err != nil {
		return err
	}
	return programs.BuildRelease(ctx, programs.NewPrinter(os.Stdout), sdk.Build{}.Custom)
}

// local builds what the other commands run.
func local(ctx context.Context) error {
	return programs.BuildLocal(ctx, programs.NewPrinter(os.Stdout))
}

// Demo shows Footfall at work on a made-up shop's traffic, until Ctrl-C.
func Demo(ctx context.Context) error {
	ctx = leash.Follow(ctx)
	mg.CtxDeps(ctx, local)
	if err := ctx.Err(); err != nil {
		return err
	}
	// The demo takes this process over, so that signals reach it and its exit status is mage's.
	return syscall.Exec(programs.DemoFile, []string{programs.DemoFile}, os.Environ())
}

// Test proves that Footfall does what it says: style, types, the tests in Go and TypeScript, the path of an event from HTTP to
// a panel, and the preview page in a real browser. FOOTFALL_TEST_DSN names a TimescaleDB server to test on as well.
func Test(ctx context.Context) error {
	ctx = leash.Follow(ctx)
	mg.CtxDeps(ctx, local)
	printer := programs.NewPrinter(os.Stdout)
	if err := printer.Do("Browser", func() (string, error) { return programs.Browser(ctx) }); err != nil {
		return err
	}
	linter, err := programs.Linter(ctx, printer)
	if err != nil {
		return err
	}
	checks := [][]string{
		{linter, "run", "./...", "./sdk/go/..."}, // a module of its own
		{"npm", "run", "--silent", "typecheck"},
		{"npm", "run", "--silent", "lint"},
		{"npm", "run", "--silent", "test:ci"},
		{"go", "test", "-timeout", "40m", "./...", "./sdk/go/..."},
	}
	race := []string{"go", "test", "-race", "./collector/queue", "./sdk/go"}
	why := programs.RaceDetector(ctx)
	if why == nil {
		checks = append(checks, race)
	}
	for _, check := range checks {
		if err := show(ctx, check...); err != nil {
			return err
		}
	}
	if why != nil {
		fmt.Printf("\nLeft out: %s. The race detector does not work here: %v\n"+
			"It needs a C compiler (on Debian: apt-get install gcc libc6-dev). The same tests have run without it.\n", strings.Join(race, " "), why)
	}
	return nil
}

// show runs a command that ends with this program, with its name above what it prints, and the time that it took below.
func show(ctx context.Context, command ...string) error {
	fmt.Printf("\n%s\n", strings.Join(command, " "))
	start := time.Now()
	cmd := leash.Command(ctx, command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", strings.Join(command, " "), err)
	}
	fmt.Printf("  %.1f s\n", time.Since(start).Seconds())
	return nil
}

// Pictures makes the pictures of the docs anew: each analysis on the preview page, and with GRAFANA_URL set, each dashboard in that
// Grafana.
func Pictures(ctx context.Context) error {
	mg.CtxDeps(ctx, local)
	if os.Getenv("GRAFANA_URL") != "" {
		if err := sh.RunV("npx", "--no-install", "playwright", "test", "--project=pictures"); err != nil {
			return err
		}
	}
	return sh.RunV("go", "test", "./internal/e2e", "-run", "TestPictures", "-pictures", "-timeout", "30m")
}

// Bench measures the answers on the TimescaleDB server of FOOTFALL_DSN, against ClickHouse where Debian's clickhouse-server is
// installed. See docs/performance.md.
func Bench() error { return sh.RunV("go", "run", "./internal/bench") }

// Chaos proves that every event that the collector acknowledges is in the database once, whatever is killed, broken or full
// meanwhile: on the server of FOOTFALL_DSN or on the embedded database. See docs/development.md.
func Chaos() error { return sh.RunV("go", "run", "./internal/chaos") }

// BenchIngest measures how fast the collector takes events and writes them to the TimescaleDB server of FOOTFALL_DSN, next to a
// bare COPY. See docs/performance.md.
func BenchIngest(ctx context.Context) error {
	mg.CtxDeps(ctx, local)
	return sh.RunV("go", "run", "./internal/bench", "ingest")
}
