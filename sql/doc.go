// Package sql holds the database schema: the one thing that the collector and the plugin share. Migrations are numbered
// SQL files, applied in order, each once, all in one transaction.
//
//	err := sql.Migrate(ctx, conn, sql.Options{Schema: "footfall"}) // as the owner
//	version, err := sql.Check(ctx, conn, "footfall")               // as a reader or writer
//
// jobs.go does what background jobs do, where there are none.
package sql
