package main

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/queue"
)

// queueCmd checks and repairs the folder of collector serve's queue on disk.
type queueCmd struct {
	Check   checkCmd   `cmd:"" help:"Read everything in the queue's folder and say what is damaged or missing. Changes nothing; a collector may be running."`
	Salvage salvageCmd `cmd:"" help:"Bring out all that can be read of a damaged queue, so that the collector starts. Keeps the damaged files; no collector may be running."`
}

type queueFolder struct {
	QueueDir string `help:"Folder of the queue on disk, as for collector serve." default:"footfall-queue" type:"path"`
}

type checkCmd struct{ queueFolder }

// Run prints what is in the folder. Damage is an error.
func (c *checkCmd) Run(env *environment) error {
	report, err := queue.Check(c.QueueDir)
	if err != nil {
		return fmt.Errorf("the queue cannot be checked: %w", err)
	}
	printReport(env, report)
	switch {
	case len(report.Stops()) > 0:
		return fmt.Errorf("the queue is damaged, and no collector starts with it: collector queue salvage --queue-dir %s brings out all that can be read", c.QueueDir)
	case len(report.Faults) > 0:
		return errors.New("the queue is damaged where all events are in the database already; the collector starts, and sets the files aside")
	}
	return nil
}

func printReport(env *environment, report queue.Report) {
	table := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "RECORDS\tBYTES\tLOST\t\tFILE")
	for _, f := range report.Files {
		fmt.Fprintf(table, "%d\t%d\t%d\t\t%s\n", f.Records, f.Bytes, f.Lost, f.Path)
	}
	_ = table.Flush() // as with everything that is printed
	fmt.Fprintf(env.stdout, "%d requests wait for the database, from record %d on\n", report.End-report.Committed, report.Committed)
	for _, f := range report.Faults {
		fmt.Fprintln(env.stdout, "damage:", f)
	}
	for _, odd := range report.Odd {
		fmt.Fprintln(env.stdout, "odd:", odd)
	}
	if report.Tail != nil {
		fmt.Fprintf(env.stdout, "unfinished: %s ends in %d bytes from byte %d on that are no record yet; they were not acknowledged\n", report.Tail.Path, report.Tail.Bytes, report.Tail.At)
	}
}

type salvageCmd struct{ queueFolder }

// Run repairs the folder so that the collector can start, and prints what is lost.
func (c *salvageCmd) Run(env *environment) error {
	events, unreadable := 0, 0
	s, err := queue.Salvage(c.QueueDir, func(record []byte) error {
		list, err := event.DecodeRecord(nil, record)
		if events += len(list); err != nil {
			unreadable++ // the collector will keep it in rejected_events
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("the queue cannot be salvaged: %w; no record was deleted, run the command again", err)
	}
	printReport(env, s.Found)
	if len(s.Found.Faults) == 0 {
		fmt.Fprintln(env.stdout, "nothing is damaged, and nothing was changed")
		return nil
	}
	var bytes int64
	for _, f := range s.Found.Faults {
		bytes += f.Bytes
	}
	fmt.Fprintf(env.stdout, "brought out: %d records with %d events; the database takes those again that it has already, which changes nothing\n", s.Records, events)
	if unreadable > 0 {
		fmt.Fprintf(env.stdout, "of them %d cannot be understood by this version; the collector will keep them in rejected_events\n", unreadable)
	}
	fmt.Fprintf(env.stdout, "lost: %d records; %d bytes could not be read\n", s.Found.Lost(), bytes)
	for _, path := range s.Aside {
		fmt.Fprintln(env.stdout, "kept:", path)
	}
	return nil
}
