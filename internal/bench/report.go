package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/footfall-analytics/footfall/internal/programs"
)

// report is what was measured.
type report struct {
	parameters
	printer *programs.Printer
	server  string
	// load is how many processes wanted to run in the minute before: times on a busy machine say little.
	load              string
	timings           []timings
	memory, dashboard footprint
	sizes             sizes
	oneDay            time.Duration
}

// measure does the measuring.
func (r *report) measure(ctx context.Context, db *database, j job) error {
	r.load = loadAverage()
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"Questions", func() (err error) { r.timings, err = startChild[[]timings](ctx, measureCommand, j); return err }},
		{"Memory", func() (err error) { r.memory, err = startChild[footprint](ctx, memoryCommand, j); return err }},
		{"Panels at once", func() (err error) { r.dashboard, err = startChild[footprint](ctx, dashboardCommand, j); return err }},
		{"Sizes", func() (err error) { r.sizes, err = db.sizes(ctx); return err }},
		{"Refresh of one day", func() (err error) { r.oneDay, err = db.refreshDay(ctx); return err }},
	} {
		if err := r.printer.Do(step.name, func() (string, error) { return "", step.do() }); err != nil {
			return err
		}
	}
	var err error
	r.server, err = value[string](ctx, db, `SELECT 'PostgreSQL ' || current_setting('server_version') || ', TimescaleDB ' || extversion
		FROM pg_extension WHERE extname = 'timescaledb'`)
	return err
}

// loadAverage returns the load average of the last minute, if the system has one.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "not known"
	}
	minute, _, _ := strings.Cut(string(text), " ")
	return minute
}

func (r *report) print() {
	heavy := ""
	if r.Heavy > 0 {
		heavy = fmt.Sprintf(", %d of them of one user", r.Heavy)
	}
	fmt.Printf("\n%d events of %d users in %d days%s; %s; %d processors, load before the questions %s\n\n",
		r.Events, r.Users, r.calendarDays(), heavy, r.server, runtime.NumCPU(), r.load)
	fmt.Println(r.questionTable())
	fmt.Println()
	fmt.Println(r.costTable())
	for _, t := range r.timings {
		printDifference(t.Difference)
	}
	printDifference(r.dashboard.Difference)
}

func printDifference(difference string) {
	if difference != "" {
		fmt.Printf("\n%s\n", difference)
	}
}

// questionTable has a row a question. Times are in milliseconds, the median and the smallest.
func (r *report) questionTable() string {
	t := newTable("question", "cold ms", "refresh ms", "next ms", "ClickHouse ms", "... next ms", "cold ratio", "refresh ratio", "next ratio", "target", "reached",
		"events read", "... refresh", "equal")
	asked := questions(r.parameters)
	medians := map[string]time.Duration{}
	for i, q := range asked {
		medians[q.name] = median(r.timings[i].Cold)
	}
	for i, q := range asked {
		m := r.timings[i]
		c := comparison{
			cold: median(m.Cold), refresh: median(m.Refresh), next: median(m.Next), peer: median(m.Peer), nextPeer: median(m.NextPeer),
			other: medians[q.target.other], days: q.days,
		}
		goal, reached := q.target.judge(c)
		t.AppendRow(table.Row{
			q.name, both(m.Cold), both(m.Refresh), both(m.Next), both(m.Peer), both(m.NextPeer),
			ratio(c.cold, c.peer), ratio(c.refresh, c.peer), ratio(c.next, c.nextPeer), goal, reached,
			m.ColdStats[eventsFollowed], m.RefreshStats[eventsFollowed], equal(m),
		})
	}
	return t.Render()
}

// timesOf has the smallest times of questions, in times of the smallest ones in another report: what else the machine did in between
// matters least for them.
func (r *report) timesOf(o *report) string {
	const most = 4.0 / 3
	t := newTable("question", "cold", "refresh", "next", "target", "reached")
	for i, q := range questions(r.parameters) {
		row, ok := table.Row{q.name}, true
		mine, others := &r.timings[i], &o.timings[i]
		for _, both := range [][2]time.Duration{
			{slices.Min(mine.Cold), slices.Min(others.Cold)}, {slices.Min(mine.Refresh), slices.Min(others.Refresh)}, {slices.Min(mine.Next), slices.Min(others.Next)},
		} {
			row = append(row, ratio(both[0], both[1]))
			ok = ok && float64(both[0]) <= most*float64(both[1])
		}
		t.AppendRow(append(row, fmt.Sprintf("%.2fx", most), yesNo(ok)))
	}
	return t.Render()
}

