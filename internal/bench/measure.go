package main

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/plugin"
)

// timings are what one question took, run by run.
type timings struct {
	Cold, Refresh, Peer []time.Duration
	// ColdStats and RefreshStats are what the query inspector says of the latest answer.
	ColdStats, RefreshStats map[string]float64
	// Difference says how the plugin's numbers and ClickHouse's differ; empty if they do not.
	Difference string
}

// measure asks the questions in turn, run by run: a plugin that has nothing in memory, ClickHouse, and, after one more event,
// that same plugin again.
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
	return all, a.db.removeAddition(ctx)
}

func (a *asker) measureOnce(ctx context.Context, q *question, t *timings) error {
	d, err := a.plugin(ctx)
	if err != nil {
		return err
	}
	defer d.Dispose()
	cold, err := a.askBoth(ctx, d, q, t)
	if err != nil {
		return err
	}
	if err := a.addEvent(ctx); err != nil {
		return err
	}
	refresh, err := a.askBoth(ctx, d, q, t)
	if err != nil {
		return err
	}
	t.Cold, t.ColdStats = append(t.Cold, cold.took), stats(cold.frame)
	t.Refresh, t.RefreshStats = append(t.Refresh, refresh.took), stats(refresh.frame)
	return nil
}

// askBoth asks the plugin and ClickHouse, and compares what they say.
func (a *asker) askBoth(ctx context.Context, d *plugin.Datasource, q *question, t *timings) (reply, error) {
	runtime.GC() // what earlier runs left behind is not this one's to clean up
	r, err := ask(ctx, d, q)
	if err != nil || a.peer == nil {
		return r, err
	}
	start := time.Now()
	rows, err := a.peer.query(ctx, q.peer(r.since))
	if err != nil {
		return r, err
	}
	t.Peer = append(t.Peer, time.Since(start))
	peer, err := q.peerNumbers(rows)
	if err != nil {
		return r, err
	}
	if len(peer) == 0 {
		return r, errors.New("ClickHouse's answer is empty")
	}
	if d := r.numbers.difference(peer); d != "" {
		t.Difference = d
	}
	return r, nil
}

// stats returns the numbers that the query inspector shows of an answer.
func stats(frame *data.Frame) map[string]float64 {
	all := map[string]float64{}
	for _, s := range frame.Meta.Stats {
		all[s.DisplayName] = s.Value
	}
	return all
}
