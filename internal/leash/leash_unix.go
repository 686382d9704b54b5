//go:build unix

package leash

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// holder is the name under which this very program is started once more, between itself and a program that it starts. The holder reads a
// pipe whose other end only the first process has. The system closes that end when that process is gone, for whatever reason. The programs
// themselves know nothing about this.
const holder = "footfall-leash"

// pipeFD is the pipe's number in the holder: the first after the standard ones.
const pipeFD = 3

func init() {
	if os.Args[0] == holder {
		os.Exit(hold(os.Args[1], os.Args[2:]))
	}
}

// pipe is one for all that this process starts. Its writing end is never written to and never closed.
var pipe = sync.OnceValues(func() ([2]*os.File, error) {
	r, w, err := os.Pipe()
	return [2]*os.File{r, w}, err
})

func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	program, notFound := exec.LookPath(name)
	self, noSelf := os.Executable()
	ends, noPipe := pipe()
	cmd := exec.CommandContext(ctx, self)
	cmd.Args = append([]string{holder, program}, args...)
	cmd.Err = errors.Join(notFound, noSelf, noPipe)
	cmd.ExtraFiles = []*os.File{ends[0]}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// hold runs a program until it ends or the pipe does, and returns its status as a shell does.
func hold(program string, args []string) (status int) {
	// What ends the group reaches the program by itself; the holder ends after it.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGPIPE)
	runtime.LockOSThread() // Linux counts the thread as the parent
	syscall.CloseOnExec(pipeFD)
	cmd := exec.Command(program, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = endWithHolder()
	crash := make(chan os.Signal, 1)
	signal.Notify(crash, crashSignal)
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 127
	}
	go func() {
		<-crash
		_ = cmd.Process.Kill() // it may have ended
	}()
	go func() {
		_, _ = io.Copy(io.Discard, os.NewFile(pipeFD, "pipe"))
		_ = ask(syscall.Getpgrp())
		time.Sleep(endTimeout)
		_ = Kill(syscall.Getpgrp())
	}()
	_ = cmd.Wait()
	if ended := cmd.ProcessState.Sys().(syscall.WaitStatus); ended.Signaled() {
		return 128 + int(ended.Signal())
	}
	return cmd.ProcessState.ExitCode()
}

// crashSignal tells the holder to kill its program. One that comes in the holder's first milliseconds may do nothing.
const crashSignal = syscall.SIGUSR1

// Crash kills a program of this package; call it again until the program has ended. When the channel of [Start] is closed, the system has cleared away what it held, which can
// take a moment longer than [Kill].
func Crash(pid int) error { return syscall.Kill(pid, crashSignal) }

// ask asks a program of this package, and whatever it started, to end.
func ask(pid int) error { return syscall.Kill(-pid, syscall.SIGTERM) }

// Kill ends a program of this package, and whatever it started, as a crash does.
func Kill(pid int) error { return syscall.Kill(-pid, syscall.SIGKILL) }
