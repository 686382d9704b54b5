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

// rowsBySegment returns what is answered about each segment, marked by mark, if one of its rows counts anybody.
func rowsBySegment[R any](q *model.Query, ask func(*model.Query) []R, counts func(R) bool, mark func(*R, ofSegment)) (rows []R) {
	for _, of := range bySegments(q) {
		own := ask(of.query)
		if !slices.ContainsFunc(own, counts) {
			continue
		}
		for i := range own {
			mark(&own[i], of)
		}
		rows = append(rows, own...)
	}
	return rows
}

func funnelBySegment(q *model.Query, w World, r Range, s Settings) []FunnelRow {
	return rowsBySegment(q, func(own *model.Query) []FunnelRow { return Funnel(own, w, r, s) },
		func(row FunnelRow) bool { return row.Users > 0 },
		func(row *FunnelRow, of ofSegment) { row.Kind, row.Breakdown = of.kind, of.name })
}

func funnelTrendBySegment(q *model.Query, w World, r Range, s Settings) []FunnelBucket {
	return rowsBySegment(q, func(own *model.Query) []FunnelBucket { return FunnelTrend(own, w, r, s) },
		func(b FunnelBucket) bool { return b.Entered > 0 },
		func(b *FunnelBucket, of ofSegment) { b.Kind, b.Breakdown = of.kind, of.name })
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

func retentionBySegment(q *model.Query, w World, r Range, s Settings) []Matrix {
	return rowsBySegment(q, func(own *model.Query) []Matrix { return Retention(own, w, r, s) },
		func(m Matrix) bool {
			return slices.ContainsFunc(m.Cohorts, func(c Cohort) bool { return c.Size() > 0 })
		},
		func(m *Matrix, of ofSegment) { m.Kind, m.Breakdown = of.kind, of.name })
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
