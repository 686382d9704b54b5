package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

// funnelReading is one funnel question being answered.
type funnelReading struct {
	*reading
	question Question
	spec     *analysis.Funnel
	days     []plan.Day
	dataEnd  int64
}

// Funnel answers a funnel with one group per breakdown value, or one in all.
func (e *Engine) Funnel(ctx context.Context, q Question, trace *Trace) ([]analysis.FunnelGroup, error) {
	if q.Query.BySegment() {
		return e.funnelBySegment(ctx, q, trace)
	}
	return readFunnel(ctx, e, q, trace, func(ctx context.Context, r *funnelReading) ([]analysis.FunnelGroup, error) {
		tally := analysis.NewFunnelTally(r.spec, r.dataEnd)
		err := r.outcomes(ctx, func(_ int64, o analysis.Outcome) { tally.Add(o) })
		return tally.Groups(q.Query.Funnel.Breakdown.Groups()), err
	})
}

// FunnelActors lists the actors behind one number of the steps table.
func (e *Engine) FunnelActors(ctx context.Context, q Question, trace *Trace) ([]analysis.FunnelActor, error) {
	if q.Query.BySegment() {
		return e.funnelActorsBySegment(ctx, q, trace)
	}
	return readFunnel(ctx, e, q, trace, func(ctx context.Context, r *funnelReading) ([]analysis.FunnelActor, error) {
		found, err := r.list(ctx)
		if err != nil {
			return nil, err
		}
		return r.funnelActors(ctx, found)
	})
}

// list returns the actors behind the number that the query asks for.
func (r *funnelReading) list(ctx context.Context) ([]listEntry, error) {
	f := r.question.Query.Funnel
	tally := analysis.NewFunnelTally(r.spec, r.dataEnd)
	listed := funnelListFilter(f, r.spec, tally)
	var found []listEntry
	err := r.outcomes(ctx, func(actor int64, o analysis.Outcome) {
		tally.Add(o)
		if o.Times != nil && listed(o) {
			found = append(found, listEntry{actor, o.Value, len(o.Times), o.Times[0], o.Times[len(o.Times)-1]})
		}
	})
	if err == nil && f.Actors.Value != nil {
		ranking := tally.Ranking(f.Breakdown.Groups())
		found = slices.DeleteFunc(found, func(l listEntry) bool { return ranking.Group(l.value).Title() != *f.Actors.Value })
	}
	return found, err
}

// listEntry copies what a list shows from an actor's outcome, whose times do not stay valid.
type listEntry struct {
	actor          int64
	value          uint32
	steps          int
	started, ended int64
}

// funnelActors returns the actors of a list, with their ids.
func (r *funnelReading) funnelActors(ctx context.Context, found []listEntry) ([]analysis.FunnelActor, error) {
	scan := plan.FunnelScan(r.question.Query, r.question.Range)
	scan.Range = r.question.Range
	if r.question.Query.Funnel.Order != model.Unordered {
		scan.Picks = scan.Picks[:1] // an actor's chain starts with one of these
	}
	keys := make([]int64, len(found))
	for i, l := range found {
		keys[i] = l.actor
	}
	ids, err := r.ids(ctx, scan, keys)
	if err != nil {
		return nil, err
	}
	actors := make([]analysis.FunnelActor, len(found))
	for i, l := range found {
		actors[i] = analysis.FunnelActor{
			ActorID: ids[l.actor], Group: r.spec.Values.Group(l.value),
			Steps: l.steps, Started: analysis.TimeOf(l.started), Ended: analysis.TimeOf(l.ended),
		}
	}
	slices.SortFunc(actors, func(a, b analysis.FunnelActor) int { return analysis.CompareIDs(a.ActorID, b.ActorID) })
	return actors, nil
}

// FunnelTrend answers a funnel for each bucket alone, by the time of entry. The range cuts the first and the last bucket.
func (e *Engine) FunnelTrend(ctx context.Context, q Question, trace *Trace) (*analysis.FunnelTrend, error) {
	if q.Query.BySegment() {
		return e.funnelTrendBySegment(ctx, q, trace)
	}
	f := q.Query.Funnel
	buckets, err := plan.Buckets("funnel.interval", q.Range, f.Interval.Period(), q.Settings)
	if err != nil {
		return nil, err
	}
	return readFunnel(ctx, e, q, trace, func(ctx context.Context, r *funnelReading) (*analysis.FunnelTrend, error) {
		counts, err := r.trend(ctx, buckets)
		groups := analysis.GroupFunnelTrend(counts, r.spec.Values, len(buckets)-1, f.Breakdown.Groups())
		trend := &analysis.FunnelTrend{Buckets: buckets, Groups: groups, CutFront: buckets[0].Before(q.From)}
		r.findOpen(trend)
		return trend, err
	})
}

// findOpen finds the buckets whose conversion can still change.
func (r *funnelReading) findOpen(trend *analysis.FunnelTrend) {
	window := r.question.Query.Funnel.WindowDuration()
	known := analysis.TimeOf(r.dataEnd)
	for i, end := range trend.Buckets[1:] {
		if !trend.Buckets[i].Before(r.question.Now) {
			return
		}
		trend.Begun = i + 1
		lastStart := end.Add(-time.Microsecond)
		if !end.After(r.question.To) && lastStart.Add(window).Before(known) {
			trend.Open = i + 1
		}
	}
}

