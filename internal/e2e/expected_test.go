package e2e

import (
	"github.com/footfall-analytics/footfall/internal/twin"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// expect returns the frame that the twin's answer makes.
func expect(q *model.Query, w twin.World, r twin.Range, s twin.Settings) table {
	w = w.ResolveAliases()
	answer := twin.Ask(q, w, r, s)
	switch q.QueryType {
	case model.FunnelType:
		return funnelTable(q, w, r, s, answer.Funnel)
	case model.RetentionType:
		return retentionTable(q.Retention, answer.Retention)
	case model.TrendType:
		return trendTable(q.Trend, answer.Trend, s)
	case model.LifecycleType:
		return lifecycleTable(q.Lifecycle, answer.Lifecycle, s)
	case model.StickinessType:
		return stickinessTable(q.Stickiness, answer.Stickiness)
	case model.PathsType:
		return pathsTable(q.Paths, answer.Paths)
	case model.TimelineType:
		return timelineTable(q.Timeline, answer.Timeline, s.Zone)
	case model.AnomaliesType:
		return anomaliesTable(q.Anomalies, answer.Anomalies, s.Zone)
	case model.AnnotationsType:
		return annotationsTable(q.Annotations, answer.Annotations, s.Zone)
	}
	return heatmapTable(q.Heatmap, answer.Heatmap)
}

// idFields returns the columns that name an actor: a session has its user beside it.
func idFields(a model.Actor) []string {
	if a == model.SessionActor {
		return []string{"session_id", "user_id"}
	}
	return []string{"user_id"}
}

func idCells(a model.Actor, actor twin.Actor) []any {
	if a == model.SessionActor {
		return []any{actor.ID, textOrNull(actor.User)}
	}
	return []any{actor.ID}
}

func share(part, whole int) any {
	if whole == 0 {
		return nil
	}
	return float64(part) / float64(whole)
}
