// Package sql holds the database schema: the one thing that the collector and the plugin share. Migrations are numbered
// SQL files with tables and data, applied in order, each once; functions are made anew each time. All of it is one transaction.
//
//	err := sql.Migrate(ctx, conn, sql.Options{Schema: "footfall"}) // as the owner
//	version, err := sql.Check(ctx, conn, "footfall")               // as a reader or writer
//
// jobs.go does what background jobs do, where there are none.
package sql
