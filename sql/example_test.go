package sql_test

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/sql"
)

// The schema is made, or brought up to date, by its owner; programs then ask whether it is what they expect.
func ExampleMigrate() {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, "postgres://owner@127.0.0.1:5432/shop")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = conn.Close(ctx) }()
	retention := 400 * 24 * time.Hour
	if err := sql.Migrate(ctx, conn, sql.Options{Retention: &retention, Log: func(step string) { fmt.Println(step) }}); err != nil {
		fmt.Println(err)
		return
	}
	version, err := sql.Check(ctx, conn, sql.DefaultSchema)
	fmt.Println(version, err)
}
