// Package steps shows what a program of several steps is at: a line a step, with the time it took.
package steps

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// Printer prints to a terminal or, plainly, to anything else.
type Printer struct {
	out io.Writer
	// live is set on a terminal, where a line can be written over.
	live  bool
	color bool
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
const nameWidth = 34

// Do runs one step. What the function returns is shown beside the step's name, unless it fails.
func (p *Printer) Do(name string, step func() (detail string, err error)) error {
	if p.live {
		fmt.Fprintf(p.out, "  %s %s", p.paint("33", "…"), name)
	}
	start := time.Now()
	detail, err := step()
	took := fmt.Sprintf("%.1f s", time.Since(start).Seconds())
	mark := p.paint("32", "✓")
	if err != nil {
		mark, detail = p.paint("31", "✗"), ""
	}
	if p.live {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
	line := fmt.Sprintf("%-*s %7s   %s", nameWidth, name, took, p.paint("2", detail))
	fmt.Fprintf(p.out, "  %s %s\n", mark, strings.TrimRight(line, " "))
	return err
}

func (p *Printer) paint(code, text string) string {
	if !p.color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
