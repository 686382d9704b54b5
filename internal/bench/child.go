package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime/debug"
	"time"

	"github.com/footfall-analytics/footfall/pkg/plugin"
)

// Commands of the processes that ask and send. They read their job from standard input and write their result to standard output.
const (
	measureCommand   = "measure"
	memoryCommand    = "memory"
	dashboardCommand = "dashboard"
	loadCommand      = "load"
)

// job is what a process that asks has to do.
type job struct {
	DSN, Schema string
	Parameters  parameters
	Runs        int
	// ClickHouse is the peer's address; empty without one.
	ClickHouse string
}

// startChild runs a command in a process of its own and reads what it found.
func startChild[T any](ctx context.Context, command string, job any) (found T, err error) {
	self, err := os.Executable()
	if err != nil {
		return found, err
	}
	in, err := json.Marshal(job)
	if err != nil {
		return found, err
	}
	cmd := exec.CommandContext(ctx, self, command)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return found, fmt.Errorf("%s: %w", command, err)
	}
	return found, json.Unmarshal(out, &found)
}

// child does a job by fn.
func child[T any](ctx context.Context, fn func(context.Context, *asker) (T, error)) error {
	debug.SetGCPercent(plugin.GCPercent) // as the plugin's own process does
	a := &asker{rng: rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))}
	if err := json.NewDecoder(os.Stdin).Decode(&a.job); err != nil {
		return err
	}
	var err error
	if a.db, err = openDatabase(ctx, a.DSN, a.Schema); err != nil {
		return err
	}
	defer a.db.close()
	if a.ClickHouse != "" {
		a.peer = &clickHouse{url: a.ClickHouse}
	}
	found, err := fn(ctx, a)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(found)
}

// asker does a job.
type asker struct {
	job
	db   *database
	peer *clickHouse
	rng  *rand.Rand
	// last is when the latest added event happened.
	last time.Time
}

func (a *asker) plugin(ctx context.Context) (*plugin.Datasource, error) {
	return openPlugin(ctx, a.db.conn, a.Schema)
}

// addEvent adds one event of this moment to both databases: a visit, which every question asks about.
func (a *asker) addEvent(ctx context.Context) error {
	// A second that has no added event yet, and is over: no user has two in one.
	for now := time.Now(); !a.last.Before(now.Truncate(time.Second).Add(-time.Second)); now = time.Now() {
		time.Sleep(now.Truncate(time.Second).Add(time.Second).Sub(now))
	}
	a.last = time.Now().UTC().Truncate(time.Second).Add(-time.Second)
	midnight := a.last.Truncate(day)
	e := event{user: a.rng.IntN(a.Parameters.Users), second: int(a.last.Sub(midnight) / time.Second), number: a.rng.Uint64()}
	key, err := a.db.add(ctx, midnight, &e)
	if err != nil || a.peer == nil {
		return err
	}
	return a.peer.add(ctx, midnight, &e, key)
}
