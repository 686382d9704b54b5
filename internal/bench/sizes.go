package main

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/sql"
)

// sizes is what the data takes on disk, in bytes, indexes included.
type sizes struct {
	// rowStore and columnStore are of the days that are in the columnstore: before, and now.
	rowStore, columnStore int64
	tables                []tableSize
}

type tableSize struct {
	Name  string
	Bytes int64
}

func (db *database) sizes(ctx context.Context) (s sizes, err error) {
	err = db.conn.QueryRow(ctx, `SELECT sum(before_compression_total_bytes)::bigint, sum(after_compression_total_bytes)::bigint
		FROM hypertable_compression_stats('user_events')`).Scan(&s.rowStore, &s.columnStore)
	if err != nil {
		return s, err
	}
	rows, err := db.conn.Query(ctx, `SELECT * FROM (
			SELECT view_name AS name, hypertable_size(format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name)::regclass) AS bytes
			FROM timescaledb_information.continuous_aggregates WHERE view_schema = $1
			UNION ALL
			SELECT tablename, pg_total_relation_size(format('%I.%I', schemaname, tablename)::regclass)
			FROM pg_tables WHERE schemaname = $1 AND tablename <> 'user_events') AS tables
		WHERE bytes > 100000 ORDER BY bytes DESC`, db.schema)
	if err != nil {
		return s, err
	}
	s.tables, err = pgx.CollectRows(rows, pgx.RowToStructByPos[tableSize])
	return s, err
}

// refreshDay brings rollups and closed days up to date after one late event, and says how long that takes.
func (db *database) refreshDay(ctx context.Context) (time.Duration, error) {
	yesterday := time.Now().UTC().Truncate(day).AddDate(0, 0, -1)
	if _, err := db.add(ctx, yesterday, &event{second: daySeconds / 2}); err != nil {
		return 0, err
	}
	start := time.Now()
	if err := sql.RefreshRollups(ctx, db.conn, db.schema); err != nil {
		return 0, err
	}
	took := time.Since(start)
	if err := db.removeAddition(ctx); err != nil {
		return 0, err
	}
	return took, sql.RefreshRollups(ctx, db.conn, db.schema)
}
