package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/weblog"
	"github.com/footfall-analytics/footfall/collector/writer"
)

type importCmd struct {
	Format  string   `help:"Format of the lines: combined is what Apache calls combined and nginx writes by default, common is that without referrer and user agent. A virtual host may stand before the address." enum:"combined,common" default:"combined"`
	HashKey string   `help:"Secret of 16 or more characters. User ids are made with it from address and user agent, so that they tell nobody's address. Keep it: the same key gives the same ids." placeholder:"SECRET"`
	Refused string   `help:"File to write the place of every line to that became no event, with the reason." type:"path" placeholder:"FILE"`
	Files   []string `arg:"" name:"file" help:"Logs to read, plain or gzip, in any order; - is the standard input."`
}

const (
	minHashKey = 16
	// shownRefusals is how many refused lines are shown one by one.
	shownRefusals = 5
	// importPatience is how long an import waits for a database that is away.
	importPatience = time.Minute
)

// Run imports the files and prints what became of them.
func (c *importCmd) Run(env *environment) error {
	if len(c.HashKey) < minHashKey {
		return fmt.Errorf("an import needs --hash-key or FOOTFALL_HASH_KEY: a secret of %d or more characters (openssl rand -hex 16 makes one); keep it for later imports, because the same key gives the same users and makes a repeated import harmless", minHashKey)
	}
	return env.use(func(pool *pgxpool.Pool) error { return c.importTo(env, pool) })
}

func (c *importCmd) importTo(env *environment, pool *pgxpool.Pool) error {
	table := &writer.Table{Pool: pool, Schema: env.Schema, Log: slog.New(slog.NewTextHandler(env.stderr, nil))}
	if err := writable(env.ctx, table); err != nil {
		return err
	}
	list, err := openList(c.Refused)
	if err != nil {
		return err
	}
	bar := c.progress(env.stderr)
	refused := 0
	importer := &weblog.Importer{
		Format:   weblog.Format(c.Format),
		Key:      []byte(c.HashKey),
		Progress: bar,
		Store: func(ctx context.Context, events []event.Event) (writer.Result, error) {
			return table.Insert(ctx, events, importPatience)
		},
		Refuse: func(file string, line int, reason string) {
			fmt.Fprintf(list, "%s:%d: %s\n", file, line, reason)
			if refused++; refused <= shownRefusals {
				_ = bar.Clear()
				fmt.Fprintf(env.stderr, "%s:%d: %s\n", file, line, reason)
			}
		},
	}
	err = importer.Run(env.ctx, c.Files)
	_ = bar.Finish()
	printSummary(env.stdout, importer.Summary)
	if err != nil && !errors.As(err, new(weblog.Nothing)) {
		err = fmt.Errorf("the import is not complete: %w; run it again to go on, nothing is stored twice", err)
	}
	return errors.Join(err, list.Close())
}

// progress returns a bar for the bytes read; it shows only in a terminal.
func (c *importCmd) progress(stderr io.Writer) *progressbar.ProgressBar {
	total := int64(0)
	for _, name := range c.Files {
		info, err := os.Stat(name)
		if err != nil || !info.Mode().IsRegular() {
			total = -1 // a pipe's length is not known
			break
		}
		total += info.Size()
	}
	file, is := stderr.(*os.File)
	return progressbar.NewOptions64(total, progressbar.OptionSetWriter(stderr), progressbar.OptionShowBytes(true),
		progressbar.OptionSetDescription("import"), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetVisibility(is && term.IsTerminal(int(file.Fd()))))
}

// listFile is a file that is written through a buffer; without a name it swallows everything.
type listFile struct {
	*bufio.Writer
	file *os.File
}

func openList(name string) (listFile, error) {
	if name == "" {
		return listFile{Writer: bufio.NewWriter(io.Discard)}, nil
	}
	file, err := os.Create(name)
	if err != nil {
		return listFile{}, fmt.Errorf("--refused: %w", err)
	}
	return listFile{bufio.NewWriter(file), file}, nil
}

// Close reports whether everything reached the file.
func (r listFile) Close() error {
	err := r.Flush()
	if r.file != nil {
		err = errors.Join(err, r.file.Close())
	}
	return err
}

func printSummary(w io.Writer, s weblog.Summary) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, value string, args ...any) {
		fmt.Fprintf(table, "%s\t"+value+"\n", append([]any{name}, args...)...)
	}
	row("lines", "%d", s.Lines)
	row("events", "%d (%d new, %d there already)", s.New+s.Known, s.New, s.Known)
	row("users", "%d (%d bots)", s.Users, s.BotUsers)
	row("sessions", "%d", s.Sessions)
	row("bot events", "%d", s.BotEvents)
	row("refused lines", "%d", s.Refused)
	row("late lines", "%d (more than two minutes out of order)", s.Late)
	_ = table.Flush()
	if !s.First.IsZero() {
		fmt.Fprintf(w, "from %s to %s\n", s.First.Format(time.RFC3339), s.Last.Format(time.RFC3339))
	}
}
