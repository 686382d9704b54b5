package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	footfallsql "github.com/footfall-analytics/footfall/sql"
)

// Server is what the database offers.
type Server struct {
	// PostgreSQL, TimescaleDB and Licence are the server's version, the extension's (empty without it) and its licence.
	PostgreSQL  string `json:"server"`
	TimescaleDB string `json:"timescaledb"`
	Licence     string `json:"licence"`
	// SchemaVersion is the number of the last migration; 0 without Footfall's tables.
	SchemaVersion int      `json:"schemaVersion"`
	Rollups       []Rollup `json:"rollups"`
	// ClosedDays is how many days are packed, and ClosedUpTo the end of the last of them; nil without any.
	ClosedDays int        `json:"closedDays"`
	ClosedUpTo *time.Time `json:"closedUpTo"`
	// Jobs are the background jobs by which the server keeps all that up to date.
	Jobs []footfallsql.Job `json:"jobs"`
}

// Rollup is a continuous aggregate and the time up to which it is materialised; nil before its first refresh.
type Rollup struct {
	Name string     `json:"name" db:"name"`
	UpTo *time.Time `json:"upTo" db:"up_to"`
}

// Inspect asks the server what it offers. Where it lacks something, the error says what to do about it, and what was found
// is returned all the same.
func (s *Store) Inspect(ctx context.Context) (Server, error) {
	var server Server
	err := s.Read(ctx, func(ctx context.Context, snapshot *Snapshot) error {
		tx := snapshot.txs[0]
		err := tx.QueryRow(ctx, `SELECT current_setting('server_version'),
			coalesce((SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'), ''),
			coalesce(current_setting('timescaledb.license', true), '')`,
		).Scan(&server.PostgreSQL, &server.TimescaleDB, &server.Licence)
		if err != nil {
			return err
		}
		if server.SchemaVersion, err = footfallsql.Check(ctx, tx, s.config.Schema); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT count(*), (max(day) + 1)::timestamp AT TIME ZONE 'UTC' FROM closed_days`).
			Scan(&server.ClosedDays, &server.ClosedUpTo); err != nil {
			return err
		}
		if server.Jobs, err = footfallsql.Jobs(ctx, tx, s.config.Schema); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT view_name AS name,
				CASE WHEN mark > '0001-01-01' THEN mark END AS up_to
			FROM timescaledb_information.continuous_aggregates
			JOIN _timescaledb_catalog.continuous_agg ON user_view_schema = view_schema AND user_view_name = view_name
			CROSS JOIN LATERAL (SELECT _timescaledb_functions.to_timestamp(_timescaledb_functions.cagg_watermark(mat_hypertable_id)) AS mark) w
			WHERE view_schema = current_schema()
			ORDER BY view_name`)
		if err != nil {
			return err
		}
		server.Rollups, err = pgx.CollectRows(rows, pgx.RowToStructByName[Rollup])
		return err
	})
	return server, err
}
