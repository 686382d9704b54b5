// Package stack starts Footfall's programs as they run for real: the collector as a server process, the plugin as a child
// that speaks gRPC, as under Grafana. The demo and the end-to-end tests are built on it.
package stack

import (
	"context"
	"os/exec"
	"syscall"
	"time"
)

// endTimeout is how long a program may take to end in order.
const endTimeout = 4 * time.Second

// Command is a program that ends with the context: SIGTERM first, then SIGKILL. It has a process group of its own, so that
// Ctrl-C in a terminal reaches only the program that started it, which then ends its children in order, with theirs.
func Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
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
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // the rest of its group, if there is any
	}()
	return ended, nil
}
