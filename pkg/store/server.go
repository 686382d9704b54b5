package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/pkg/say"
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
	// HasEvents says whether there are any events.
	HasEvents bool `json:"hasEvents"`
	// Jobs are the background jobs by which the server keeps all that up to date.
	Jobs []footfallsql.Job `json:"jobs"`
}

// Rollup is a continuous aggregate and the time up to which it is materialised; nil before its first refresh.
type Rollup struct {
	Name string     `json:"name" db:"name"`
	UpTo *time.Time `json:"upTo" db:"up_to"`
}

// Inspect asks the server what it offers. If something is missing, the error says what to do about it, and what was found is still
// returned.
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
			return inWords(err)
		}
		if err := tx.QueryRow(ctx, `SELECT count(*), (max(day) + 1)::timestamp AT TIME ZONE 'UTC', EXISTS (SELECT FROM user_events) FROM closed_days`).
			Scan(&server.ClosedDays, &server.ClosedUpTo, &server.HasEvents); err != nil {
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

// inWords turns the error of a database that lacks something into a sentence for users; other errors stay as they are.
func inWords(err error) error {
	var oldExtension *footfallsql.OldExtensionError
	var licence *footfallsql.LicenceError
	var noTables *footfallsql.NoTablesError
	var oldSchema *footfallsql.OldSchemaError
	var newSchema *footfallsql.NewSchemaError
	switch {
	case errors.Is(err, footfallsql.ErrNoExtension):
		return say.New("lack.extension",
			"the TimescaleDB extension is not enabled in this database: run collector migrate, or CREATE EXTENSION timescaledb as a superuser").Err()
	case errors.As(err, &oldExtension):
		return say.New("lack.new-extension", "TimescaleDB {{version}} is too old: Footfall needs {{least}} or later; upgrade and run ALTER EXTENSION timescaledb UPDATE",
			oldExtension.Version, footfallsql.MinTimescaleDB).Err()
	case errors.As(err, &licence):
		return say.New("lack.licence", "TimescaleDB runs with the {{licence}} licence, without the columnstore and continuous aggregates that Footfall needs: "+
			"set timescaledb.license = 'timescale' (the Community edition, free of charge) and restart the server", licence.Licence).Err()
	case errors.As(err, &noTables):
		return say.New("lack.tables", "the database has no Footfall tables in schema {{schema}}: run collector migrate, or correct the schema in the data source's settings",
			noTables.Schema).Err()
	case errors.As(err, &oldSchema):
		return say.New("lack.new-schema", "the schema {{schema}} has version {{version}}, and this plugin needs {{needed}}: run collector migrate",
			oldSchema.Schema, oldSchema.Version, footfallsql.LatestVersion).Err()
	case errors.As(err, &newSchema):
		return say.New("lack.new-plugin", "the database has schema version {{version}}, and this plugin knows {{known}}: use a newer plugin",
			newSchema.Version, footfallsql.LatestVersion).Err()
	}
	return err
}