// trend counts bucket by bucket; buckets in closed time are counted once and kept.
func (r *funnelReading) trend(ctx context.Context, buckets []time.Time) (map[uint32][]analysis.EntryCounts, error) {
	edges := make([]int64, len(buckets))
	for i, b := range buckets {
		edges[i] = analysis.Microseconds(b)
	}
	edges[0] = max(edges[0], analysis.Microseconds(r.question.From))
	edges[len(edges)-1] = min(edges[len(edges)-1], analysis.Microseconds(r.question.To))
	first, last := 0, 0 // the buckets in closed time
	span, ok := r.closedSpan(r.question.Range)
	if ok {
		first, _ = slices.BinarySearch(edges, analysis.Microseconds(span.From))
		var exact bool
		if last, exact = slices.BinarySearch(edges, analysis.Microseconds(span.To)); !exact {
			last--
		}
	}
	sum := map[uint32][]analysis.EntryCounts{}
	if first < last {
		closed, err := r.keptTrend(ctx, edges[first:last+1])
		if err != nil {
			return nil, err
		}
		addTrend(sum, closed, first, len(edges)-1)
	} else {
		first, last = 0, 0
	}
	for _, part := range [][2]int{{0, first}, {last, len(edges) - 1}} {
		if part[0] == part[1] {
			continue
		}
		counts, err := r.trendOf(ctx, edges[part[0]:part[1]+1])
		if err != nil {
			return nil, err
		}
		addTrend(sum, counts, part[0], len(edges)-1)
	}
	return sum, nil
}

// trendOf counts the buckets between the edges.
func (r *funnelReading) trendOf(ctx context.Context, edges []int64) (map[uint32][]analysis.EntryCounts, error) {
	starts := model.Range{From: analysis.TimeOf(edges[0]), To: analysis.TimeOf(edges[len(edges)-1])}
	visitors, err := followDays(ctx, r.reading, plan.FunnelScan(r.question.Query, starts), r.days, r.spec.Values, func() *analysis.FunnelTrendTally {
		return analysis.NewFunnelTrendTally(r.spec, edges)
	})
	sum := map[uint32][]analysis.EntryCounts{}
	for _, v := range visitors {
		addTrend(sum, v.Counts, 0, len(edges)-1)
	}
	return sum, err
}

// addTrend adds counts to the buckets from index at on.
func addTrend(sum, counts map[uint32][]analysis.EntryCounts, at, buckets int) {
	for value, list := range counts {
		if sum[value] == nil {
			sum[value] = make([]analysis.EntryCounts, buckets)
		}
		for i, c := range list {
			sum[value][at+i].Entered += c.Entered
			sum[value][at+i].Converted += c.Converted
		}
	}
}

// keptTrend is the trend of closed time, and the numbers of its breakdown values.
type keptTrend struct {
	counts map[uint32][]analysis.EntryCounts
	values *analysis.Values
	bytes  int
}

// Bytes returns about how much memory it takes.
func (k *keptTrend) Bytes() int { return k.bytes }

// keptTrend returns the counts of the buckets between the edges, which lie in closed time, computed once.
func (r *funnelReading) keptTrend(ctx context.Context, edges []int64) (map[uint32][]analysis.EntryCounts, error) {
	span := model.Range{From: analysis.TimeOf(edges[0]), To: analysis.TimeOf(edges[len(edges)-1])}
	kept, err := once(r.reading, r.closedPart(fmt.Sprintf("trend %s %s", r.question.Zone, r.question.WeekStart), span), func() (*keptTrend, error) {
		counts, err := r.trendOf(ctx, edges)
		const number = 16 // bytes
		return &keptTrend{counts, r.spec.Values, r.spec.Values.Bytes() + number*len(counts)*len(edges)}, err
	})
	if err != nil {
		return nil, err
	}
	r.spec.Values = kept.values
	return kept.counts, nil
}

// funnelListFilter returns a function that reports whether an actor belongs to the number that the query's list asks for.
func funnelListFilter(f *model.Funnel, spec *analysis.Funnel, tally *analysis.FunnelTally) func(o analysis.Outcome) bool {
	place := f.Actors.Step - 1
	main := slices.Index(f.MainSteps(), place)
	return func(o analysis.Outcome) bool {
		if main < 0 { // an optional step
			before := 0
			for i := range place {
				if f.Steps[i].Optional {
					before++
				}
			}
			return f.Actors.Status == model.Reached && o.Optional>>before&1 == 1
		}
		stopped := o.Level == main+1 && o.Level < spec.Steps
		switch f.Actors.Status {
		case model.Dropped:
			return stopped && !tally.Open(o)
		case model.InProgress:
			return stopped && tally.Open(o)
		}
		return o.Level > main
	}
}

