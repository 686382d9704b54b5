package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/footfall-analytics/footfall/pkg/plugin"
)

// footprint is the most memory that a process has held, in bytes: before any question, and after all of them; and how long these took.
type footprint struct {
	Idle, Peak int64
	Took       time.Duration
	// Difference says how the plugin's numbers and ClickHouse's differ, where they are compared; empty if they do not.
	Difference string
}

// panelsAtOnce is how many panels a large dashboard has.
const panelsAtOnce = 20

// memory asks one plugin all questions and the ones after them, again and again, as a few panels do.
func memory(ctx context.Context, a *asker) (footprint, error) {
	return a.footprint(ctx, func(ctx context.Context, d *plugin.Datasource) error {
		for range a.Runs {
			for _, q := range questions(a.Parameters) {
				if _, err := ask(ctx, d, q.query, q.days); err != nil {
					return err
				}
				if _, err := ask(ctx, d, q.next, q.days); err != nil {
					return err
				}
			}
			if err := a.addEvent(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

// dashboard asks one plugin many questions at once, as a dashboard does that is opened.
func dashboard(ctx context.Context, a *asker) (footprint, error) {
	replies := make([]reply, panelsAtOnce)
	f, err := a.footprint(ctx, func(ctx context.Context, d *plugin.Datasource) error {
		group, ctx := errgroup.WithContext(ctx)
		for i, q := range questions(a.Parameters)[:panelsAtOnce] {
			group.Go(func() (err error) {
				replies[i], err = ask(ctx, d, q.query, q.days)
				return err
			})
		}
		return group.Wait()
	})
	if err != nil || a.peer == nil {
		return f, err
	}
	for i := range replies {
		if _, err := a.compare(ctx, &replies[i], &f.Difference); err != nil {
			return f, err
		}
	}
	return f, nil
}

// footprint measures the memory of a plugin that is asked.
func (a *asker) footprint(ctx context.Context, asking func(context.Context, *plugin.Datasource) error) (f footprint, err error) {
	d, err := a.plugin(ctx)
	if err != nil {
		return f, err
	}
	defer d.Dispose()
	if f.Idle, err = peakMemory(); err != nil {
		return f, err
	}
	start := time.Now()
	if err := asking(ctx, d); err != nil {
		return f, err
	}
	f.Took = time.Since(start)
	f.Peak, err = peakMemory()
	return f, err
}

var highWater = regexp.MustCompile(`VmHWM:\s*(\d+) kB`)

// peakMemory returns the most resident memory that this process has had.
func peakMemory() (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	found := highWater.FindSubmatch(status)
	if found == nil {
		return 0, fmt.Errorf("/proc/self/status does not say how much memory was used")
	}
	kB, err := strconv.ParseInt(string(found[1]), 10, 64)
	return kB << 10, err
}
