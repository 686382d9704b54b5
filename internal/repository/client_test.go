package repository_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Whoever uses the client for Go needs an old Go and no library but one. go vet knows what is newer than the module's Go.
func TestTheClientForGoIsAModuleOfItsOwn(t *testing.T) {
	alone := func(args ...string) string {
		command := exec.CommandContext(t.Context(), "go", args...)
		command.Dir = filepath.Join(repositoryRoot(t), "sdk", "go")
		command.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly")
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	alone("vet", "./...")
	if got, want := alone("list", "-m", "-f", "{{.Path}} {{.GoVersion}}", "all"), "github.com/footfall-analytics/footfall/sdk/go 1.22\ngithub.com/google/uuid \n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
