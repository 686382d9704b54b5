package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// funnelReading is one funnel question being answered.
type funnelReading struct {
	*reading
	question Question
	spec     *analysis.Funnel
	days     []plan.Day
	dataEnd  int64
}

// Funnel answers a funnel with one group a breakdown value, or one in all.
func (e *Engine) Funnel(ctx context.Context, q Question, trace *Trace) (groups []analysis.FunnelGroup, err error) {
	err = e.readFunnel(ctx, q, trace, func(ctx context.Context, r *funnelReading) error {
		tally := analysis.NewFunnelTally(r.spec, r.dataEnd)
		err := r.outcomes(ctx, func(_ int64, o analysis.Outcome) { tally.Add(o) })
		groups = tally.Groups(breakdownLimit(q.Query.Funnel.Breakdown))
		return err
	})
	return groups, err
}

// FunnelActors lists the actors behind one number of the steps table: step is a place in the funnel's steps.
func (e *Engine) FunnelActors(ctx context.Context, q Question, trace *Trace) (actors []analysis.FunnelActor, err error) {
	f := q.Query.Funnel
	err = e.readFunnel(ctx, q, trace, func(ctx context.Context, r *funnelReading) error {
		tally := analysis.NewFunnelTally(r.spec, r.dataEnd)
		listed := funnelListed(f, r.spec, tally)
		var keys []int64
		var values []uint32
		actors = nil
		err := r.outcomes(ctx, func(actor int64, o analysis.Outcome) {
			tally.Add(o)
			if o.Times != nil && listed(o) {
				a := analysis.FunnelActor{Steps: len(o.Times), Started: analysis.TimeOf(o.Times[0]), Ended: analysis.TimeOf(o.Times[len(o.Times)-1])}
				a.Kind = analysis.NoValue
				if text, set := r.spec.Values.Text(o.Value); set {
					a.Kind, a.Value = analysis.OwnValue, text
				}
				actors, keys, values = append(actors, a), append(keys, actor), append(values, o.Value)
			}
		})
		if err != nil {
			return err
		}
		if f.Actors.Value != nil {
			title := tally.Titles(f.Breakdown.Limit)
			n := 0
			for i, value := range values {
				if title(value) == *f.Actors.Value {
					actors[n], keys[n] = actors[i], keys[i]
					n++
				}
			}
			actors, keys = actors[:n], keys[:n]
		}
		scan := plan.FunnelScan(q.Query, q.Range)
		scan.Range = q.Range
		if f.Order != model.Unordered {
			scan.Picks = scan.Picks[:1] // an actor's chain starts with one of these
		}
		ids, err := r.ids(ctx, scan, keys)
		for i := range actors {
			actors[i].ActorID = ids[keys[i]]
		}
		slices.SortFunc(actors, func(a, b analysis.FunnelActor) int { return analysis.CompareIDs(a.ActorID, b.ActorID) })
		return err
	})
	return actors, err
}

// FunnelTrend is a funnel's trend.
type FunnelTrend struct {
	// Buckets are the starts of the buckets, in order, and the end of the last one.
	Buckets []time.Time
	Groups  []analysis.TrendGroup
}

// FunnelTrend answers a funnel for each bucket of entry alone. The range cuts the first and the last bucket.
func (e *Engine) FunnelTrend(ctx context.Context, q Question, trace *Trace) (FunnelTrend, error) {
	f := q.Query.Funnel
	buckets, err := plan.Buckets("funnel.interval", q.Range, f.Interval, q.Settings)
	if err != nil {
		return FunnelTrend{}, err
	}
	answer := FunnelTrend{Buckets: buckets}
	err = e.readFunnel(ctx, q, trace, func(ctx context.Context, r *funnelReading) error {
		counts, err := r.trend(ctx, buckets)
		answer.Groups = analysis.GroupTrend(counts, r.spec.Values, len(buckets)-1, breakdownLimit(f.Breakdown))
		return err
	})
	return answer, err
}

