// Send sends the made-up shop's traffic to a collector: the last days at once and, with --live, what happens from then on.
// It may be run again at any time: events that were sent before are not stored twice.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"github.com/schollz/progressbar/v3"

	"github.com/footfall-analytics/footfall/internal/shop"
)

type settings struct {
	URL   string `help:"Address of the collector." default:"http://127.0.0.1:8090"`
	Days  int    `help:"Whole days of history, 1 or more." default:"30"`
	Users int    `help:"New users in these days, about; 1 or more." default:"7000"`
	Seed  uint64 `help:"Another seed is another shop." default:"1"`
	Live  bool   `help:"Go on with events as they happen, until stopped."`
}

// Validate checks the settings; kong calls it.
func (s *settings) Validate() error {
	if s.Days < 1 || s.Users < 1 {
		return fmt.Errorf("--days (%d) and --users (%d) must be 1 or more", s.Days, s.Users)
	}
	return nil
}

func main() {
	var s settings
	kong.Parse(&s, kong.Description("Sends the traffic of a made-up web shop to a Footfall collector."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := s.run(ctx)
	ended := ctx.Err() != nil
	stop()
	if err != nil && !ended {
		fmt.Fprintln(os.Stderr, "send:", err)
		os.Exit(1)
	}
}

func (s *settings) run(ctx context.Context) error {
	now := time.Now()
	events := shop.Generate(s.Seed, now, s.Days, s.Users)
	bar := progressbar.Default(int64(len(events)), fmt.Sprintf("events of %d days", s.Days))
	if err := shop.Send(ctx, s.URL, events, func(n int) { _ = bar.Add(n) }); err != nil {
		return err
	}
	fmt.Printf("%d events sent to %s\n", len(events), s.URL)
	for s.Live {
		// What will happen is known an hour ahead.
		until := now.Add(time.Hour)
		coming := shop.Generate(s.Seed, until, s.Days, s.Users)
		coming = slices.DeleteFunc(coming, func(e shop.Event) bool { return !e.Time.After(now) })
		if err := s.follow(ctx, coming, until); err != nil {
			return err
		}
		now = until
	}
	return nil
}

// follow sends each event when its time has come, and returns at the end of the hour.
func (s *settings) follow(ctx context.Context, coming []shop.Event, until time.Time) error {
	for _, e := range coming {
		if err := sleep(ctx, e.Time); err != nil {
			return err
		}
		if err := shop.Send(ctx, s.URL, []shop.Event{e}, func(int) {}); err != nil {
			return err
		}
	}
	return sleep(ctx, until)
}

func sleep(ctx context.Context, until time.Time) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Until(until)):
		return nil
	}
}
