package plugin

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/footfall-analytics/footfall/pkg/engine"
)

func TestTheSameQuestionIsAnsweredOnce(t *testing.T) {
	var f flights
	var runs atomic.Int32
	release, want := make(chan struct{}), &engine.Trace{Rows: 7}
	run := func(context.Context) (answer, error) {
		runs.Add(1)
		<-release
		return answer{trace: want}, nil
	}
	impatient, cancel := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	for i := range 5 {
		ctx := t.Context()
		if i == 0 {
			ctx = impatient // the first one goes; the others still get its answer
		}
		waiting.Go(func() {
			got, err := f.ask(ctx, "question", run)
			if ctx == impatient {
				if !errors.Is(err, context.Canceled) {
					t.Errorf("the one who went got %v", err)
				}
			} else if err != nil || got.trace != want {
				t.Errorf("got %v, %v", got, err)
			}
		})
		for runs.Load() == 0 {
			time.Sleep(time.Millisecond)
		}
	}
	for !f.waits("question", 5) {
		time.Sleep(time.Millisecond)
	}
	cancel()
	for !f.waits("question", 4) {
		time.Sleep(time.Millisecond)
	}
	close(release)
	waiting.Wait()
	if runs.Load() != 1 {
		t.Errorf("ran %d times", runs.Load())
	}
	if _, err := f.ask(t.Context(), "question", run); err != nil || runs.Load() != 2 {
		t.Errorf("asked again afterwards: %v, %d runs", err, runs.Load())
	}
}

func (f *flights) waits(key string, n int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.running[key] != nil && f.running[key].waiting == n
}

func TestAQuestionThatNobodyWaitsForIsGivenUp(t *testing.T) {
	var f flights
	ctx, cancel := context.WithCancel(t.Context())
	gaveUp := make(chan struct{})
	go func() {
		for !f.waits("question", 1) {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	_, err := f.ask(ctx, "question", func(ctx context.Context) (answer, error) {
		<-ctx.Done()
		close(gaveUp)
		return answer{}, ctx.Err()
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	select {
	case <-gaveUp:
	case <-time.After(10 * time.Second):
		t.Error("it still runs")
	}
}
