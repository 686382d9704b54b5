// Package steps shows what a program of several steps is at: a line a step, with the time it took.
package steps

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

// Printer prints to a terminal or, plainly, to anything else. Steps may run side by side.
type Printer struct {
	out io.Writer
	// live is set on a terminal, where a line can be written over.
	live  bool
	color bool

	mu      sync.Mutex
	running []string
}

// New makes a printer. Lines are coloured on a terminal unless NO_COLOR is set (https://no-color.org).
func New(out *os.File) *Printer {
	live := term.IsTerminal(int(out.Fd())) && os.Getenv("TERM") != "dumb"
	return &Printer{out: out, live: live, color: live && os.Getenv("NO_COLOR") == ""}
}

// Color reports whether the output may be coloured.
func (p *Printer) Color() bool { return p.color }

// Live reports whether the output is a terminal.
func (p *Printer) Live() bool { return p.live }

// nameWidth fits the names of the steps.
const nameWidth = 24

// Do runs one step. What the function returns is shown beside the step's name, unless it fails.
func (p *Printer) Do(name string, step func() (detail string, err error)) error {
	p.show("", func() { p.running = append(p.running, name) })
	start := time.Now()
	detail, err := step()
	mark := p.paint("32", "✓")
	if err != nil {
		mark, detail = p.paint("31", "✗"), ""
	}
	took := fmt.Sprintf("%.1f s", time.Since(start).Seconds())
	line := fmt.Sprintf("  %s %-*s %8s   %s", mark, nameWidth, name, took, p.paint("2", detail))
	p.show(strings.TrimRight(line, " ")+"\n", func() {
		p.running = slices.DeleteFunc(p.running, func(s string) bool { return s == name })
	})
	return err
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
		fmt.Fprintf(p.out, "  %s %s", p.paint("33", "…"), strings.Join(p.running, ", "))
	}
}

func (p *Printer) paint(code, text string) string {
	if !p.color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
