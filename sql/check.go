package sql

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
)

// MinTimescaleDB is the oldest version of the extension that Footfall runs on. Before 2.18.1, an INSERT that meets a known event of a
// compressed day drops the events after it (https://github.com/timescale/timescaledb/issues/7672).
const MinTimescaleDB = "2.18.1"

// ErrNoExtension is the error of a database in which TimescaleDB is not enabled.
var ErrNoExtension = errors.New("the TimescaleDB extension is not enabled in this database: run collector migrate, or CREATE EXTENSION timescaledb as a superuser")

// OldExtensionError is the error of a TimescaleDB before [MinTimescaleDB].
type OldExtensionError struct{ Version string }

func (e *OldExtensionError) Error() string {
	return fmt.Sprintf("TimescaleDB %s is too old: Footfall needs %s or later; upgrade and run ALTER EXTENSION timescaledb UPDATE", e.Version, MinTimescaleDB)
}

// LicenceError is the error of a TimescaleDB whose licence leaves out what Footfall needs.
type LicenceError struct{ Licence string }

func (e *LicenceError) Error() string {
	return fmt.Sprintf("TimescaleDB runs with the %s licence, without the columnstore and continuous aggregates that Footfall needs: set timescaledb.license = 'timescale' (the Community edition, free of charge) and restart the server", e.Licence)
}

// NoTablesError is the error of a schema that does not exist, or has none of Footfall's tables.
type NoTablesError struct{ Schema string }

func (e *NoTablesError) Error() string {
	return fmt.Sprintf("the database has no Footfall tables in schema %s: run collector migrate", e.Schema)
}

// OldSchemaError is the error of a schema before [LatestVersion].
type OldSchemaError struct {
	Schema  string
	Version int
}

func (e *OldSchemaError) Error() string {
	return fmt.Sprintf("the schema %s has version %d, this program needs %d: run collector migrate", e.Schema, e.Version, LatestVersion)
}

// NewSchemaError is the error of a schema after [LatestVersion], which a newer program has made.
type NewSchemaError struct{ Version int }

func (e *NewSchemaError) Error() string {
	return fmt.Sprintf("the database has schema version %d, this program knows %d: use a newer program", e.Version, LatestVersion)
}

// ensureExtension installs the extension if the server offers it; else the error says what is missing.
func ensureExtension(ctx context.Context, conn *pgx.Conn) error {
	var available, installed *string
	err := conn.QueryRow(ctx, `SELECT max(default_version), max(installed_version)
		FROM pg_available_extensions WHERE name = 'timescaledb'`).Scan(&available, &installed)
	if err != nil {
		return err
	}
	if available == nil {
		return errors.New("this PostgreSQL server has no TimescaleDB extension: install TimescaleDB " + MinTimescaleDB + " or later (Community edition) on it, see https://docs.timescale.com/self-hosted/latest/install/")
	}
	if installed == nil {
		if _, err := conn.Exec(ctx, `CREATE EXTENSION timescaledb`); err != nil {
			return explain("the TimescaleDB extension is not enabled in this database and could not be; run CREATE EXTENSION timescaledb as a superuser", err)
		}
	}
	if err := checkExtension(ctx, conn); err != nil {
		return err
	}
	return checkUsage(ctx, conn)
}

// checkUsage returns an error if the user may not call the extension's functions, because they are in somebody else's schema.
func checkUsage(ctx context.Context, conn Querier) error {
	var extension, user string
	var may bool
	err := conn.QueryRow(ctx, `SELECT extnamespace::regnamespace::text, quote_ident(current_user::text), has_schema_privilege(extnamespace, 'USAGE')
		FROM pg_extension WHERE extname = 'timescaledb'`).Scan(&extension, &user, &may)
	if err == nil && !may {
		err = fmt.Errorf("TimescaleDB is installed in the schema %[1]s, which %[2]s may not use: as the owner of that schema, GRANT USAGE ON SCHEMA %[1]s TO %[2]s WITH GRANT OPTION", extension, user)
	}
	return err
}

// checkExtension returns an error if the extension is missing, too old, or limited to the Apache licence.
func checkExtension(ctx context.Context, conn Querier) error {
	var version, licence string
	err := conn.QueryRow(ctx, `SELECT extversion, current_setting('timescaledb.license')
		FROM pg_extension WHERE extname = 'timescaledb'`).Scan(&version, &licence)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNoExtension
	}
	if err != nil {
		return err
	}
	if !atLeast(version, MinTimescaleDB) {
		return &OldExtensionError{version}
	}
	if licence != "timescale" {
		return &LicenceError{licence}
	}
	return nil
}

func atLeast(version, minimum string) bool {
	var has, needs [3]int
	_, err := fmt.Sscanf(version, "%d.%d.%d", &has[0], &has[1], &has[2])
	_, minErr := fmt.Sscanf(minimum, "%d.%d.%d", &needs[0], &needs[1], &needs[2])
	return err == nil && minErr == nil && slices.Compare(has[:], needs[:]) >= 0
}

// Querier is a connection or a transaction.
type Querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Check returns an error, with a sentence that says what to do, if the database lacks something: the extension, its licence, or the schema
// at [LatestVersion]. The error is one of the types above, for programs that use their own words. The version is the schema's, 0 if not
// known. A member of either of the schema's roles may call it.
func Check(ctx context.Context, conn Querier, schema string) (version int, err error) {
	if err := validateSchema(schema); err != nil {
		return 0, err
	}
	if err := checkExtension(ctx, conn); err != nil {
		return 0, err
	}
	table := pgx.Identifier{schema, "schema_migrations"}.Sanitize()
	err = conn.QueryRow(ctx, "SELECT coalesce(max(version), 0) FROM "+table).Scan(&version)
	switch {
	case pgCode(err) == pgerrcode.UndefinedTable:
		return 0, &NoTablesError{schema}
	case err != nil:
		return 0, err
	case version < LatestVersion:
		return version, &OldSchemaError{schema, version}
	case version > LatestVersion:
		return version, &NewSchemaError{version}
	}
	return version, nil
}
