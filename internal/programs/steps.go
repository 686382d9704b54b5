package programs

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// Printer shows the progress of a program with several steps, one line per step with the time it took. It prints to a terminal or, plainly,
// to anything else. Steps may run side by side.
type Printer struct {
	out io.Writer
	// live is set on a terminal, where a line can be written over.
	live  bool
	color bool

	mu      sync.Mutex
	running []*task
}

// task is a step that runs.
type task struct {
	name  string
	start time.Time
	// at is how far the task is.
	at string
}

// How often a long step shows that it is at work: where a line can be written over, and where each is one more to read.
const (
	beat      = time.Second
	plainBeat = 15 * time.Second
)

// NewPrinter makes a printer. Lines are coloured on a terminal unless NO_COLOR is set (https://no-color.org).
func NewPrinter(out *os.File) *Printer {
	live := term.IsTerminal(int(out.Fd())) && os.Getenv("TERM") != "dumb"
	return &Printer{out: out, live: live, color: live && os.Getenv("NO_COLOR") == ""}
}

// Color reports whether the output may be coloured.
func (p *Printer) Color() bool { return p.color }

// nameWidth fits the names of the steps.
const nameWidth = 24

// Do runs one step. What the function returns is shown beside the step's name, unless it fails. One that takes long shows that it is
// at work, and how far it is if it calls [Printer.Progress].
func (p *Printer) Do(name string, step func() (detail string, err error)) error {
	t := &task{name: name, start: time.Now()}
	p.show("", func() { p.running = append(p.running, t) })
	stop := p.every(func() { p.show(p.waiting(t), func() {}) })
	detail, err := step()
	stop()
	mark := p.paint("32", "✓")
	if err != nil {
		mark, detail = p.paint("31", "✗"), ""
	}
	took := fmt.Sprintf("%.1f s", time.Since(t.start).Seconds())
	line := fmt.Sprintf("  %s %-*s %8s   %s", mark, nameWidth, name, took, p.paint("2", detail))
	p.show(strings.TrimRight(line, " ")+"\n", func() {
		p.running = slices.DeleteFunc(p.running, func(other *task) bool { return other == t })
	})
	return err
}

// Progress says how far the step of that name is.
func (p *Printer) Progress(name, at string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.running {
		if t.name == name {
			t.at = at
		}
	}
}

// every calls the function at each beat until it is stopped.
func (p *Printer) every(show func()) (stop func()) {
	interval := plainBeat
	if p.live {
		interval = beat
	}
	ticker, done := time.NewTicker(interval), make(chan struct{})
	go func() {
		for {
			select {
			case <-ticker.C:
				show()
			case <-done:
				return
			}
		}
	}()
	return func() { ticker.Stop(); close(done) }
}

// waiting returns the line that says that a step is still at work, where it cannot be written over another.
func (p *Printer) waiting(t *task) string {
	if p.live {
		return ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return fmt.Sprintf("  … %-*s %6.0f s   %s\n", nameWidth, t.name, time.Since(t.start).Seconds(), t.at)
}

// show prints a line above the one that says, on a terminal, what is running.
func (p *Printer) show(line string, change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.live && len(p.running) > 0 {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
	fmt.Fprint(p.out, line)
	change()
	if p.live && len(p.running) > 0 {
		fmt.Fprintf(p.out, "  %s %s", p.paint("33", "…"), p.now())
	}
}

// now names the steps that run, with how far they are.
func (p *Printer) now() string {
	names := make([]string, len(p.running))
	for i, t := range p.running {
		names[i] = t.name
		if t.at != "" {
			names[i] += " (" + t.at + ")"
		}
	}
	return strings.Join(names, ", ")
}

func (p *Printer) paint(code, text string) string {
	if !p.color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
