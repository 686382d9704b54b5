package leash

import (
	"context"
	"os"
	"slices"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// commands only start other programs: go tool mage starts mage, which starts the program that does the work.
var commands = []string{"go", "go.exe", "mage", "mage.exe"}

// Follow returns a context that ends within a second when a command behind this process is gone: whoever kills go or mage means the
// program that they started.
func Follow(ctx context.Context) context.Context {
	line := lineage()
	if len(line) < 2 {
		return ctx
	}
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		for unbroken(line) {
			time.Sleep(time.Second)
		}
		cancel()
	}()
	return ctx
}

// lineage is this process and the commands above it, up to the first that is none.
func lineage() (line []*process.Process) {
	p, err := process.NewProcess(int32(os.Getpid()))
	for err == nil {
		line = append(line, p)
		if p, err = p.Parent(); err == nil {
			if name, _ := p.Name(); !slices.Contains(commands, name) {
				break
			}
		}
	}
	return line
}

// unbroken reports whether each process still has its parent. One whose parent is gone has another, or, on Windows, one that is not
// there.
func unbroken(line []*process.Process) bool {
	for i, parent := range line[1:] {
		if pid, err := line[i].Ppid(); err != nil || pid != parent.Pid {
			return false
		}
		if exists, err := process.PidExists(parent.Pid); err == nil && !exists {
			return false
		}
	}
	return true
}
