package main

import (
	"errors"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/footfall-analytics/footfall/analyzer/segments"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/program"
)

// segmentsCmd manages segments.
type segmentsCmd struct {
	Apply   applyCmd   `cmd:"" help:"Create and change segments as files say."`
	Refresh refreshCmd `cmd:"" help:"Refresh segments at once, and those that they need before them."`
	Import  importCmd  `cmd:"" help:"Make the users of a list the members of a segment that has no definition."`
	List    listCmd    `cmd:"" help:"Show all segments with their sizes."`
}

type applyCmd struct {
	DryRun bool     `help:"Change nothing; say what would change, and how many users would enter and leave."`
	Files  []string `arg:"" type:"existingfile" help:"YAML files, each with a list under \"segments:\"."`
}

// Run saves the segments of the files, or says what that would do.
func (c *applyCmd) Run(env *environment) error {
	list, err := segments.ReadFiles(c.Files)
	if err != nil {
		return err
	}
	return env.use(func(s *segments.Segments) error {
		if c.DryRun {
			return c.plan(env, s, list)
		}
		changes, err := s.Save(env.ctx, list)
		if err != nil {
			return err
		}
		for _, change := range changes {
			fmt.Fprintf(env.stdout, "%s: %s\n", change.Name, said(change, "created", "changed", "unchanged"))
		}
		fmt.Fprintln(env.stdout, "A running analyzer refreshes them within seconds; analyzer segments refresh does it at once.")
		return nil
	})
}

func said(change segments.Change, created, changed, neither string) string {
	switch {
	case change.Created:
		return created
	case change.Changed:
		return changed
	}
	return neither
}

func (c *applyCmd) plan(env *environment, s *segments.Segments, list []*model.Segment) error {
	plans, others, err := s.Plan(env.ctx, list)
	if err != nil {
		return err
	}
	for i, p := range plans {
		fmt.Fprintf(env.stdout, "%s: %s", p.Name, said(p.Change, "would be created", "would be changed", "would stay as it is"))
		switch {
		case p.Uncounted != nil:
			fmt.Fprintf(env.stdout, "; its members cannot be counted: %s\n", p.Uncounted)
		case list[i].Definition == nil:
			fmt.Fprintln(env.stdout, "; its members are uploaded")
		default:
			fmt.Fprintf(env.stdout, "; %d members, %d would enter and %d leave\n", p.Size, p.Entered, p.Left)
		}
	}
	for _, name := range others {
		fmt.Fprintf(env.stdout, "%s: is in no file, and would stay as it is\n", name)
	}
	fmt.Fprintln(env.stdout, "Nothing was changed.")
	return nil
}

type refreshCmd struct {
	Names []string `arg:"" optional:"" help:"Names of segments; all, if there are none."`
}

// Run refreshes segments. It goes on after one that fails.
func (c *refreshCmd) Run(env *environment) error {
	log, end := program.NewLog(env.stderr, env.LogLevel)
	defer end()
	return env.use(func(s *segments.Segments) error {
		names, err := s.Expand(env.ctx, c.Names)
		if err != nil {
			return err
		}
		worker := segments.NewWorker(s, prometheus.NewRegistry(), log)
		var failed []error
		for _, name := range names {
			r, err := worker.RefreshAndKeep(env.ctx, name)
			if err != nil {
				failed = append(failed, fmt.Errorf("%s: %w", name, err))
				continue
			}
			fmt.Fprintf(env.stdout, "%s: %d members, %d entered and %d left\n", name, r.Size, r.Entered, r.Left)
		}
		return errors.Join(failed...)
	})
}

type importCmd struct {
	Name string `arg:"" help:"Name of the segment, which has no definition."`
	File string `arg:"" help:"CSV in UTF-8 with a user id a line, and perhaps the header user_id."`
}

// Run replaces the members by those of the list.
func (c *importCmd) Run(env *environment) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // only read
	return env.use(func(s *segments.Segments) error {
		u, err := s.Import(env.ctx, c.Name, file)
		if err != nil {
			return err
		}
		fmt.Fprintf(env.stdout, "%s: %d members, %d entered and %d left\n", c.Name, u.Size, u.Entered, u.Left)
		if u.Unknown > 0 {
			fmt.Fprintf(env.stdout, "%d ids are nobody's and were left out, such as %q\n", u.Unknown, u.Examples)
		}
		return nil
	})
}

type listCmd struct{}

// Run prints a table.
func (*listCmd) Run(env *environment) error {
	return env.use(func(s *segments.Segments) error {
		list, err := s.List(env.ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "NAME\tVERSION\tSIZE\tREFRESHED\tSTATE")
		for _, one := range list {
			size, at := "", ""
			if one.Refresh != nil {
				size, at = fmt.Sprint(one.Refresh.Size), one.Refresh.At.UTC().Format(time.RFC3339)
			}
			fmt.Fprintf(table, "%s\t%d\t%s\t%s\t%s\n", one.Name, one.Version, size, at, state(one))
		}
		return table.Flush()
	})
}

func state(one segments.Segment) string {
	switch {
	case one.DeprecatedAt != nil:
		return "deprecated"
	case one.Unread != nil:
		return *one.Unread
	case one.Failure != nil:
		return "failed: " + *one.Failure
	case one.Definition == nil:
		return "uploaded"
	case one.Refresh == nil:
		return "not refreshed yet"
	}
	return "up to date"
}
