package main

import (
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// print shows what happened.
func (c *chaos) print() {
	fmt.Printf("\nseed %d; %s\n\n", c.seed, c.server)
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(table.Row{"", "times"})
	t.AppendRows([]table.Row{{"rounds", c.rounds}, {"kill -9", c.kills}})
	for _, f := range c.faults[1:] {
		t.AppendRow(table.Row{f.name, c.counts[f.name]})
	}
	for _, name := range []string{halfWay, impatient} {
		t.AppendRow(table.Row{name, c.ledger.counts[name]})
	}
	t.AppendSeparator()
	for _, name := range []string{requests, known, broken, turnedAway} {
		t.AppendRow(table.Row{name, c.ledger.counts[name]})
	}
	t.AppendSeparator()
	for _, name := range []string{refusedStarts, damaged} {
		t.AppendRow(table.Row{name, c.ledger.counts[name]})
	}
	t.AppendSeparator()
	t.AppendRows([]table.Row{
		{"events sent", len(c.ledger.messages)}, {repeated, c.ledger.counts[repeated]}, {"events acknowledged", c.ledger.acknowledged},
		{"bad events sent, and refused", len(c.ledger.bad)}, {"events in the table", c.rows},
		{"acknowledged and lost", 0}, {"there more than once", 0}, {"there and never sent", 0}, // any other number is an error
	})
	fmt.Println(t.Render())
	if c.without != "" {
		fmt.Println("\nleft out: disk full; " + c.without)
	}
}
