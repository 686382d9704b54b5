package programs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/magefile/mage/target"
	"golang.org/x/sync/errgroup"
)

// Where the programs and the preview page go, from the repository's root.
var (
	PluginFile    = filepath.Join("dist", fmt.Sprintf("gpx_footfall_%s_%s", runtime.GOOS, runtime.GOARCH))
	CollectorFile = filepath.Join(".footfall", "bin", "collector")
	AnalyzerFile  = filepath.Join(".footfall", "bin", "analyzer")
	DemoFile      = filepath.Join(".footfall", "bin", "demo")
	PreviewFolder = filepath.Join(".footfall", "preview")
	linterFile    = filepath.Join(".footfall", "bin", "golangci-lint")
)

// step is one thing to build.
type step struct {
	name string
	do   func(context.Context, progress) (detail string, err error)
}

// progress says how far a step is.
type progress func(at string)

// BuildLocal builds what this machine runs, as far as it is not up to date, in the repository's root: the front end beside the programs.
func BuildLocal(ctx context.Context, p *Printer) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, lane := range [][]step{
		{{"Node.js", checkNode}, {"npm packages", installPackages}, {"Plugin front end", frontEnd}, {"Preview page", previewPage}, {"Script for web pages", webScript}},
		{{"Plugin back end", program(PluginFile, "./pkg")}, {"Collector program", program(CollectorFile, "./collector")}, {"Analyzer program", program(AnalyzerFile, "./analyzer")},
			{"Demo program", program(DemoFile, "./internal/demo")}},
	} {
		group.Go(func() error {
			for _, s := range lane {
				if err := p.Do(s.name, func() (string, error) { return s.do(ctx, func(at string) { p.Progress(s.name, at) }) }); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

func frontEnd(ctx context.Context, _ progress) (string, error) {
	return bundle(ctx, "dist/module.js", "build", "src", "plugin.json", ".config", "tsconfig.json", "package-lock.json",
		"provisioning/dashboards", "README.md", "CHANGELOG.md", "LICENSE")
}

func previewPage(ctx context.Context, _ progress) (string, error) {
	return bundle(ctx, filepath.Join(PreviewFolder, "index.html"), "build:preview", "src", "internal/preview/page", "plugin.json", ".config",
		"tsconfig.json", "package-lock.json")
}

func webScript(ctx context.Context, _ progress) (string, error) {
	return bundle(ctx, "sdk/js/dist/footfall.js", "build:sdk", "sdk/js/footfall.ts", "sdk/js/overlay.ts", "sdk/js/parts.ts",
		"src/panel/views/clicks/density.ts", ".config", "tsconfig.json", "package-lock.json")
}

// bundle runs an npm script unless the file it makes is newer than all its sources.
func bundle(ctx context.Context, made, script string, sources ...string) (string, error) {
	stale, err := target.Dir(made, sources...)
	if err != nil || !stale {
		return current, err
	}
	if err := run(ctx, nil, "npm", "run", script); err != nil {
		return "", err
	}
	// A bundler leaves a file alone whose content is the same; its time must still say that it is up to date.
	now := time.Now()
	return made, os.Chtimes(made, now, now)
}

// program builds a Go program. The compiler knows what is up to date.
func program(file, source string) func(context.Context, progress) (string, error) {
	return func(ctx context.Context, at progress) (string, error) {
		return file, compile(ctx, at, "go", "build", "-o", file, source)
	}
}

// compile runs a command of Go, and says what it downloads.
func compile(ctx context.Context, at progress, command ...string) error {
	return run(ctx, func(line string) {
		if module, loads := strings.CutPrefix(line, "go: downloading "); loads {
			at("downloading " + module)
		}
	}, command...)
}
