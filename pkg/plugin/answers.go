package plugin

import (
	"context"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/frames"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// answers has an entry for every type of a query and every output of that type.
var answers = map[kind]entry{
	{model.FunnelType, string(model.FunnelSteps)}:         numbers((*engine.Engine).Funnel, frames.FunnelSteps, frames.FunnelView),
	{model.FunnelType, string(model.FunnelChart)}:         numbers((*engine.Engine).Funnel, frames.FunnelChart, frames.BarsView),
	{model.FunnelType, string(model.FunnelConversion)}:    numbers((*engine.Engine).Funnel, frames.FunnelConversion, frames.NumbersView),
	{model.FunnelType, string(model.FunnelTimeToConvert)}: numbers((*engine.Engine).Funnel, frames.FunnelTimeToConvert, frames.BarsView),
	{model.FunnelType, string(model.FunnelTrend)}:         numbers((*engine.Engine).FunnelTrend, frames.FunnelTrend, frames.LinesView),
	{model.FunnelType, string(model.FunnelActors)}:        people((*engine.Engine).FunnelActors, frames.FunnelActors, frames.TableView),

	{model.RetentionType, string(model.RetentionTable)}:   numbers((*engine.Engine).Retention, frames.RetentionTable, frames.CohortsView),
	{model.RetentionType, string(model.RetentionHeatmap)}: numbers((*engine.Engine).Retention, frames.RetentionHeatmap, frames.GridView),
	{model.RetentionType, string(model.RetentionLong)}:    numbers((*engine.Engine).Retention, frames.RetentionLong, frames.TableView),
	{model.RetentionType, string(model.RetentionCurve)}:   numbers((*engine.Engine).Retention, frames.RetentionCurve, frames.LinesView),
	{model.RetentionType, string(model.RetentionClassic)}: numbers((*engine.Engine).Retention, frames.RetentionClassic, frames.TableView),
	{model.RetentionType, string(model.RetentionRate)}:    numbers((*engine.Engine).Retention, frames.RetentionRate, frames.NumbersView),
	{model.RetentionType, string(model.RetentionActors)}:  people((*engine.Engine).RetentionActors, frames.RetentionActors, frames.TableView),

	{model.HeatmapType, ""}: numbers((*engine.Engine).Heatmap, frames.Heatmap, frames.GridView),
	{model.TrendType, ""}:   numbers((*engine.Engine).Trend, frames.Trend, frames.LinesView),

	{model.LifecycleType, ""}:                             numbers((*engine.Engine).Lifecycle, frames.Lifecycle, frames.LifecycleView),
	{model.StickinessType, string(model.StickinessTable)}: numbers((*engine.Engine).Stickiness, frames.StickinessTable, frames.BarsView),
	{model.StickinessType, string(model.StickinessRate)}:  numbers((*engine.Engine).Stickiness, frames.StickinessRate, frames.NumbersView),

	{model.PathsType, string(model.PathsGraph)}: numbers((*engine.Engine).PathGraph, frames.PathGraph, frames.PathsView),
	{model.PathsType, string(model.PathsTable)}: numbers((*engine.Engine).PathList, frames.PathList, frames.TableView),

	{model.AnomaliesType, string(model.BusyActors)}:     people((*engine.Engine).BusyActors, frames.BusyActors, frames.TableView),
	{model.AnomaliesType, string(model.BusyActorPeaks)}: people((*engine.Engine).BusyActors, frames.BusyActorPeaks, frames.NumbersView),
	{model.AnomaliesType, string(model.BusyActorCount)}: numbers((*engine.Engine).BusyActors, frames.BusyActorCount, frames.NumbersView),
	{model.AnomaliesType, string(model.UnusualBuckets)}: numbers((*engine.Engine).UnusualBuckets, frames.UnusualBuckets, frames.BandsView),
	{model.AnomaliesType, string(model.BucketScore)}:    numbers((*engine.Engine).UnusualBuckets, frames.BucketScore, frames.NumbersView),

	{model.TimelineType, ""}:    people((*engine.Engine).Timeline, frames.Timeline, frames.TimelineView),
	{model.AnnotationsType, ""}: numbers((*engine.Engine).Annotations, frames.Annotations, frames.TableView),
}

// kind is a query's type and output.
type kind struct {
	queryType model.QueryType
	output    string
}

func kindOf(q *model.Query) kind { return kind{q.QueryType, q.Output()} }

// entry says how queries of a kind are answered.
type entry struct {
	// listsPeople says whether the answer names single users or sessions.
	listsPeople bool
	answer      func(ctx context.Context, d *Datasource, q engine.Question, trace *engine.Trace) (data.Frames, error)
}

// numbers returns an entry whose answer names nobody, unless the query itself asks by id. ask computes the answer, show makes frames, and
// the Footfall panel draws them as the view.
func numbers[A any](
	ask func(*engine.Engine, context.Context, engine.Question, *engine.Trace) (A, error),
	show func(frames.Panel, A) data.Frames,
	view frames.View,
) entry {
	return entry{answer: func(ctx context.Context, d *Datasource, q engine.Question, trace *engine.Trace) (data.Frames, error) {
		answer, err := ask(d.engine, ctx, q, trace)
		if err != nil {
			return nil, err
		}
		shown := show(d.panel(q), answer)
		if q.Query.BySegment() {
			frames.NoteOverlap(shown)
		}
		return frames.SetView(shown, view), nil
	}}
}

// people returns an entry whose answer names single users or sessions.
func people[A any](
	ask func(*engine.Engine, context.Context, engine.Question, *engine.Trace) (A, error),
	show func(frames.Panel, A) data.Frames,
	view frames.View,
) entry {
	e := numbers(ask, show, view)
	e.listsPeople = true
	return e
}

// answer answers a question.
func (d *Datasource) answer(ctx context.Context, q engine.Question, trace *engine.Trace) (data.Frames, error) {
	e, found := answers[kindOf(q.Query)]
	if !found {
		panic("plugin: a query that was not validated: " + string(q.Query.QueryType))
	}
	return e.answer(ctx, d, q, trace)
}

// panel returns what frames need to know apart from the answer.
func (d *Datasource) panel(q engine.Question) frames.Panel {
	return frames.Panel{UID: d.uid, Name: d.name, Query: q.Query, From: q.From, To: q.To, Zone: q.Zone, WeekStart: q.WeekStart}
}
