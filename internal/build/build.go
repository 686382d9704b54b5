// Package build makes what the demo and the end-to-end tests run: the front end's bundles and the programs. It needs nothing
// outside the standard library that is large, so that mage starts quickly.
package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/magefile/mage/target"
	"golang.org/x/sync/errgroup"

	"github.com/footfall-analytics/footfall/internal/steps"
)

// minNode is the oldest version of Node.js that the front end is built with.
const minNode = 20

// Where the programs and the preview page go, from the repository's root.
var (
	Plugin    = filepath.Join("dist", fmt.Sprintf("gpx_footfall_%s_%s", runtime.GOOS, runtime.GOARCH))
	Collector = filepath.Join(".footfall", "bin", "collector")
	Demo      = filepath.Join(".footfall", "bin", "demo")
	Preview   = filepath.Join(".footfall", "preview")
)

// step is one thing to build.
type step struct {
	name string
	do   func(context.Context) (detail string, err error)
}

// Local builds what this machine runs, as far as it is not up to date, in the repository's root: the front end beside the programs.
func Local(ctx context.Context, p *steps.Printer) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, lane := range [][]step{
		{{"Node.js", checkNode}, {"npm packages", installPackages}, {"Plugin front end", frontEnd}, {"Preview page", previewPage}, {"Script for web pages", webScript}},
		{{"Plugin back end", program(Plugin, "./pkg")}, {"Collector program", program(Collector, "./collector")}, {"Demo program", program(Demo, "./internal/demo")}},
	} {
		group.Go(func() error {
			for _, s := range lane {
				if err := p.Do(s.name, func() (string, error) { return s.do(ctx) }); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

func checkNode(ctx context.Context) (string, error) {
	help := fmt.Sprintf("install Node.js %d or later, with npm, and put it on the PATH", minNode)
	version, err := exec.CommandContext(ctx, "node", "--version").Output()
	if err != nil {
		return "", fmt.Errorf("no Node.js is installed (%w): %s", err, help)
	}
	found := strings.TrimSpace(string(version))
	major, _, _ := strings.Cut(strings.TrimPrefix(found, "v"), ".")
	if n, err := strconv.Atoi(major); err != nil || n < minNode {
		return "", fmt.Errorf("the installed Node.js %s is too old: %s", found, help)
	}
	if _, err := exec.LookPath("npm"); err != nil {
		return "", fmt.Errorf("npm is not installed: %s", help)
	}
	return found, nil
}

const current = "up to date"

// installPackages installs what the lock file names, unless that was done since it last changed.
func installPackages(ctx context.Context) (string, error) {
	// npm writes this file at the end of an installation.
	stale, err := target.Path("node_modules/.package-lock.json", "package-lock.json")
	if err != nil || !stale {
		return current, err
	}
	return "installed", run(ctx, "npm", "ci")
}

func frontEnd(ctx context.Context) (string, error) {
	return bundle(ctx, "dist/module.js", "build", "src", "plugin.json", ".config", "tsconfig.json", "package-lock.json",
		"provisioning/dashboards", "README.md", "CHANGELOG.md", "LICENSE")
}

func previewPage(ctx context.Context) (string, error) {
	return bundle(ctx, filepath.Join(Preview, "index.html"), "build:preview", "src", "internal/preview/page", "plugin.json", ".config",
		"tsconfig.json", "package-lock.json")
}

func webScript(ctx context.Context) (string, error) {
	return bundle(ctx, "sdk/js/dist/footfall.js", "build:sdk", "sdk/js/footfall.ts", ".config", "tsconfig.json", "package-lock.json")
}

// bundle runs an npm script unless the file it makes is newer than all its sources.
func bundle(ctx context.Context, made, script string, sources ...string) (string, error) {
	stale, err := target.Dir(made, sources...)
	if err != nil || !stale {
		return current, err
	}
	if err := run(ctx, "npm", "run", script); err != nil {
		return "", err
	}
	// A bundler leaves a file alone whose content is the same; its time must still say that it is up to date.
	now := time.Now()
	return made, os.Chtimes(made, now, now)
}

// program builds a Go program. The compiler knows what is up to date.
func program(file, source string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		return file, run(ctx, "go", "build", "-o", file, source)
	}
}

// run runs a command silently, and returns the end of its output with the error when it fails.
func run(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	output, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	const most = 4000
	output = bytes.TrimSpace(output)
	if len(output) > most {
		output = append([]byte("... "), output[len(output)-most:]...)
	}
	return errors.New(name + " " + strings.Join(args, " ") + " failed: " + err.Error() + "\n" + string(output))
}
