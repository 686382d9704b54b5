package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/programs"
)

// fault is something that goes wrong in addition to the round's kill.
type fault struct {
	name string
	// begin lets it go wrong, and end stops that, once, before the round is over.
	begin func(ctx context.Context) error
	end   func() error
	// whileDown is done to what a kill has left.
	whileDown func(ctx context.Context) error
	// smallDisk is set when the queue must be on the small disk, and sessions when there must be one for each connection.
	// roomy is set when there must be room for what the database takes long for.
	smallDisk, sessions, roomy bool
}

// allFaults returns the faults that are possible here, in the order of the summary.
func (c *chaos) allFaults() []fault {
	over := func() error { return nil }
	release := over
	all := []fault{
		{name: "nothing else", end: over},
		{name: "SIGTERM", begin: c.terminate, end: over},
		{name: "killed again while starting", whileDown: c.killWhileStarting, end: over},
		{name: "end of the queue torn", whileDown: c.tear, end: over},
		{name: "disk full", begin: c.fillDisk, end: c.freeDisk, smallDisk: true},
		{name: "database away", begin: func(context.Context) error { c.proxy.refuse(true); return nil },
			end: func() error { c.proxy.refuse(false); return nil }},
		{name: "connections to the database reset", begin: func(context.Context) error { c.proxy.reset(); return nil }, end: over},
		{name: "connections cut in mid-batch", begin: func(context.Context) error { c.proxy.cutAfter(c.rng.IntN(20_000), false); return nil }, end: over},
		{name: "connections cut in mid-answer", begin: func(context.Context) error { c.proxy.cutAfter(c.rng.IntN(1_000), true); return nil }, end: over},
		{name: "connections stalled, arriving late", begin: func(context.Context) error {
			let := c.proxy.stall()
			release = func() error { let(); return nil }
			return nil
		}, end: func() error { return release() }},
		{name: "sessions ended by the database", begin: c.endSessions, end: over, sessions: true},
		{name: "damage in a queue file", begin: func(context.Context) error { c.proxy.refuse(true); return nil }, whileDown: c.damage,
			end: func() error { c.proxy.refuse(false); return nil }},
		{name: "clock set back by an hour", whileDown: c.setClockBack, end: over},
		{name: "queue's folder removed or replaced", begin: c.removeFolder, end: over},
		{name: "second collector in the folder", begin: c.startSecond, end: over},
		{name: "lock removed, second collector", begin: c.removeLock, end: over},
		{name: "many days at once", begin: c.sendManyDays, end: over, roomy: true},
		{name: "large traits", begin: c.sendLargeTraits, end: over},
	}
	return slices.DeleteFunc(all, func(f fault) bool { return f.smallDisk && c.without != "" || f.sessions && c.oneSession })
}

// nextFault returns a fault that is possible now: each in turn, in random order.
func (c *chaos) nextFault() fault {
	possible := func(f fault) bool {
		return (!f.smallDisk || c.queues[0].small) && (!f.roomy || c.queues[0].bytes == roomyBytes)
	}
	if !slices.ContainsFunc(c.turn, possible) {
		next := slices.Clone(c.faults)
		c.rng.Shuffle(len(next), func(i, j int) { next[i], next[j] = next[j], next[i] })
		c.turn = append(c.turn, next...)
	}
	i := slices.IndexFunc(c.turn, possible)
	f := c.turn[i]
	c.turn = slices.Delete(c.turn, i, i+1)
	return f
}

// terminate ends the collector in order, under load, and starts it.
func (c *chaos) terminate(ctx context.Context) error {
	c.collector.Stop()
	return c.startCollector(ctx)
}

func (c *chaos) killWhileStarting(ctx context.Context) error {
	dsn, err := c.proxyDSN()
	if err != nil {
		return err
	}
	starting, err := programs.LaunchCollector(ctx, c.binary, dsn, c.schema, c.port, c.queues[0].folder, c.log, c.flags()...)
	if err != nil {
		return err
	}
	c.kills++
	return errors.Join(c.wait(ctx, c.upTo(150*time.Millisecond)), starting.Kill())
}

// ballast fills the small disk.
func (c *chaos) ballast() string { return filepath.Join(c.disk(), "ballast") }

func (c *chaos) fillDisk(context.Context) error {
	file, err := os.Create(c.ballast())
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	for err == nil {
		_, err = file.Write(make([]byte, 4<<10))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		return err
	}
	return nil
}

func (c *chaos) freeDisk() error { return os.Remove(c.ballast()) }

// endSessions lets the server end the collector's sessions.
func (c *chaos) endSessions(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, c.dsn)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE client_port = ANY($1)`, c.proxy.ports())
		return err
	})
}
