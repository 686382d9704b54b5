// Package tables draws the plugin's frames in a terminal.
package tables

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Style says how to draw.
type Style struct {
	// Color is whether ANSI colours may be used. Without, shading is made of characters.
	Color bool
}

// ramp are the 256-colour codes from the least to the most, each with the colour of the text on it.
var ramp = []struct{ back, fore int }{
	{235, 245}, {23, 253}, {30, 255}, {36, 16}, {72, 16}, {78, 16}, {114, 16}, {150, 16}, {186, 16}, {229, 16},
}

// shades are the characters for the same without colour.
var shades = []rune(" ░▒▓█")

// shade draws text on the colour for a share between 0 and 1.
func (s Style) shade(share float64, content string) string {
	if !s.Color {
		return content
	}
	c := ramp[level(share, len(ramp))]
	return fmt.Sprintf("\x1b[48;5;%d;38;5;%dm%s\x1b[0m", c.back, c.fore, content)
}

// level returns which of n equal parts of 0 to 1 the share falls in.
func level(share float64, n int) int { return min(max(int(share*float64(n)), 0), n-1) }

func (s Style) paint(content string, colors ...text.Color) string {
	if !s.Color {
		return content
	}
	return text.Colors(colors).EscapeSeq() + content + text.Reset.EscapeSeq()
}

// Heading returns a question in bold with a remark beneath.
func (s Style) Heading(question, remark string) string {
	return "  " + s.paint(question, text.Bold) + "\n  " + s.paint(remark, text.Faint)
}

// bar returns a bar of the given width for a share of 1, in eighths of a character.
func bar(share float64, width int) string {
	eighths := int(share*float64(width)*8 + 0.5)
	if share > 0 {
		eighths = max(eighths, 1)
	}
	full := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		full += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	return full
}

// newTable returns a table without frame: a header, a rule, rows.
func newTable(header ...any) table.Writer {
	t := table.NewWriter()
	style := table.StyleLight
	style.Format.Header = text.FormatDefault
	style.Options = table.Options{SeparateHeader: true}
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	t.SetStyle(style)
	t.AppendHeader(header)
	return t
}

// right aligns columns, counted from 1, to the right.
func right(t table.Writer, columns ...int) {
	var configs []table.ColumnConfig
	for _, n := range columns {
		configs = append(configs, table.ColumnConfig{Number: n, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.SetColumnConfigs(configs)
}

// indent moves the lines of a table to where the rest of the output begins.
func indent(t table.Writer) string {
	var b strings.Builder
	for line := range strings.Lines(t.Render()) {
		b.WriteString(strings.TrimRight("  "+line, " \n") + "\n")
	}
	return b.String()
}

var english = message.NewPrinter(language.English)

// Count writes a number with its thousands apart.
func Count(n int) string { return english.Sprintf("%d", n) }

func count(n float64) string { return Count(int(n)) }

func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) + " %" }

// number reads a cell that holds a number, or reports false for null.
func number(frame *data.Frame, field string, row int) (float64, bool) {
	f, _ := frame.FieldByName(field)
	if f == nil || f.NilAt(row) {
		return 0, false
	}
	v, err := f.FloatAt(row)
	return v, err == nil
}

// words reads a cell that holds text; null is empty.
func words(frame *data.Frame, field string, row int) string {
	f, _ := frame.FieldByName(field)
	if f == nil {
		return ""
	}
	v, ok := f.ConcreteAt(row)
	if !ok {
		return ""
	}
	return fmt.Sprint(v)
}
