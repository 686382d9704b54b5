package plugin

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/engine"
)

// answer is the frames of a question and the trace of how they were made. Several requests may share it, so it must not change.
type answer struct {
	frames data.Frames
	trace  *engine.Trace
}

// flights are the questions that are being answered. A dashboard with several viewers asks the same question several times at once.
type flights struct {
	mu      sync.Mutex
	running map[string]*flight
}

// flight is one question that is being answered. It is cancelled when nobody waits for it any more.
type flight struct {
	waiting int
	cancel  context.CancelFunc
	done    chan struct{} // closed when answer and err are there
	answer  answer
	err     error
}

// ask runs the function, or waits if the same question is already being answered.
func (f *flights) ask(ctx context.Context, key string, run func(ctx context.Context) (answer, error)) (answer, error) {
	f.mu.Lock()
	current := f.running[key]
	if current == nil {
		current = f.start(ctx, key, run)
	}
	current.waiting++
	f.mu.Unlock()
	select {
	case <-current.done:
		return current.answer, current.err
	case <-ctx.Done():
		f.mu.Lock()
		defer f.mu.Unlock()
		if current.waiting--; current.waiting == 0 {
			current.cancel()
			f.forget(key, current)
		}
		return answer{}, context.Cause(ctx)
	}
}

// start runs the function on behalf of everyone who will wait: with the values of the first caller's context, but not its cancellation.
func (f *flights) start(ctx context.Context, key string, run func(ctx context.Context) (answer, error)) *flight {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	started := &flight{cancel: cancel, done: make(chan struct{})}
	if f.running == nil {
		f.running = map[string]*flight{}
	}
	f.running[key] = started
	go func() {
		defer cancel()
		defer close(started.done)
		started.answer, started.err = recoverPanic(ctx, run)
		f.mu.Lock()
		defer f.mu.Unlock()
		f.forget(key, started)
	}()
	return started
}

// forget removes a flight, unless a newer one for the same question has taken its place.
func (f *flights) forget(key string, old *flight) {
	if f.running[key] == old {
		delete(f.running, key)
	}
}

// recoverPanic runs a function and turns a panic into an error: the panic would end the plugin, and with it the queries of all data
// sources.
func recoverPanic[T any](ctx context.Context, run func(ctx context.Context) (T, error)) (answer T, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			backend.Logger.FromContext(ctx).Error("Panic", "fault", fault, "stack", string(debug.Stack()))
			err = fmt.Errorf("%v", fault)
		}
	}()
	return run(ctx)
}