// trend counts bucket by bucket; those that lie in closed time are counted once.
func (r *funnelReading) trend(ctx context.Context, buckets []time.Time) (map[uint32][]analysis.EnteredConverted, error) {
	edges := make([]int64, len(buckets))
	for i, b := range buckets {
		edges[i] = analysis.Microseconds(b)
	}
	edges[0] = max(edges[0], analysis.Microseconds(r.question.From))
	edges[len(edges)-1] = min(edges[len(edges)-1], analysis.Microseconds(r.question.To))
	first, last := 0, 0 // the buckets of closed time
	span, ok := r.closedSpan(r.question.Range)
	if ok {
		first, _ = slices.BinarySearch(edges, analysis.Microseconds(span.From))
		var exact bool
		if last, exact = slices.BinarySearch(edges, analysis.Microseconds(span.To)); !exact {
			last--
		}
	}
	sum := map[uint32][]analysis.EnteredConverted{}
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
func (r *funnelReading) trendOf(ctx context.Context, edges []int64) (map[uint32][]analysis.EnteredConverted, error) {
	starts := plan.Range{From: analysis.TimeOf(edges[0]), To: analysis.TimeOf(edges[len(edges)-1])}
	visitors, err := followDays(ctx, r.reading, plan.FunnelScan(r.question.Query, starts), r.days, r.spec.Values, func() *analysis.FunnelTrend {
		return analysis.NewFunnelTrend(r.spec, edges)
	})
	sum := map[uint32][]analysis.EnteredConverted{}
	for _, v := range visitors {
		addTrend(sum, v.Counts, 0, len(edges)-1)
	}
	return sum, err
}

// addTrend adds counts of buckets from a place on.
func addTrend(sum, counts map[uint32][]analysis.EnteredConverted, at, buckets int) {
	for value, list := range counts {
		if sum[value] == nil {
			sum[value] = make([]analysis.EnteredConverted, buckets)
		}
		for i, c := range list {
			sum[value][at+i].Entered += c.Entered
			sum[value][at+i].Converted += c.Converted
		}
	}
}

type keptTrend struct {
	counts map[uint32][]analysis.EnteredConverted
	values *analysis.Values
}

func (r *funnelReading) keptTrend(ctx context.Context, edges []int64) (map[uint32][]analysis.EnteredConverted, error) {
	span := plan.Range{From: analysis.TimeOf(edges[0]), To: analysis.TimeOf(edges[len(edges)-1])}
	key, token, err := r.keptAs(fmt.Sprintf("trend %d %s %s", len(edges), r.question.Zone, r.question.WeekStart), span)
	if err != nil {
		return nil, err
	}
	if kept, ok := r.engine.kept.get(key, token); ok {
		r.trace.Kept = keptText(span)
		r.spec.Values = kept.(keptTrend).values
		return kept.(keptTrend).counts, nil
	}
	counts, err := r.trendOf(ctx, edges)
	if err != nil || r.trace.Dry {
		return counts, err
	}
	const number = 16 // bytes
	r.engine.kept.keep(key, token, keptTrend{counts, r.spec.Values}, r.spec.Values.Bytes()+number*len(counts)*len(edges))
	return counts, nil
}

func keptText(span plan.Range) *say.Text {
	text := say.New("plan.kept-starts", "kept: starts from {{from}} to {{to}} (UTC) were computed before",
		span.From.Format(time.DateTime), span.To.Format(time.DateTime))
	return &text
}

// keptUntil says that what lies before a time was not read again.
func keptUntil(cut time.Time) *say.Text {
	text := say.New("plan.kept-until", "kept: what was before {{time}} (UTC) was read before", cut.UTC().Format(time.DateTime))
	return &text
}

// funnelListed tells whether an actor belongs to the number that the query's list asks for.
func funnelListed(f *model.Funnel, spec *analysis.Funnel, tally *analysis.FunnelTally) func(o analysis.Outcome) bool {
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

func breakdownLimit(b *model.Breakdown) int {
	if b == nil {
		return 0
	}
	return b.Limit
}

// actorID is the id behind a key.
type actorID struct {
	Actor int64 `db:"actor"`
	analysis.ActorID
}

// ids finds the ids of actors by their keys, among the events of the scan's range and types; those of users who have aliases among
// these.
func (r *reading) ids(ctx context.Context, scan plan.Scan, keys []int64) (map[int64]analysis.ActorID, error) {
	if len(keys) == 0 && !r.trace.Dry {
		return nil, nil // an empty list would be bound as null, at which the columnstore fails
	}
	scan.Aliases = r.aliased()
	found, err := rows[actorID](ctx, r, plan.ActorIDs(scan, keys))
	if err == nil && scan.Actor == model.UserActor && r.aliases.haveAny(keys) {
		known, e := rows[actorID](ctx, r, plan.KnownIDs(keys))
		found, err = append(found, known...), e
	}
	ids := make(map[int64]analysis.ActorID, len(found))
	for _, f := range found {
		ids[f.Actor] = f.ActorID
	}
	return ids, err
}

func (e *Engine) readFunnel(ctx context.Context, q Question, trace *Trace, fn func(ctx context.Context, r *funnelReading) error) error {
	return e.read(ctx, trace, func(ctx context.Context, r *reading) error {
		f := &funnelReading{reading: r, question: q, spec: funnelSpec(q.Query.Funnel)}
		var err error
		if f.days, err = r.days(ctx, plan.FunnelScan(q.Query, q.Range).Range); err != nil {
			return err
		}
		if f.dataEnd, err = r.dataEnd(ctx, q.Now); err != nil {
			return err
		}
		return fn(ctx, f)
	})
}

func funnelSpec(f *model.Funnel) *analysis.Funnel {
	spec := &analysis.Funnel{
		Steps: len(f.MainSteps()), Window: f.WindowDuration().Microseconds(), Order: f.Order,
		FirstStart: f.Entry == model.FirstStart, EqualTimes: f.EqualTimes, ByLast: f.BreakdownBy == model.ByLastStep,
		Values: analysis.NewValues(),
	}
	before := 0
	for i := range f.Steps {
		if f.Steps[i].Optional {
			spec.Optional = append(spec.Optional, before)
		} else {
			before++
		}
	}
	for _, x := range f.Exclusions {
		spec.Exclusions = append(spec.Exclusions, analysis.Between{From: x.From - 1, To: x.To - 1})
	}
	return spec
}

// outcomes hands over the outcome of every actor who started, in order of their keys. What is known of starts on closed days
// is not computed again: only those before the first whole day are, and those whose window reaches past the closed days.
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
	before, err := r.walk(ctx, plan.Range{From: starts.From, To: span.From})
	if err != nil {
		return err
	}
	after, err := r.walk(ctx, plan.Range{From: span.To, To: starts.To})
	if err != nil {
		return err
	}
	analysis.MergeOutcomes(r.spec, slices.Concat(before, closed, after), each)
	return nil
}

// walk computes the outcomes of the chains that start in a time range.
func (r *funnelReading) walk(ctx context.Context, starts plan.Range) ([]*analysis.Outcomes, error) {
	if !starts.From.Before(starts.To) {
		return nil, nil
	}
	span := analysis.Starts{From: analysis.Microseconds(starts.From), To: analysis.Microseconds(starts.To)}
	return followDays(ctx, r.reading, plan.FunnelScan(r.question.Query, starts), r.days, r.spec.Values, func() *analysis.Outcomes {
		return analysis.NewOutcomes(r.spec, span)
	})
}

// closedSpan is the longest run of whole days (UTC), from the first one of the range, on which chains start whose windows
// end within closed days and before the end of the data: their outcomes are final until one of those days changes.
func (r *funnelReading) closedSpan(starts plan.Range) (plan.Range, bool) {
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
	return plan.Range{From: first, To: last}, first.Before(last) && !scan.ReadsProfiles()
}

// keptFunnel is the outcomes of a closed span, and the numbers of their breakdown values.
type keptFunnel struct {
	lists  []*analysis.Outcomes
	values *analysis.Values
}

// keptOutcomes are the outcomes of the starts in a closed span, computed once.
func (r *funnelReading) keptOutcomes(ctx context.Context, span plan.Range) ([]*analysis.Outcomes, error) {
	key, token, err := r.keptAs("outcomes", span)
	if err != nil {
		return nil, err
	}
	if kept, ok := r.engine.kept.get(key, token); ok {
		r.trace.Kept = keptText(span)
		r.spec.Values = kept.(keptFunnel).values
		return kept.(keptFunnel).lists, nil
	}
	lists, err := r.walk(ctx, span)
	if err != nil || r.trace.Dry {
		return lists, err
	}
	bytes := r.spec.Values.Bytes()
	for _, l := range lists {
		l.Finish()
		bytes += l.Bytes()
	}
	r.engine.kept.keep(key, token, keptFunnel{lists, r.spec.Values}, bytes)
	return lists, nil
}

// keptAs is the key of what is kept of a closed span, which says all that it depends on but the data, and the token, which says
// of which data it was made.
func (r *funnelReading) keptAs(what string, span plan.Range) (key, token string, err error) {
	f := *r.question.Query.Funnel
	f.Output, f.Actors, f.Bins = "", nil, 0
	f.Steps = slices.Clone(f.Steps)
	for i := range f.Steps {
		f.Steps[i].Label = ""
	}
	if f.Breakdown != nil {
		f.Breakdown = &model.Breakdown{Property: f.Breakdown.Property}
	}
	raw, err := json.Marshal(model.Query{Filters: r.question.Query.Filters, Funnel: &f})
	key = fmt.Sprintf("funnel %s from %s, %s", what, span.From, raw)
	return key, r.closedToken(r.days, plan.FunnelScan(r.question.Query, span).Range), err
}
