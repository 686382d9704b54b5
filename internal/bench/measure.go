package main

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plugin"
)

// timings are what one question took, run by run.
type timings struct {
	Cold, Refresh, Next []time.Duration
	// Peer is ClickHouse's time for the question, and NextPeer for the next one.
	Peer, NextPeer []time.Duration
	// ColdStats and RefreshStats are what the query inspector says of the latest answer.
	ColdStats, RefreshStats map[string]float64
	// Difference says how the plugin's numbers and ClickHouse's differ; empty if they do not.
	Difference string
}

// measure asks the questions in turn, run by run: a plugin that has nothing in memory; after one more event, that same plugin again; and
// then the next question. ClickHouse is asked the same each time.
func measure(ctx context.Context, a *asker) ([]timings, error) {
	asked := questions(a.Parameters)
	all := make([]timings, len(asked))
	for range a.Runs {
		for i := range asked {
			if err := a.measureOnce(ctx, &asked[i], &all[i]); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

func (a *asker) measureOnce(ctx context.Context, q *question, t *timings) error {
	d, err := a.plugin(ctx)
	if err != nil {
		return err
	}
	defer d.Dispose()
	cold, err := a.askBoth(ctx, d, q.query, q.days, &t.Peer, &t.Difference)
	if err != nil {
		return err
	}
	if err := a.addEvent(ctx); err != nil {
		return err
	}
	refresh, err := a.askBoth(ctx, d, q.query, q.days, &t.Peer, &t.Difference)
	if err != nil {
		return err
	}
	next, err := a.askBoth(ctx, d, q.next, q.days, &t.NextPeer, &t.Difference)
	if err != nil {
		return err
	}
	t.Cold, t.ColdStats = append(t.Cold, cold.took), stats(cold.frames[0])
	t.Refresh, t.RefreshStats = append(t.Refresh, refresh.took), stats(refresh.frames[0])
	t.Next = append(t.Next, next.took)
	return nil
}

// askBoth asks the plugin and ClickHouse, and compares what they say. It appends what ClickHouse took.
func (a *asker) askBoth(ctx context.Context, d *plugin.Datasource, q *model.Query, days int, peer *[]time.Duration, difference *string) (reply, error) {
	runtime.GC() // what earlier runs left behind is not this one's to clean up
	r, err := ask(ctx, d, q, days)
	if err != nil || a.peer == nil {
		return r, err
	}
	took, err := a.compare(ctx, &r, difference)
	*peer = append(*peer, took)
	return r, err
}

// compare asks ClickHouse the same, says how long that takes, and notes a difference.
func (a *asker) compare(ctx context.Context, r *reply, difference *string) (time.Duration, error) {
	asked := askPeer(r.query, r.since)
	start := time.Now()
	rows, err := a.peer.query(ctx, asked.sql)
	took := time.Since(start)
	if err != nil {
		return took, err
	}
	found, err := asked.read(rows)
	if err != nil {
		return took, err
	}
	if len(found) == 0 {
		return took, errors.New("ClickHouse's answer is empty: " + asked.sql)
	}
	if d := r.numbers().difference(found); d != "" {
		*difference = string(raw(r.query)) + ": " + d
	}
	return took, nil
}

// stats returns the numbers that the query inspector shows of an answer.
func stats(frame *data.Frame) map[string]float64 {
	all := map[string]float64{}
	for _, s := range frame.Meta.Stats {
		all[s.DisplayName] = s.Value
	}
	return all
}
