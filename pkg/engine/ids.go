package engine

import (
	"context"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
)

// actorID is the id behind a key.
type actorID struct {
	Actor int64 `db:"actor"`
	analysis.ActorID
}

// ids finds the ids of actors by their keys, among the events of the scan's range and types or, for users who have aliases, among the
// aliases.
func (r *reading) ids(ctx context.Context, scan plan.Scan, keys []int64) (map[int64]analysis.ActorID, error) {
	if len(keys) == 0 && !r.trace.Dry {
		return nil, nil // an empty list would be bound as null, and the columnstore would fail
	}
	scan.Aliases = r.hasAliases()
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
