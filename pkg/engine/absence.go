package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/agnivade/levenshtein"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
	"github.com/footfall-analytics/footfall/pkg/store"
)

// Absence says why a question found nothing. Its statements are added to the answer's trace.
func (e *Engine) Absence(ctx context.Context, q Question, trace *Trace) (absence analysis.Absence, err error) {
	err = e.store.Read(ctx, func(ctx context.Context, snapshot *store.Snapshot) error {
		r := &reading{engine: e, snapshot: snapshot, trace: trace}
		if err := r.readAliases(ctx); err != nil {
			return err
		}
		absence, err = r.absence(ctx, q)
		return err
	})
	return absence, err
}

// occurrence is what is known of an event by its name.
type occurrence struct {
	Place   int        `db:"place"`
	Seen    bool       `db:"seen"`
	InRange bool       `db:"in_range"`
	Latest  *time.Time `db:"latest"`
}

func (r *reading) absence(ctx context.Context, q Question) (analysis.Absence, error) {
	names := q.Query.EventNames()
	found, err := rows[occurrence](ctx, r, plan.Occurrences(append(names, model.AnyEvent), q.Range, q.Now))
	if err != nil {
		return analysis.Absence{}, err
	}
	of := map[string]occurrence{model.AnyEvent: found[len(names)]}
	for i, name := range names {
		of[name] = found[i]
	}
	a := analysis.Absence{NoEvents: !of[model.AnyEvent].Seen}
	if a.NoEvents {
		return a, nil
	}
	if a.Unknown, err = r.unknown(ctx, q, slices.DeleteFunc(names, func(name string) bool { return of[name].Seen })); err != nil {
		return a, err
	}
	if q.Query.QueryType == model.TimelineType {
		return a, r.absentTimeline(ctx, q, &a)
	}
	a.Missing = true
	for _, name := range q.Query.FirstEventNames() {
		o := of[name]
		a.Missing = a.Missing && !o.InRange
		if o.Latest != nil && o.Latest.After(a.Latest) {
			a.Latest, a.Event = *o.Latest, name
		}
	}
	return a, nil
}

// absentTimeline finds the latest event of the timeline's user or session that passes its filters.
func (r *reading) absentTimeline(ctx context.Context, q Question, a *analysis.Absence) error {
	query, keys, err := r.ofKnownUser(ctx, q.Query)
	if err != nil {
		return err
	}
	one, newest := *query, *query.Timeline
	newest.Order, newest.Limit = model.NewestFirst, 1
	one.Timeline = &newest
	events, err := rows[analysis.TimelineEvent](ctx, r, plan.Timeline(&one, model.Range{To: q.Now.Add(time.Microsecond)}, r.hasAliases(), keys))
	a.Missing = true
	if len(events) > 0 {
		a.Latest, a.Event = events[0].Time, model.AnyEvent
	}
	return err
}

// unknown returns the names, each with the known one that is most like it.
func (r *reading) unknown(ctx context.Context, q Question, names []string) ([]analysis.UnknownEvent, error) {
	if len(names) == 0 {
		return nil, nil
	}
	known, err := rows[struct {
		Name  string `db:"name"`
		Count int64  `db:"count"`
	}](ctx, r, plan.EventNames(model.Range{From: time.Time{}, To: q.Now}))
	if err != nil {
		return nil, err
	}
	list := make([]analysis.UnknownEvent, len(names))
	for i, name := range names {
		list[i].Name = name
		nearest := len([]rune(name))/3 + 1 // a name of three letters may differ in one
		for _, k := range known {          // the most frequent ones first
			if d := levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(k.Name)); d <= nearest && (list[i].Similar == "" || d < nearest) {
				list[i].Similar, nearest = k.Name, d
			}
		}
	}
	return list, nil
}
