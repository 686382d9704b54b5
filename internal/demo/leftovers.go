package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/shirou/gopsutil/v4/net"
	"github.com/shirou/gopsutil/v4/process"
)

// runs is where each demo has a folder of its own, named by its process, for as long as it runs.
var runs = filepath.Join(".footfall", "demo")

// trace is what a demo leaves on disk of itself, in the file record of its folder.
type trace struct {
	Demo     program
	Programs []program
	Ports    []int
}

// program is a process: its number, and when it was started, in milliseconds since 1970, since numbers are used again.
type program struct {
	PID     int32
	Started int64
	Name    string
}

const record = "programs.json"

// programOf describes a process.
func programOf(p *process.Process) (program, error) {
	started, err := p.CreateTime()
	if err != nil {
		return program{}, err
	}
	name, err := p.Name()
	return program{p.Pid, started, name}, err
}

// find returns the process, if it is still there. The system counts starts from its own, which it may move by a second when it
// corrects its clock.
func (p program) find() *process.Process {
	found, err := process.NewProcess(p.PID)
	if err != nil {
		return nil
	}
	started, err := found.CreateTime()
	status, _ := found.Status()
	if err != nil || max(started-p.Started, p.Started-started) > 2000 || slices.Contains(status, process.Zombie) {
		return nil
	}
	return found
}

// remember writes down what this demo has started so far, for the next one to find if this one is killed.
func (d *demo) remember() error {
	self, err := process.NewProcess(int32(os.Getpid()))
	if err != nil {
		return err
	}
	r := trace{}
	if r.Demo, err = programOf(self); err != nil {
		return err
	}
	for _, port := range d.ports {
		r.Ports = append(r.Ports, port)
	}
	for queue := []*process.Process{self}; len(queue) > 0; queue = queue[1:] {
		children, _ := queue[0].Children()
		for _, child := range children {
			if p, err := programOf(child); err == nil {
				r.Programs = append(r.Programs, p)
			}
		}
		queue = append(queue, children...)
	}
	return d.write(r)
}

func (d *demo) write(r trace) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(d.folder, 0o755); err != nil {
		return err
	}
	file := filepath.Join(d.folder, record)
	return errors.Join(os.WriteFile(file+".new", text, 0o644), os.Rename(file+".new", file))
}

// endLeftovers ends what demos that were killed have left behind, removes their folders, and returns the demos that run. It ends
// no program that a demo of this folder has not written down as its own.
func endLeftovers() (running []trace, ended []string, err error) {
	folders, err := filepath.Glob(filepath.Join(runs, "*"))
	if err != nil {
		return nil, nil, err
	}
	for _, folder := range folders {
		r, err := readTrace(folder)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, nil, err
		}
		if err != nil && beingMade(folder) {
			continue
		}
		if r.Demo.find() != nil {
			running = append(running, r)
			continue
		}
		for _, p := range r.Programs {
			if p.end() {
				ended = append(ended, fmt.Sprintf("%s (process %d)", p.Name, p.PID))
			}
		}
		if err := os.RemoveAll(folder); err != nil {
			return nil, nil, err
		}
	}
	return running, ended, nil
}

// beingMade reports whether the folder is so young that its demo may not have written into it yet.
func beingMade(folder string) bool {
	info, err := os.Stat(folder)
	return err == nil && time.Since(info.ModTime()) < time.Minute
}

// readTrace reads what a demo has written down.
func readTrace(folder string) (r trace, err error) {
	text, err := os.ReadFile(filepath.Join(folder, record))
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	return r, err
}

// endTimeout is how long a program that was left behind may take to end in order.
const endTimeout = 5 * time.Second

// end ends the program and reports whether it was there.
func (p program) end() bool {
	found := p.find()
	if found == nil {
		return false
	}
	_ = found.Terminate()
	for deadline := time.Now().Add(endTimeout); p.find() != nil; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			_ = found.Kill()
		}
	}
	return true
}

// holder says who listens on a port.
func holder(port int, running []trace) string {
	for _, r := range running {
		if slices.Contains(r.Ports, port) {
			return fmt.Sprintf("a demo that runs (process %d)", r.Demo.PID)
		}
	}
	connections, _ := net.Connections("tcp")
	for _, c := range connections {
		if c.Status != "LISTEN" || c.Laddr.Port != uint32(port) || c.Pid == 0 {
			continue
		}
		if p, err := process.NewProcess(c.Pid); err == nil {
			name, _ := p.Name()
			return fmt.Sprintf("another program, %s (process %d)", name, c.Pid)
		}
	}
	return "another program"
}
