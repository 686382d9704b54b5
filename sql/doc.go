// Package sql holds the database schema, the only thing that the collector and the plugin share. Migrations are numbered SQL files with
// tables and data, applied in order, each once; functions are made again each time. All of this is one transaction.
//
//	err := sql.Migrate(ctx, conn, sql.Options{Schema: "footfall"}) // as the owner
//	version, err := sql.Check(ctx, conn, "footfall")               // as a reader or writer
//
// jobs.go does the work of background jobs for servers without them.
package sql
