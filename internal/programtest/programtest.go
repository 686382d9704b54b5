// Package programtest runs the program of a test's package as people do: built, and in a process of its own.
package programtest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// folder is where the program was built, if it was.
var folder string

var build = sync.OnceValues(func() (path string, err error) {
	if folder, err = os.MkdirTemp("", "program"); err != nil {
		return "", err
	}
	path = filepath.Join(folder, "program")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// Main runs the tests of a package, and deletes the program afterwards. It is for TestMain.
func Main(m *testing.M) {
	code := m.Run()
	if folder != "" {
		_ = os.RemoveAll(folder)
	}
	os.Exit(code)
}

// Path returns where the program is. The first call builds it.
func Path(t *testing.T) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Command returns the program, with nothing of this process's settings. It is killed at the end of the test, or when it has run for too long.
func Command(t *testing.T, longest time.Duration, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, Path(t), args...)
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "FOOTFALL_") {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	return cmd
}

// Run runs a command to its end, and returns what it printed and its exit status.
func Run(t *testing.T, cmd *exec.Cmd) (stdout, stderr string, status int) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}
