package twin

import (
	"encoding/json"
	"slices"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// ofSegment is a question about the actors of one segment, or of none.
type ofSegment struct {
	kind  Kind
	name  string
	query *model.Query
}

// bySegments returns the questions that one makes that is broken down by segments, of which the first ones are the largest.
func bySegments(q *model.Query) []ofSegment {
	raw, err := json.Marshal(q)
	if err != nil {
		panic(err)
	}
	limit := 0
	about := func(kind Kind, name string, keep model.Filter) ofSegment {
		var own model.Query
		if err := json.Unmarshal(raw, &own); err != nil {
			panic(err)
		}
		switch own.QueryType {
		case model.FunnelType:
			limit, own.Funnel.Breakdown = own.Funnel.Breakdown.Limit, nil
			if own.Funnel.Actors != nil {
				own.Funnel.Actors.Value = nil
			}
		case model.RetentionType:
			limit, own.Retention.Breakdown = own.Retention.Breakdown.Limit, nil
		case model.TrendType:
			limit, own.Trend.Breakdown = own.Trend.Breakdown.Limit, nil
		}
		own.Filters = append(own.Filters, keep)
		return ofSegment{kind, name, &own}
	}
	var all []ofSegment
	for _, name := range SegmentNames {
		all = append(all, about(Value, name, model.Filter{Property: model.SegmentProperty, Operator: model.In, Values: []string{name}}))
	}
	all = all[:min(limit, len(all))]
	shown := SegmentNames[:len(all)]
	return append(all, about(None, "", model.Filter{Property: model.SegmentProperty, Operator: model.NotIn, Values: slices.Clone(shown)}))
}

func funnelBySegment(q *model.Query, w World, r Range, s Settings) (rows []FunnelRow) {
	for _, of := range bySegments(q) {
		own := Funnel(of.query, w, r, s)
		if !slices.ContainsFunc(own, func(row FunnelRow) bool { return row.Users > 0 }) {
			continue
		}
		for _, row := range own {
			row.Kind, row.Breakdown = of.kind, of.name
			rows = append(rows, row)
		}
	}
	return rows
}

func funnelTrendBySegment(q *model.Query, w World, r Range, s Settings) (rows []FunnelBucket) {
	for _, of := range bySegments(q) {
		own := FunnelTrend(of.query, w, r, s)
		if !slices.ContainsFunc(own, func(b FunnelBucket) bool { return b.Entered > 0 }) {
			continue
		}
		for _, row := range own {
			row.Kind, row.Breakdown = of.kind, of.name
			rows = append(rows, row)
		}
	}
	return rows
}

func funnelActorsBySegment(q *model.Query, w World, r Range, s Settings) (actors []FunnelActor) {
	for _, of := range bySegments(q) {
		if only := q.Funnel.Actors.Value; only != nil && *only != Title(of.kind, of.name) {
			continue
		}
		for _, a := range FunnelActors(of.query, w, r, s) {
			a.Kind, a.Breakdown = of.kind, of.name
			actors = append(actors, a)
		}
	}
	slices.SortStableFunc(actors, func(a, b FunnelActor) int { return CompareActors(a.Actor, b.Actor) })
	return actors
}

func retentionBySegment(q *model.Query, w World, r Range, s Settings) (all []Matrix) {
	for _, of := range bySegments(q) {
		for _, m := range Retention(of.query, w, r, s) {
			if !slices.ContainsFunc(m.Cohorts, func(c Cohort) bool { return c.Size() > 0 }) {
				continue
			}
			m.Kind, m.Breakdown = of.kind, of.name
			all = append(all, m)
		}
	}
	return all
}

func linesBySegment(q *model.Query, w World, r Range, s Settings) (lines []TrendLine) {
	for i := range q.Trend.Series {
		for _, of := range bySegments(q) {
			for _, line := range Trending(of.query, w, r, s).Lines {
				if line.Series == i && slices.ContainsFunc(line.Counts, func(n int) bool { return n > 0 }) {
					line.Place = Place{of.kind, of.name}
					lines = append(lines, line)
				}
			}
		}
	}
	return lines
}
