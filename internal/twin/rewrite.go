package twin

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Rewrite returns the same question written in another way: its lists in another order, some things said twice, one value as a list of
// one, numbers and names of properties spelled otherwise.
func Rewrite(q *model.Query, random *rand.Rand) *model.Query {
	raw, err := json.Marshal(q)
	if err != nil {
		panic(err)
	}
	var other model.Query
	if err := json.Unmarshal(raw, &other); err != nil {
		panic(err)
	}
	g := generator{random}
	if f := other.Funnel; f != nil {
		if len(f.Exclusions) > 0 && g.chance(30) {
			f.Exclusions = append(f.Exclusions, model.Exclusion{From: f.Exclusions[0].From, To: f.Exclusions[0].To, EventSelector: copySelector(f.Exclusions[0].EventSelector)})
		}
		g.Shuffle(len(f.Exclusions), func(i, j int) { f.Exclusions[i], f.Exclusions[j] = f.Exclusions[j], f.Exclusions[i] })
	}
	for _, s := range selectors(&other) {
		if len(other.Filters) > 0 && g.chance(30) {
			s.Filters = append(s.Filters, copyFilter(pick(g, other.Filters)))
		}
		s.Filters = g.rewriteFilters(s.Filters)
	}
	other.Filters = g.rewriteFilters(other.Filters)
	return &other
}

// selectors returns those of a query's analysis.
func selectors(q *model.Query) []*model.EventSelector {
	switch q.QueryType {
	case model.FunnelType:
		var all []*model.EventSelector
		for i := range q.Funnel.Steps {
			all = append(all, &q.Funnel.Steps[i].EventSelector)
		}
		for i := range q.Funnel.Exclusions {
			all = append(all, &q.Funnel.Exclusions[i].EventSelector)
		}
		return all
	case model.TrendType:
		var all []*model.EventSelector
		for i := range q.Trend.Series {
			all = append(all, &q.Trend.Series[i].EventSelector)
		}
		return all
	case model.RetentionType:
		return []*model.EventSelector{&q.Retention.Start, &q.Retention.Return}
	case model.HeatmapType:
		return []*model.EventSelector{&q.Heatmap.EventSelector}
	case model.LifecycleType:
		return []*model.EventSelector{&q.Lifecycle.EventSelector}
	case model.StickinessType:
		return []*model.EventSelector{&q.Stickiness.EventSelector}
	case model.PathsType:
		return []*model.EventSelector{&q.Paths.EventSelector}
	case model.TimelineType:
		return []*model.EventSelector{&q.Timeline.EventSelector}
	case model.AnomaliesType:
		return []*model.EventSelector{&q.Anomalies.EventSelector}
	case model.AnnotationsType:
		return []*model.EventSelector{&q.Annotations.EventSelector}
	}
	panic("twin: unknown query type " + string(q.QueryType))
}

func copySelector(s model.EventSelector) model.EventSelector {
	filters := slices.Clone(s.Filters)
	for i := range filters {
		filters[i] = copyFilter(filters[i])
	}
	return model.EventSelector{Event: s.Event, Filters: filters}
}

func copyFilter(f model.Filter) model.Filter {
	f.Values = slices.Clone(f.Values)
	return f
}

func (g generator) rewriteFilters(filters []model.Filter) []model.Filter {
	if len(filters) > 0 && g.chance(30) {
		filters = append(filters, copyFilter(pick(g, filters)))
	}
	for i := range filters {
		g.rewrite(&filters[i])
	}
	g.Shuffle(len(filters), func(i, j int) { filters[i], filters[j] = filters[j], filters[i] })
	return filters
}

func (g generator) rewrite(f *model.Filter) {
	if path, ok := strings.CutPrefix(f.Property, "metadata."); ok && g.chance(30) && path[0] != '\\' {
		f.Property = `metadata.\` + path
	}
	lists := map[model.Operator]model.Operator{model.Equal: model.In, model.NotEqual: model.NotIn}
	if list, single := lists[f.Operator]; single && g.chance(40) {
		f.Operator = list
	}
	switch f.Operator {
	case model.In, model.NotIn:
		if g.chance(40) {
			f.Values = append(f.Values, pick(g, f.Values))
		}
		g.Shuffle(len(f.Values), func(i, j int) { f.Values[i], f.Values[j] = f.Values[j], f.Values[i] })
	case model.Less, model.LessOrEqual, model.Greater, model.GreaterOrEqual:
		if !strings.ContainsAny(f.Values[0], ".e") && g.chance(40) {
			f.Values[0] += ".0"
		}
	}
}