// eventsFollowed is what the plugin calls the number of events it has read.
const eventsFollowed = "Events followed"

func equal(m timings) string {
	switch {
	case len(m.Peer) == 0:
		return ""
	case m.Difference != "":
		return "no"
	}
	return "yes"
}

// The setting of the data source for what it may keep, which is the default here, and what the plugin may take with it.
const (
	memoryForAnswers = 128 << 20
	mostMemory       = memoryForAnswers + 60<<20
)

// costTable has what it takes besides time.
func (r *report) costTable() string {
	const mostShare = 0.3
	t := newTable("cost", "", "target", "reached")
	t.AppendRow(table.Row{"memory for answers, as set", megabytes(memoryForAnswers), "", ""})
	most := func(name string, f footprint) {
		t.AppendRow(table.Row{name, megabytes(f.Peak), megabytes(mostMemory), yesNo(f.Peak <= mostMemory)})
	}
	t.AppendRow(table.Row{"memory of the plugin, before the first question", megabytes(r.memory.Idle), "", ""})
	most("... at most, questions one after another", r.memory)
	most(fmt.Sprintf("... at most, %d panels at once", panelsAtOnce), r.dashboard)
	t.AppendRow(table.Row{fmt.Sprintf("%d panels at once, until the last has its answer", panelsAtOnce), fmt.Sprintf("%.1f s", r.dashboard.Took.Seconds()), "", ""})
	if share := float64(r.sizes.columnStore) / float64(r.sizes.rowStore); r.sizes.rowStore > 0 {
		t.AppendRow(table.Row{"days in the columnstore, as rows", megabytes(r.sizes.rowStore), "", ""})
		t.AppendRow(table.Row{"... as columns", fmt.Sprintf("%s, %.0f%%", megabytes(r.sizes.columnStore), 100*share), "30%", yesNo(share <= mostShare)})
	}
	for _, s := range r.sizes.tables {
		t.AppendRow(table.Row{s.Name, megabytes(s.Bytes), "", ""})
	}
	t.AppendRow(table.Row{"rollups and closing after a late event", fmt.Sprintf("%.1f s", r.oneDay.Seconds()), "", ""})
	return t.Render()
}

func newTable(header ...any) table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(header)
	return t
}

// comparison are the medians that a target judges, and the days that the question is about.
type comparison struct {
	cold, refresh, next, peer, nextPeer, other time.Duration
	days                                       int
}

// overShare is how much longer than its share of the open day a refresh may take.
const overShare = 60 * time.Millisecond

// judge returns what a target is, and whether it is reached or where it is not; empty texts if there is no target, or nothing to compare
// with.
func (g target) judge(c comparison) (goal, reached string) {
	var goals, missed []string
	judge := func(name, text string, cost, of time.Duration, most float64) {
		if most == 0 || of == 0 {
			return
		}
		goals = append(goals, text)
		if float64(cost) > most*float64(of) && !slices.Contains(missed, name) {
			missed = append(missed, name)
		}
	}
	judge("cold", fmt.Sprintf("%gx", g.cold), c.cold, c.peer, g.cold)
	judge("cold", fmt.Sprintf("%gx 4 steps", g.ofOther), c.cold, c.other, g.ofOther)
	judge("cold", fmt.Sprintf("%d ms", g.coldMost.Milliseconds()), c.cold, g.coldMost, 1)
	openDay := c.cold / time.Duration(c.days)
	judge("refresh", fmt.Sprintf("%gx", g.refresh), c.refresh, c.peer, g.refresh)
	judge("refresh", fmt.Sprintf("%d ms", (openDay+overShare).Milliseconds()), c.refresh, openDay+overShare, 1)
	judge("next", fmt.Sprintf("%gx", g.next), c.next, c.nextPeer, g.next)
	if missed != nil {
		return strings.Join(goals, ", "), "NO: " + strings.Join(missed, ", ")
	}
	return strings.Join(goals, ", "), "yes"
}

func yesNo(ok bool) string {
	if ok {
		return "yes"
	}
	return "NO"
}

func median(d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(d))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// both returns the median and the smallest.
func both(d []time.Duration) string {
	if len(d) == 0 {
		return ""
	}
	return fmt.Sprintf("%s (%s)", milliseconds(median(d)), milliseconds(slices.Min(d)))
}

func milliseconds(d time.Duration) string {
	if d < 10*time.Millisecond {
		return fmt.Sprintf("%.1f", d.Seconds()*1000)
	}
	return fmt.Sprintf("%.0f", d.Seconds()*1000)
}

func ratio(a, b time.Duration) string {
	if b == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", float64(a)/float64(b))
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/(1<<20)) }
