package analysis_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// heavyEvents is how many events an actor has that is no person: a guest's id, a bot.
const heavyEvents = 100_000

// heavyPicks are habits of such an actor: what the events are picked as, by their number.
var heavyPicks = map[string]func(i int) uint64{
	"all steps in each event":   func(int) uint64 { return 0b1111 },
	"in turn":                   func(i int) uint64 { return 1 << (i % 4) },
	"at random":                 func(i int) uint64 { return 1 << rand.New(rand.NewPCG(uint64(i), 0)).IntN(6) },
	"an exclusion every second": func(i int) uint64 { return []uint64{1, 16, 2, 32, 4, 48, 8, 16}[i%8] },
	"never the last step":       func(i int) uint64 { return []uint64{1, 2, 4, 3, 5, 17, 34}[i%7] },
	"first steps only":          func(int) uint64 { return 1 },
	"first steps, then others":  func(i int) uint64 { return 1 << (4 * i / heavyEvents) },
	"backwards":                 func(i int) uint64 { return 8 >> (4 * i / heavyEvents) },
}

// heavyTimes are the times between one event and the next, in microseconds.
var heavyTimes = map[string]func(i int) int64{
	"a second apart":   func(int) int64 { return 1e6 },
	"all at one time":  func(int) int64 { return 0 },
	"hundreds at once": func(i int) int64 { return []int64{1e6, 0}[min(i%500, 1)] },
	"two at a time":    func(i int) int64 { return int64(i%2) * 1e6 },
	"half a minute":    func(int) int64 { return 30e6 },
}

// heavyQuestions are visitors whose cost could grow faster than an actor's events.
func heavyQuestions() map[string]func() analysis.Visitor {
	questions := map[string]func() analysis.Visitor{}
	for _, order := range []model.FunnelOrder{model.Ordered, model.Strict, model.Unordered} {
		for _, window := range []time.Duration{time.Minute, 10_000 * time.Hour} {
			for _, exclusions := range [][]analysis.Between{nil, {{From: 0, To: 3}, {From: 1, To: 2}}} {
				for _, equal := range []bool{false, true} {
					if order == model.Unordered && exclusions != nil {
						continue
					}
					f := &analysis.Funnel{Steps: 4, Order: order, Window: window.Microseconds(), Exclusions: exclusions, EqualTimes: equal, Values: analysis.NewValues()}
					name := fmt.Sprintf("%s, window of %s, %d exclusions, equal times %t", order, window, len(exclusions), equal)
					questions["funnel "+name] = func() analysis.Visitor { return analysis.NewOutcomes(f, analysis.Starts{From: 0, To: 1 << 60}) }
					questions["trend "+name] = func() analysis.Visitor { return analysis.NewFunnelTrendTally(f, hours(1000)) }
				}
			}
		}
	}
	paths := &analysis.Paths{Steps: 5, Gap: 60e6, Values: analysis.NewValues()}
	questions["paths"] = func() analysis.Visitor { return analysis.NewPathTransitions(paths).NewVisitor() }
	allOne := *paths
	allOne.Gap = 0
	questions["paths of one visit"] = func() analysis.Visitor { return analysis.NewWholePaths(&allOne).NewVisitor() }
	bounds := hours(900)
	retention := &analysis.Retention{Bounds: bounds, Cohorts: 800, MinOccurrences: 2, Values: analysis.NewValues()}
	for i := range 60 {
		retention.Columns = append(retention.Columns, model.Bracket{From: i, To: i})
	}
	questions["retention"] = func() analysis.Visitor { return analysis.NewRetentionTally(retention) }
	questions["lifecycle"] = func() analysis.Visitor { return analysis.NewActivityTally(analysis.NewLifecycle(bounds)) }
	questions["stickiness"] = func() analysis.Visitor { return analysis.NewActivityTally(analysis.NewStickiness(bounds)) }
	questions["busy actors"] = func() analysis.Visitor {
		return analysis.NewBusyActors(&model.Anomalies{Window: "1h", MoreThan: 10}, analysis.TimeOf(0))
	}
	return questions
}

// hours are the bounds of n hours.
func hours(n int) []int64 {
	list := make([]int64, n+1)
	for i := range list {
		list[i] = int64(i) * 3600e6
	}
	return list
}

// An actor with very many events costs at most some times what as many events of actors with a hundred each cost.
func TestHeavyActors(t *testing.T) {
	for question, newVisitor := range heavyQuestions() {
		t.Run(question, func(t *testing.T) {
			for habit, picks := range heavyPicks {
				for pace, pause := range heavyTimes {
					events := make([]analysis.Event, heavyEvents)
					for i := range events {
						events[i] = analysis.Event{Actor: 1, Picks: picks(i)}
						if i > 0 {
							events[i].Time = events[i-1].Time + pause(i)
						}
					}
					light, heavy := tookTo(t, newVisitor(), events, 100), tookTo(t, newVisitor(), events, len(events))
					for tries := 0; tries < 3 && heavy > limit(light); tries++ { // something else may have run
						light, heavy = max(light, tookTo(t, newVisitor(), events, 100)), min(heavy, tookTo(t, newVisitor(), events, len(events)))
					}
					if heavy > limit(light) {
						t.Errorf("%s, %s: %s for one actor, %s for many", habit, pace, heavy, light)
					}
				}
			}
		})
	}
}

func limit(light time.Duration) time.Duration { return 20*light + 50*time.Millisecond }

// tookTo is how long a visitor takes for events that are dealt to actors of so many each.
func tookTo(t *testing.T, v analysis.Visitor, events []analysis.Event, each int) time.Duration {
	t.Helper()
	start := time.Now()
	for i := 0; i < len(events); i += each {
		v.Visit(context.Background(), events[i:i+each])
		if time.Since(start) > 2*time.Second {
			break
		}
	}
	return time.Since(start)
}

// counting is a context that has ended, and counts how often it was asked.
type counting struct {
	context.Context
	asked int
}

func (c *counting) Err() error {
	c.asked++
	return context.Canceled
}

// A walk is left off within an actor when nobody waits for it any more: whoever learns it takes no further steps, but for a few of each step of
// the funnel.
func TestWalksAreLeftOff(t *testing.T) {
	for question, newVisitor := range heavyQuestions() {
		if !strings.HasPrefix(question, "funnel") {
			continue
		}
		events := make([]analysis.Event, heavyEvents)
		for i := range events {
			events[i] = analysis.Event{Actor: 1, Time: int64(i) * 1e6, Picks: heavyPicks["never the last step"](i)}
		}
		ctx := &counting{Context: context.Background()}
		newVisitor().Visit(ctx, events)
		if ctx.asked == 0 || ctx.asked > 6 {
			t.Errorf("%s: it looked %d times", question, ctx.asked)
		}
	}
}
