// Package leash starts programs that never outlive the one that started them, however it ends: in order, by a signal that it cannot catch,
// or with its terminal. Programs that work long follow the command that started them, see [Follow].
package leash

import (
	"context"
	"os/exec"
	"time"
)

// endTimeout is how long a program may take to end in order.
const endTimeout = 4 * time.Second

// Command returns a program that ends with the context or with this process: it is asked to first, and killed after 4 seconds. It has a
// process group of its own, so that Ctrl-C in a terminal reaches only the program that started it, which then ends its children in
// order, with theirs.
func Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := command(ctx, name, args...)
	cmd.Cancel = func() error { return ask(cmd.Process.Pid) }
	cmd.WaitDelay = endTimeout
	return cmd
}

// Start starts a [Command]. The channel is closed when it has ended, and whatever it had started with it.
func Start(cmd *exec.Cmd) (<-chan struct{}, error) {
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait()
		_ = Kill(cmd.Process.Pid) // the rest of its group, if there is any
	}()
	return ended, nil
}
