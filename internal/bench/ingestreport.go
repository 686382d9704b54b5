package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/footfall-analytics/footfall/internal/programs"
)

// noteMemory keeps the most memory that the collector says it has had.
func (b *ingestion) noteMemory(ctx context.Context, collector *programs.Collector) error {
	metrics, err := collector.Metrics(ctx)
	if err != nil {
		return err
	}
	for line := range strings.Lines(metrics) {
		var bytes float64
		if n, _ := fmt.Sscanf(line, "process_resident_memory_bytes %g", &bytes); n == 1 {
			b.memory = max(b.memory, bytes)
		}
	}
	return nil
}

func (b *ingestion) print() {
	t := table.NewWriter()
	t.SetOutputMirror(os.Stdout)
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = 0
	t.AppendHeader(table.Row{"", "measured", "target", "reached"})
	row := func(name string, measured, target float64, format string, most bool) {
		reached := measured >= target
		if most {
			reached = measured <= target
		}
		t.AppendRow(table.Row{name, fmt.Sprintf(format, measured), fmt.Sprintf(format, target), map[bool]string{true: "yes", false: "NO"}[reached]})
	}
	row("requests of one event acknowledged a second", b.single.rate(), 17_000, "%.0f", false)
	row("events acknowledged a second, in batches of 100", float64(b.batches.Events)/b.batches.Seconds, 100_000, "%.0f", false)
	row("rows into TimescaleDB, as a share of a bare COPY's", b.bareCopy.Seconds()/b.drain.Seconds(), 0.5, "%.2f", false)
	row("99 % of requests at half load, ms", 1000*b.half.P99.Seconds(), 20, "%.1f", true)
	row("resident memory of the collector, MB", b.memory/(1<<20), 150, "%.0f", true)
	t.Render()
	fmt.Printf("The disk syncs %.0f times a second. Rows into TimescaleDB: %.0f a second, by a bare COPY %.0f.\n", b.syncs,
		float64(b.rows)/b.drain.Seconds(), float64(b.rows)/b.bareCopy.Seconds())
}
