package sql

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

//go:embed migrations/*.sql
var files embed.FS

// Rollups are the names of the continuous aggregates.
var Rollups = []string{"active_users_hourly", "event_counts_15min"}

// DefaultSchema is the database schema that holds Footfall's tables unless a setting names another.
const DefaultSchema = "footfall"

// Options say where and how to migrate. The zero value is ready to use.
type Options struct {
	// Schema is the database schema; empty means [DefaultSchema].
	Schema string
	// CompressAfter is the age at which a day's events move to the columnstore; nil keeps what is set, at first [DefaultCompressAfter].
	CompressAfter *time.Duration
	// Retention is the age at which a day's events are dropped (the rollups stay); 0 means never, nil keeps what is set, at first never.
	Retention *time.Duration
	// Log is called with each step; nil means silence.
	Log func(msg string)
}

// DefaultCompressAfter keeps the days that get most late events in the row store, where inserts are cheap.
const DefaultCompressAfter = 3 * 24 * time.Hour

// MinRetention keeps the windows in which rollups are refreshed clear of the days whose raw events are dropped.
const MinRetention = 7 * 24 * time.Hour

var schemaName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

func validateSchema(name string) error {
	if !schemaName.MatchString(name) {
		return fmt.Errorf("schema %q is not usable: take lower-case letters, digits and underscores, at most 63", name)
	}
	return nil
}

// Migrate brings the schema to [LatestVersion], replaces its functions and sets the policies, in one transaction: after an error nothing
// has changed. It may run any number of times and from several processes at once.
func Migrate(ctx context.Context, conn *pgx.Conn, opts Options) error {
	if err := opts.complete(); err != nil {
		return err
	}
	if err := ensureExtension(ctx, conn); err != nil {
		return err
	}
	err := migrateOnce(ctx, conn, opts)
	if code := pgCode(err); code == pgerrcode.UniqueViolation || code == pgerrcode.DuplicateSchema || code == pgerrcode.DuplicateTable { // another process has just made the schema
		err = migrateOnce(ctx, conn, opts)
	}
	return err
}

func migrateOnce(ctx context.Context, conn *pgx.Conn, opts Options) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if err := enterSchema(ctx, tx, opts.Schema); err != nil {
			return err
		}
		var version int
		if err := tx.QueryRow(ctx, `SELECT coalesce(max(version), 0) FROM schema_migrations`).Scan(&version); err != nil {
			return err
		}
		if version > LatestVersion {
			return &NewSchemaError{version}
		}
		at, err := enterInstallation(ctx, tx, opts.Schema, version)
		if err != nil {
			return err
		}
		if err := applyMigrations(ctx, tx, version, at.Roles, opts.Log); err != nil {
			return err
		}
		if err := applyFunctions(ctx, tx, opts.Schema, at.Roles); err != nil {
			return err
		}
		if version < LatestVersion || at.changed {
			if err := at.grant(ctx, tx, opts.Schema, opts.Log); err != nil {
				return err
			}
		}
		if err := enter(ctx, tx, PathWithExtension, opts.Schema); err != nil {
			return err
		}
		return applyPolicies(ctx, tx, opts)
	})
}

func (o *Options) complete() error {
	if o.Schema == "" {
		o.Schema = DefaultSchema
	}
	if err := validateSchema(o.Schema); err != nil {
		return err
	}
	if o.CompressAfter != nil && *o.CompressAfter < time.Hour {
		return fmt.Errorf("compress after %s is too soon: use 1h or more", *o.CompressAfter)
	}
	if o.Retention != nil && *o.Retention != 0 && *o.Retention < MinRetention {
		return fmt.Errorf("retention %s is too short: use 7d or more, or off to keep everything", *o.Retention)
	}
	if o.Log == nil {
		o.Log = func(string) {}
	}
	return nil
}

// enterSchema makes the schema the current one for the rest of the transaction.
func enterSchema(ctx context.Context, tx pgx.Tx, schema string) error {
	if _, err := tx.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+pgx.Identifier{schema}.Sanitize()); err != nil {
		return explain("create the schema "+schema, err)
	}
	if err := enter(ctx, tx, PathWithExtension, schema); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `CREATE TABLE IF NOT EXISTS schema_migrations (
		version int PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`); err != nil {
		return err
	}
	// Two processes that migrate at once take turns; the second finds nothing to do. Readers cannot take this lock.
	if _, err := tx.Exec(ctx, `LOCK TABLE schema_migrations IN SHARE ROW EXCLUSIVE MODE`); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `CREATE TABLE IF NOT EXISTS installation (one boolean PRIMARY KEY DEFAULT true CHECK (one),
		writer text NOT NULL, reader text NOT NULL, database oid NOT NULL, analyzer text NOT NULL DEFAULT '')`); err != nil {
		return err
	}
	// Versions before 12 knew no analyzer. Only then the column is added, since that waits for readers.
	var old bool
	err := tx.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'installation'::regclass AND attname = 'analyzer')`).Scan(&old)
	if err == nil && old {
		_, err = tx.Exec(ctx, `ALTER TABLE installation ADD COLUMN analyzer text NOT NULL DEFAULT ''`)
	}
	return err
}

type migration struct {
	version int
	name    string
	text    string
}

func migrations() []migration {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	list := make([]migration, 0, len(names))
	for _, path := range names {
		name := strings.TrimSuffix(strings.TrimPrefix(path, "migrations/"), ".sql")
		version, err := strconv.Atoi(name[:4])
		if err != nil || version != len(list)+1 {
			panic("sql: migrations are not numbered 0001, 0002, ...: " + path)
		}
		text, err := files.ReadFile(path)
		if err != nil {
			panic(err) // the file is embedded
		}
		list = append(list, migration{version, name, string(text)})
	}
	return list
}

// LatestVersion is the version that [Migrate] brings a schema to.
var LatestVersion = len(migrations())

func applyMigrations(ctx context.Context, tx pgx.Tx, version int, roles Roles, log func(string)) error {
	for _, m := range migrations()[version:] {
		log("migration " + m.name)
		if _, err := tx.Exec(ctx, roles.in(m.text)); err != nil {
			return explain("migration "+m.name, err)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO schema_migrations (version, name) VALUES ($1, $2)`, m.version, m.name); err != nil {
			return err
		}
	}
	return nil
}

// explain adds to an error about missing rights what to do about it.
func explain(what string, err error) error {
	if pgCode(err) == pgerrcode.InsufficientPrivilege {
		return fmt.Errorf("%s: %w; migrate as the owner of the database, with CREATEROLE or with the roles made beforehand by an admin (docs/install.md)", what, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// pgCode returns the SQLSTATE of an error that the server sent; empty for other errors.
func pgCode(err error) string {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		return pgErr.Code
	}
	return ""
}
