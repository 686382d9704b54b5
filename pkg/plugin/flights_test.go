package plugin

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/model"
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

// The same question in another order, at another moment, is the same flight; another zone or filter is another one.
func TestQuestionsInFlight(t *testing.T) {
	d := &Datasource{settings: settings{zone: "UTC"}}
	key := func(text string, now time.Time) string {
		t.Helper()
		q, err := d.question([]byte(text), model.Range(march), now)
		if err != nil {
			t.Fatal(err)
		}
		return flightKey(q)
	}
	const a, b = `{"property":"device_type","operator":"in","values":["tv","mobile"]}`, `{"property":"metadata.usd","operator":">","values":["12"]}`
	question := func(filters, extra string) string {
		return `{"queryType":"trend"` + extra + `,"trend":{"series":[{"event":"view","filters":[` + filters + `]}]}}`
	}
	want := key(question(a+","+b, ""), march.To)
	for _, same := range []string{
		b + "," + a, a + "," + b + "," + a, `{"property":"metadata.\\usd","operator":">","values":["12.0"]},` + a,
		b + `,{"values":["mobile","tv","tv"],"operator":"in","property":"device_type"}`,
	} {
		if got := key(question(same, ""), march.From); got != want {
			t.Errorf("%s is asked as %s; want %s", same, got, want)
		}
	}
	for _, other := range []string{question(a, ""), question(a+","+b, `,"timeZone":"Europe/Berlin"`), question(a+","+b, `,"filters":[`+a+`,`+b+`,{"property":"user_id","operator":"isSet"}]`)} {
		if key(other, march.To) == want {
			t.Errorf("%s is the same question", other)
		}
	}
}
