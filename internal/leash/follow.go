package leash

import (
	"context"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// commands only start other programs: go tool mage starts mage, which starts the program that does the work.
var commands = []string{"go", "go.exe", "mage", "mage.exe"}

// lineVariable hands the commands above a process on to the program that takes the process over. Asked later, the system would not
// name one that was killed between.
const lineVariable = "FOOTFALL_FOLLOWS"

// Follow returns a context that ends within a second when a command behind this process is gone: someone who kills go or mage means to end
// the program that they started. A program that takes this process over follows the same commands.
func Follow(ctx context.Context) context.Context {
	line := inheritLine()
	if line == nil {
		line = lineage()
	}
	if len(line) < 2 {
		return ctx
	}
	handOn(line)
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		for isUnbroken(line) {
			time.Sleep(time.Second)
		}
		cancel()
	}()
	return ctx
}

// lineage returns the numbers of this process and of the commands above it, up to the first that is none.
func lineage() (line []int32) {
	p, err := process.NewProcess(int32(os.Getpid()))
	for err == nil {
		line = append(line, p.Pid)
		if p, err = p.Parent(); err == nil {
			if name, _ := p.Name(); !slices.Contains(commands, name) {
				break
			}
		}
	}
	return line
}

// handOn writes down the line for the program that takes this process over.
func handOn(line []int32) {
	numbers := make([]string, len(line))
	for i, pid := range line {
		numbers[i] = strconv.Itoa(int(pid))
	}
	_ = os.Setenv(lineVariable, strings.Join(numbers, " "))
}

// inheritLine returns the line of parents of the program whose process this one took over, if it did: a child has another number.
func inheritLine() (line []int32) {
	for number := range strings.FieldsSeq(os.Getenv(lineVariable)) {
		pid, err := strconv.ParseInt(number, 10, 32)
		if err != nil {
			return nil
		}
		line = append(line, int32(pid))
	}
	if len(line) == 0 || line[0] != int32(os.Getpid()) {
		return nil
	}
	return line
}

// isUnbroken reports whether each process still has its parent. One whose parent is gone has another, or, on Windows, one that is not
// there.
func isUnbroken(line []int32) bool {
	for i, parent := range line[1:] {
		child, err := process.NewProcess(line[i])
		if err != nil {
			return false
		}
		if pid, err := child.Ppid(); err != nil || pid != parent {
			return false
		}
		if exists, err := process.PidExists(parent); err == nil && !exists {
			return false
		}
	}
	return true
}
