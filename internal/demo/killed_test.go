//go:build unix

package main

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/shirou/gopsutil/v4/process"

	"github.com/footfall-analytics/footfall/internal/embedded"
	"github.com/footfall-analytics/footfall/internal/programs"
)

// buildAll builds what the demo runs, in the repository's root, which becomes the working directory.
var buildAll = sync.OnceValue(func() error {
	root, err := embedded.RepositoryRoot()
	if err != nil {
		return err
	}
	if err := os.Chdir(root); err != nil {
		return err
	}
	for file, source := range map[string]string{programs.DemoFile: "./internal/demo", programs.CollectorFile: "./collector", programs.AnalyzerFile: "./analyzer", programs.PluginFile: "./pkg"} {
		command := exec.Command("go", "build", "-o", file, source)
		command.Stderr = os.Stderr
		if err := command.Run(); err != nil {
			return err
		}
	}
	return nil
})

// started is a demo that runs, or the command that was to start it.
type started struct {
	cmd    *exec.Cmd
	stdout io.ReadCloser
	lines  *bufio.Scanner
	seen   strings.Builder
}

// start starts the demo, on ports that are free or given.
func start(t *testing.T, ports []int, name string, args ...string) *started {
	t.Helper()
	if err := buildAll(); err != nil {
		t.Fatal(err)
	}
	s := &started{cmd: exec.Command(name, args...)}
	s.cmd.Env = append(os.Environ(), "CI=", "FOOTFALL_DSN=", "GRAFANA_HOME=")
	for i, variable := range []string{dbPort, collectorPort, previewPort, analyzerPort, shopPort} {
		s.cmd.Env = append(s.cmd.Env, variable+"="+strconv.Itoa(ports[i]))
	}
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // what is sent to its group is not sent to the test
	var err error
	if s.stdout, err = s.cmd.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	s.cmd.Stderr = &s.seen
	s.lines = bufio.NewScanner(s.stdout)
	s.cmd.WaitDelay = 10 * time.Second // what is left may hold the demo's outputs for ever
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill(); _ = s.cmd.Wait() })
	return s
}

// reads reads what the demo says until a line holds the text.
func (s *started) reads(t *testing.T, text string) {
	t.Helper()
	for s.lines.Scan() {
		s.seen.WriteString(s.lines.Text() + "\n")
		if strings.Contains(s.lines.Text(), text) {
			return
		}
	}
	t.Fatalf("it ended without %q:\n%s", text, &s.seen)
}

// family returns the process and all that it has started, by their names.
func family(t *testing.T, pid int) (all []*process.Process) {
	t.Helper()
	p, err := process.NewProcess(int32(pid))
	if err != nil {
		t.Fatal(err)
	}
	all = append(all, p)
	children, _ := p.Children()
	for _, child := range children {
		all = append(all, family(t, int(child.Pid))...)
	}
	return all
}

// alive returns the command lines of those that still run.
func alive(family []*process.Process) (left []string) {
	for _, p := range family {
		if described, err := programOf(p); err == nil && described.find() != nil {
			line, _ := p.Cmdline()
			left = append(left, line)
		}
	}
	return left
}

// awaitEnd fails when some of them are there for longer than a program may take to end.
func awaitEnd(t *testing.T, family []*process.Process) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); len(alive(family)) > 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after 10 seconds there are still\n%s", strings.Join(alive(family), "\n"))
		}
	}
}

func freePorts(t *testing.T) []int {
	t.Helper()
	ports := make([]int, 5)
	for i := range ports {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = listener.Close() }()
		ports[i] = listener.Addr().(*net.TCPAddr).Port
	}
	return ports
}

