//go:build unix

package leash

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestMain is also go, mage and the two programs that follow them, one after the other in the same process: each is this very
// program under a name of its own.
func TestMain(m *testing.M) {
	self, _ := os.Executable()
	switch filepath.Base(os.Args[0]) {
	case "go":
		relay("mage")
	case "mage":
		relay("first")
	case "first":
		Follow(context.Background())
		fmt.Println("follows")
		_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
		_ = syscall.Exec(self, []string{"second"}, os.Environ())
	case "second":
		fmt.Println("took over")
		select {
		case <-Follow(context.Background()).Done():
			fmt.Println("ended")
		case <-time.After(10 * time.Second):
		}
	default:
		os.Exit(m.Run())
	}
}

// relay runs the next program of the line, which the system knows by the name of the link.
func relay(next string) {
	cmd := exec.Command(filepath.Join(os.Getenv("LINKS"), next))
	cmd.Args[0], cmd.Stdin, cmd.Stdout = next, os.Stdin, os.Stdout
	_ = cmd.Run()
}

// A command that is killed just before the program takes mage's process over is missed by that program, too.
func TestFollowsWhoStartedTheProcess(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	links := t.TempDir()
	for _, name := range []string{"go", "mage", "first"} {
		if err := os.Symlink(self, filepath.Join(links, name)); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(filepath.Join(links, "go"))
	cmd.Args[0], cmd.Env, cmd.WaitDelay = "go", append(os.Environ(), "LINKS="+links), 20*time.Second
	in, noIn := cmd.StdinPipe()
	out, err := cmd.StdoutPipe()
	if err != nil || noIn != nil {
		t.Fatal(err, noIn)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait() //nolint:errcheck // it is killed
	lines := bufio.NewScanner(out)
	for _, want := range []string{"follows", "took over", "ended"} {
		if !lines.Scan() || lines.Text() != want {
			t.Fatalf("%q, want %q (%v)", lines.Text(), want, lines.Err())
		}
		if want == "follows" {
			_ = cmd.Process.Kill()
			_, _ = cmd.Process.Wait()
			fmt.Fprintln(in)
		}
	}
}
