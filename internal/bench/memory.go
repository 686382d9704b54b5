package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strconv"
)

// footprint is the most memory that a process has held, in bytes: before any question, and after all of them.
type footprint struct{ Idle, Peak int64 }

// memory asks one plugin all questions, again and again, as panels do.
func memory(ctx context.Context, a *asker) (footprint, error) {
	var f footprint
	d, err := a.plugin(ctx)
	if err != nil {
		return f, err
	}
	defer d.Dispose()
	if f.Idle, err = peakMemory(); err != nil {
		return f, err
	}
	asked := questions(a.Parameters)
	for range a.Runs {
		for i := range asked {
			if _, err := ask(ctx, d, &asked[i]); err != nil {
				return f, err
			}
		}
		if err := a.addEvent(ctx); err != nil {
			return f, err
		}
	}
	if f.Peak, err = peakMemory(); err != nil {
		return f, err
	}
	return f, a.db.removeAddition(ctx)
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