// However the demo ends, nothing of it is left, and the next one starts on the same ports at once.
func TestNothingIsLeftOfADemo(t *testing.T) {
	ports := freePorts(t)
	demo, mage := []string{programs.DemoFile}, []string{"go", "tool", "mage", "demo"}
	signal := func(pid int, what syscall.Signal) func(*testing.T, *started) {
		return func(t *testing.T, s *started) {
			if err := syscall.Kill(pid*s.cmd.Process.Pid, what); err != nil {
				t.Fatal(err)
			}
		}
	}
	const one, group = 1, -1
	for _, c := range []struct {
		name    string
		command []string
		// when the demo has said this.
		when string
		end  func(*testing.T, *started)
	}{
		{"killed while it starts the collector", demo, "✓ Schema", signal(one, syscall.SIGKILL)},
		{"killed while the database works", demo, "✓ Traffic", signal(one, syscall.SIGKILL)},
		{"killed", demo, "Ctrl-C", signal(one, syscall.SIGKILL)},
		{"terminal closed", demo, "✓ Collector", signal(group, syscall.SIGHUP)},
		{"nobody reads", demo, "✓ Database", func(_ *testing.T, s *started) { _ = s.stdout.Close() }},
		{"holders and demo killed", demo, "✓ Collector", func(t *testing.T, s *started) {
			for _, p := range family(t, s.cmd.Process.Pid) {
				if line, _ := p.Cmdline(); strings.HasPrefix(line, "footfall-leash ") || p.Pid == int32(s.cmd.Process.Pid) {
					_ = p.Kill()
				}
			}
		}},
		{"mage killed", mage, "✓ Database", func(t *testing.T, s *started) {
			_ = family(t, s.cmd.Process.Pid)[1].Kill()
		}},
		{"go killed", mage, "✓ Database", signal(one, syscall.SIGKILL)},
		{"go killed while mage builds", mage, "✓ ", signal(one, syscall.SIGKILL)},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, ports, c.command[0], c.command[1:]...)
			s.reads(t, c.when)
			all := family(t, s.cmd.Process.Pid)
			if c.when == "Ctrl-C" && len(all) < 7 {
				t.Fatalf("the demo and three programs with their holders should run, not %v", alive(all))
			}
			c.end(t, s)
			go io.Copy(io.Discard, s.stdout) //nolint:errcheck // nobody shall wait for the reader
			_ = s.cmd.Wait()
			awaitEnd(t, all)
		})
	}
	s := start(t, ports, programs.DemoFile)
	s.reads(t, "✓ Collector")
	fails(t, ports, "port "+strconv.Itoa(ports[0])+" is taken by a demo that runs (process "+strconv.Itoa(s.cmd.Process.Pid)+")")
	if left := alive(family(t, s.cmd.Process.Pid)); len(left) < 5 {
		t.Errorf("of the demo that runs only this is left: %v", left)
	}
	if _, err := os.Stat(filepath.Join(runs, strconv.Itoa(s.cmd.Process.Pid))); err != nil {
		t.Error(err)
	}
}

// A stranger that holds a port is told, and left alone.
func TestStrangerOnAPortIsTold(t *testing.T) {
	ports := freePorts(t)
	stranger, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(ports[1]))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stranger.Close() }()
	fails(t, ports, "port "+strconv.Itoa(ports[1])+" is taken by another program, demo.test (process "+strconv.Itoa(os.Getpid())+
		"): end that, or set FOOTFALL_COLLECTOR_PORT to a free port")
}

// fails demands that a demo does not start, for the reason.
func fails(t *testing.T, ports []int, reason string) {
	t.Helper()
	s := start(t, ports, programs.DemoFile)
	_, _ = io.Copy(io.Discard, s.stdout)
	if err := s.cmd.Wait(); err == nil || !strings.Contains(s.seen.String(), reason) {
		t.Errorf("%v\n%swant: %s", err, &s.seen, reason)
	}
}

// What a killed demo wrote down as its own is ended. A process that only has the same number is not.
func TestOnlyWhatIsOursIsEnded(t *testing.T) {
	t.Chdir(t.TempDir())
	sleepers := make([]*exec.Cmd, 2)
	written := trace{Demo: program{PID: 1 << 30}}
	for i := range sleepers {
		sleepers[i] = exec.Command("sleep", "60")
		if err := sleepers[i].Start(); err != nil {
			t.Fatal(err)
		}
		defer sleepers[i].Process.Kill() //nolint:errcheck // it may have ended
		go sleepers[i].Wait()            //nolint:errcheck // it is killed
		p, err := process.NewProcess(int32(sleepers[i].Process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		described, err := programOf(p)
		if err != nil {
			t.Fatal(err)
		}
		written.Programs = append(written.Programs, described)
	}
	written.Programs[1].Started -= 60_000 // another process had this number a minute ago
	d := &demo{folder: filepath.Join(runs, "1073741824")}
	if err := d.write(written); err != nil {
		t.Fatal(err)
	}
	running, ended, err := endLeftovers()
	if err != nil || len(running) != 0 || len(ended) != 1 || !strings.Contains(ended[0], strconv.Itoa(sleepers[0].Process.Pid)) {
		t.Errorf("running %v, ended %v, %v", running, ended, err)
	}
	if written.Programs[0].find() != nil {
		t.Error("what the demo had left still runs")
	}
	if err := sleepers[1].Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("a stranger was ended: %v", err)
	}
	if _, err := os.Stat(d.folder); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
}