// readFunnel is [read] for a funnel.
func readFunnel[A any](ctx context.Context, e *Engine, q Question, trace *Trace, fn func(ctx context.Context, r *funnelReading) (A, error)) (A, error) {
	return read(ctx, e, q.Query.SegmentNames(), trace, func(ctx context.Context, r *reading) (none A, err error) {
		f, err := r.funnel(ctx, q)
		if err != nil {
			return none, err
		}
		return fn(ctx, f)
	})
}

// funnel begins to answer a funnel.
func (r *reading) funnel(ctx context.Context, q Question) (f *funnelReading, err error) {
	f = &funnelReading{reading: r, question: q, spec: analysis.NewFunnel(q.Query.Funnel)}
	if f.days, err = r.days(ctx, plan.FunnelScan(q.Query, q.Range).Range); err != nil {
		return nil, err
	}
	f.dataEnd, err = r.dataEnd(ctx, q.Now)
	return f, err
}

// outcomes calls each with the outcome of every actor who started, in order of their keys. Starts on closed days are not computed again,
// except starts before the first whole day and starts whose window reaches past the closed days.
func (r *funnelReading) outcomes(ctx context.Context, each func(actor int64, o analysis.Outcome)) error {
	starts := r.question.Range
	span, ok := r.closedSpan(starts)
	if !ok {
		lists, err := r.walk(ctx, starts)
		analysis.MergeOutcomes(r.spec, lists, each)
		return err
	}
	closed, err := r.keptOutcomes(ctx, span)
	if err != nil {
		return err
	}
	before, err := r.walk(ctx, model.Range{From: starts.From, To: span.From})
	if err != nil {
		return err
	}
	after, err := r.walk(ctx, model.Range{From: span.To, To: starts.To})
	if err != nil {
		return err
	}
	analysis.MergeOutcomes(r.spec, slices.Concat(before, closed, after), each)
	return nil
}

// walk computes the outcomes of the chains that start in a time range.
func (r *funnelReading) walk(ctx context.Context, starts model.Range) ([]*analysis.Outcomes, error) {
	if !starts.From.Before(starts.To) {
		return nil, nil
	}
	span := analysis.Starts{From: analysis.Microseconds(starts.From), To: analysis.Microseconds(starts.To)}
	return followDays(ctx, r.reading, plan.FunnelScan(r.question.Query, starts), r.days, r.spec.Values, func() *analysis.Outcomes {
		return analysis.NewOutcomes(r.spec, span)
	})
}

// closedSpan returns the longest run of whole days (UTC), from the first whole day of the range, such that all chains that start in it have
// windows that end within closed days and before the end of the data. Their outcomes are final until one of those days changes.
func (r *funnelReading) closedSpan(starts model.Range) (model.Range, bool) {
	first := starts.From.UTC().Truncate(24 * time.Hour)
	if first.Before(starts.From) {
		first = first.AddDate(0, 0, 1)
	}
	end := first
	for _, d := range r.days {
		if d.Closed && !d.Start.After(end) && d.End.After(end) {
			end = d.End
		}
	}
	if dataEnd := analysis.TimeOf(r.dataEnd); end.After(dataEnd) {
		end = dataEnd
	}
	if end.After(starts.To) {
		end = starts.To
	}
	last := end.Add(-r.question.Query.Funnel.WindowDuration()).UTC().Truncate(24 * time.Hour)
	scan := plan.FunnelScan(r.question.Query, starts)
	return model.Range{From: first, To: last}, first.Before(last) && !scan.AsksOfProfiles()
}

// keptOutcomes are the outcomes of closed time, and the numbers of their breakdown values.
type keptOutcomes struct {
	lists  []*analysis.Outcomes
	values *analysis.Values
}

// Bytes returns about how much memory it takes.
func (k *keptOutcomes) Bytes() int {
	bytes := k.values.Bytes()
	for _, l := range k.lists {
		bytes += l.Bytes()
	}
	return bytes
}

// keptOutcomes returns the outcomes of the starts in a closed span, computed once.
func (r *funnelReading) keptOutcomes(ctx context.Context, span model.Range) ([]*analysis.Outcomes, error) {
	kept, err := once(r.reading, r.closedPart("outcomes", span), func() (*keptOutcomes, error) {
		lists, err := r.walk(ctx, span)
		for _, l := range lists {
			l.Finish()
		}
		return &keptOutcomes{lists, r.spec.Values}, err
	})
	if err != nil {
		return nil, err
	}
	r.spec.Values = kept.values
	return kept.lists, nil
}

// closedPart describes the chains that start in a closed span.
func (r *funnelReading) closedPart(what string, span model.Range) closedPart {
	f := *r.question.Query.Funnel
	f.Output, f.Actors, f.Bins = "", nil, 0
	f.Steps = slices.Clone(f.Steps)
	for i := range f.Steps {
		f.Steps[i].Label = ""
	}
	if f.Breakdown != nil {
		f.Breakdown = &model.Breakdown{Property: f.Breakdown.Property}
	}
	return closedPart{
		name: "funnel " + what, scan: plan.FunnelScan(r.question.Query, span), days: r.days,
		query: model.Query{Filters: r.question.Query.Filters, Funnel: &f},
	}
}
