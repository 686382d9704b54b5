// Package store runs statements on the database: read-only, bounded in time, rows and connections.
//
//	s, err := store.Open(config)
//	err = s.Read(ctx, func(ctx context.Context, snapshot *store.Snapshot) error {
//		rows, err := store.Select[row](ctx, snapshot, statement)
//		...
//	})
//
// All statements of a Read see the same moment of the database.
package store
