package programs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Linter builds golangci-lint, which .golangci.yml sets up, in the version of internal/lint. It returns its program. That is a module of
// its own, outside the workspace: the linters' dependencies must not affect the plugin's and the collector's.
func Linter(ctx context.Context, p *Printer) (program string, err error) {
	return linterFile, p.Do(linters, func() (string, error) {
		at := func(at string) { p.Progress(linters, at) }
		return linterFile, compile(ctx, at, "env", "GOWORK=off", "go", "-C", filepath.Join("internal", "lint"), "build",
			"-o", filepath.Join("..", "..", linterFile), "github.com/golangci/golangci-lint/v2/cmd/golangci-lint")
	})
}

const linters = "Linters of Go"

// Browser brings a browser for the tests where the system has none. It returns its program.
func Browser(ctx context.Context) (program string, err error) {
	err = run(ctx, func(line string) { program = line }, "node", filepath.Join("internal", "e2e", "browser.cjs"))
	return strings.TrimSpace(program), err
}

// RaceDetector returns why go test -race cannot work here: it needs a C compiler with the C library's headers, and a system that it knows.
// Go itself needs none.
func RaceDetector(ctx context.Context) (err error) {
	folder, err := os.MkdirTemp("", "footfall-race-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	file := filepath.Join(folder, "main.go")
	if err := os.WriteFile(file, []byte("package main\n\nfunc main() {}\n"), 0o644); err != nil {
		return err
	}
	if err := run(ctx, nil, "go", "run", "-race", file); err != nil {
		reason, _, _ := strings.Cut(err.Error(), "\n\nwhat to do: ")
		return fmt.Errorf("%s", reason)
	}
	return nil
}
