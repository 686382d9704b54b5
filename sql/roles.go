package sql

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Roles are the group roles of one installation, that is, of a schema of one database. Login users are made members of them.
type Roles struct {
	// Writer is for the collector, Reader for Grafana, Analyzer for the analyzer.
	Writer, Reader, Analyzer string
}

// namedRoles are the names that stand for the installation's roles in the migrations' texts.
var namedRoles = Roles{"footfall_writer", "footfall_reader", "footfall_analyzer"}

// clusterRoles are the roles that older versions made for all installations of a server.
var clusterRoles = Roles{Writer: "footfall_writer", Reader: "footfall_reader"}

//go:embed grants/tables.sql
var tableGrants string

//go:embed grants/functions.sql
var functionGrants string

//go:embed restrict.sql
var restrict string

// RolesOf returns the roles of a schema that has been migrated.
func RolesOf(ctx context.Context, conn Querier, schema string) (roles Roles, err error) {
	if err := validateSchema(schema); err != nil {
		return roles, err
	}
	err = conn.QueryRow(ctx, "SELECT writer, reader, analyzer FROM "+pgx.Identifier{schema, "installation"}.Sanitize()).
		Scan(&roles.Writer, &roles.Reader, &roles.Analyzer)
	return roles, err
}

// in returns a migration's text with these roles.
func (r Roles) in(text string) string {
	return strings.NewReplacer(namedRoles.Writer, r.Writer, namedRoles.Reader, r.Reader, namedRoles.Analyzer, r.Analyzer).Replace(text)
}

// installation is what is known about the schema's roles.
type installation struct {
	Roles
	// former had the rights on this schema until now; empty if nobody had, or if they keep them.
	former Roles
	// adopts says that the members of former become members of the new roles.
	adopts bool
	// changed says that other roles had the rights until now.
	changed bool
}

// enterInstallation returns the schema's roles, which exist afterwards.
func enterInstallation(ctx context.Context, tx pgx.Tx, schema string, version int) (at installation, err error) {
	var database string
	var stored Roles
	var moved bool
	if err := tx.QueryRow(ctx, `SELECT current_database(), coalesce(max(writer), ''), coalesce(max(reader), ''), coalesce(max(analyzer), ''), coalesce(bool_or(i.database <> d.oid), false)
		FROM pg_database d LEFT JOIN installation i ON true WHERE datname = current_database() GROUP BY 1`).
		Scan(&database, &stored.Writer, &stored.Reader, &stored.Analyzer, &moved); err != nil {
		return at, err
	}
	switch {
	case stored.Writer == "" && version >= rolesMigration: // made by an older version
		at.former, at.adopts = clusterRoles, true
	case moved:
		// A copy of a database has the rights of the original.
		if moved, err = servesElsewhere(ctx, tx, stored.Writer, stored.Reader, stored.Analyzer); err != nil {
			return at, err
		}
		if moved {
			at.former, stored = stored, Roles{}
		}
	}
	if at.Roles = stored; stored.Analyzer == "" { // a new installation, or one of a version without the analyzer
		at.changed = true
		if err := at.choose(ctx, tx, database, schema); err != nil {
			return at, err
		}
	}
	if err := at.create(ctx, tx, database, schema); err != nil {
		return at, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO installation (writer, reader, analyzer, database) SELECT $1, $2, $3, oid FROM pg_database WHERE datname = current_database()
		ON CONFLICT (one) DO UPDATE SET writer = excluded.writer, reader = excluded.reader, analyzer = excluded.analyzer, database = excluded.database`,
		at.Writer, at.Reader, at.Analyzer)
	return at, err
}

// rolesMigration is the first migration that grants anything.
const rolesMigration = 3

// choose gives the roles that have no name yet names that show database and schema, and that no other installation has.
func (r *Roles) choose(ctx context.Context, tx pgx.Tx, database, schema string) error {
	for _, distinct := range []bool{false, true} {
		next, added := *r, []string(nil)
		for kind, name := range map[string]*string{"writer": &next.Writer, "reader": &next.Reader, "analyzer": &next.Analyzer} {
			if *name == "" {
				*name = roleName(database, schema, kind, distinct)
				added = append(added, *name)
			}
		}
		taken, err := areTaken(ctx, tx, added)
		if err != nil {
			return err
		}
		if !taken {
			*r = next
			return nil
		}
		if distinct {
			slices.Sort(added)
			return fmt.Errorf("one of the roles %s is used for something else: rename it", strings.Join(added, ", "))
		}
	}
	return nil
}

var plainName = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)

// roleName returns a name that needs no quotes. Other characters, and what is too long, are left out; then, or if distinct is set, a hash
// makes the name unique.
func roleName(database, schema, kind string, distinct bool) string {
	const longest = 63
	name := database + "_" + schema
	if !distinct && plainName.MatchString(name) && !strings.HasPrefix(name, "pg_") && len(name)+1+len(kind) <= longest {
		return name + "_" + kind
	}
	hash := sha256.Sum256([]byte(database + "\x00" + schema))
	suffix := "_" + hex.EncodeToString(hash[:4]) + "_" + kind
	name = "db_" + regexp.MustCompile(`[^a-z0-9_]+`).ReplaceAllString(strings.ToLower(name), "_")
	return name[:min(len(name), longest-len(suffix))] + suffix
}

// areTaken reports whether one of the roles belongs to somebody else.
func areTaken(ctx context.Context, tx pgx.Tx, roles []string) (taken bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = ANY ($1) AND rolcanlogin)`, roles).Scan(&taken)
	if err != nil || taken {
		return taken, err
	}
	return servesElsewhere(ctx, tx, roles...)
}

// servesElsewhere reports whether one of the roles has rights in other databases, or on other schemas of this one; the extension's schemas
// do not count.
func servesElsewhere(ctx context.Context, tx pgx.Tx, roles ...string) (elsewhere bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (
		SELECT FROM pg_shdepend s JOIN pg_roles r ON s.refclassid = 'pg_authid'::regclass AND s.refobjid = r.oid
		JOIN pg_database d ON datname = current_database()
		WHERE rolname = ANY ($1) AND (s.dbid NOT IN (0, d.oid)
			OR s.dbid = d.oid AND s.classid = 'pg_namespace'::regclass AND s.objid <> current_schema()::regnamespace::oid
				AND s.objid NOT IN (SELECT extnamespace FROM pg_extension WHERE extname = 'timescaledb')))`, roles).Scan(&elsewhere)
	return elsewhere, err
}

// create makes the roles that do not exist yet, with the members that they are to have.
func (at *installation) create(ctx context.Context, tx pgx.Tx, database, schema string) error {
	for _, r := range []struct{ name, former, may string }{
		{at.Writer, at.former.Writer, "adds events to"}, {at.Reader, at.former.Reader, "reads"},
		{at.Analyzer, at.former.Analyzer, "reads, and keeps segments of,"},
	} {
		var exists bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)`, r.name).Scan(&exists); err != nil {
			return err
		}
		var members []string
		if at.adopts {
			var err error
			if members, err = membersToAdopt(ctx, tx, r.former, r.name, exists); err != nil {
				return err
			}
		}
		if !exists {
			at.changed = true
			if _, err := tx.Exec(ctx, "CREATE ROLE "+r.name+" NOLOGIN"); err != nil {
				return explain("create the role "+r.name, err)
			}
			comment := strings.ReplaceAll(fmt.Sprintf("Footfall: %s the schema %s of the database %s", r.may, schema, database), "'", "''")
			if _, err := tx.Exec(ctx, "COMMENT ON ROLE "+r.name+" IS '"+comment+"'"); err != nil {
				return explain("comment on the role "+r.name, err)
			}
		}
		for _, member := range members {
			if _, err := tx.Exec(ctx, "GRANT "+r.name+" TO "+pgx.Identifier{member}.Sanitize()); err != nil {
				return explain("make "+member+" a member of "+r.name, err)
			}
		}
	}
	return nil
}

// membersToAdopt returns the login users who were members of a role of all installations and are to become members of the installation's
// own. If other installations use the same role or the same users, only an admin knows which user belongs where, and says so by making the
// new role beforehand.
func membersToAdopt(ctx context.Context, tx pgx.Tx, former, role string, exists bool) ([]string, error) {
	// A membership without inheritance is the creator's right to manage the role.
	rows, err := tx.Query(ctx, `SELECT m.rolname FROM pg_auth_members am JOIN pg_roles r ON r.oid = am.roleid JOIN pg_roles m ON m.oid = am.member
		WHERE r.rolname = $1 AND NOT m.rolsuper AND m.rolname <> current_user
			AND coalesce((to_jsonb(am)->>'inherit_option')::bool OR (to_jsonb(am)->>'set_option')::bool, true) ORDER BY 1`, former)
	if err != nil {
		return nil, err
	}
	members, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(members) == 0 {
		return nil, err
	}
	var others []string // that have the same users as members
	if err := tx.QueryRow(ctx, `SELECT coalesce(array_agg(DISTINCT r.rolname::text), '{}') FROM pg_auth_members am JOIN pg_roles r ON r.oid = am.roleid JOIN pg_roles m ON m.oid = am.member
		WHERE m.rolname = ANY ($1) AND r.rolname <> $2`, members, role).Scan(&others); err != nil {
		return nil, err
	}
	elsewhere, err := servesElsewhere(ctx, tx, slices.Concat(others, []string{former})...)
	if err != nil {
		return nil, err
	}
	switch {
	case !elsewhere:
		return members, nil
	case exists:
		return nil, nil
	}
	names := strings.Join(members, ", ")
	return nil, errors.New("each installation has roles of its own now, and of the members of " + former + " (" + names +
		") it is not known whose they are, since " + former + " or they have rights on other schemas or databases of this server as well. Nothing has changed. Say it, then migrate again:\n" +
		"  CREATE ROLE " + role + ";\n  GRANT " + role + " TO " + names + "; -- those of this installation only")
}

// grant gives the roles their rights, and revokes everybody else's. It logs what it may not revoke.
func (at *installation) grant(ctx context.Context, tx pgx.Tx, schema string, log func(string)) error {
	if _, err := tx.Exec(ctx, at.in(tableGrants)); err != nil {
		return explain("grant the roles "+at.Writer+", "+at.Reader+" and "+at.Analyzer+" their rights", err)
	}
	if err := restrictAll(ctx, tx, at.Reader, log); err != nil {
		return err
	}
	for _, former := range []string{at.former.Writer, at.former.Reader, at.former.Analyzer} {
		var exists bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)`, former).Scan(&exists); err != nil {
			return err
		}
		if !exists {
			continue
		}
		for _, what := range []string{"ALL TABLES IN SCHEMA ", "ALL SEQUENCES IN SCHEMA ", "ALL ROUTINES IN SCHEMA ", "SCHEMA "} {
			if _, err := tx.Exec(ctx, "REVOKE ALL ON "+what+pgx.Identifier{schema}.Sanitize()+" FROM "+pgx.Identifier{former}.Sanitize()); err != nil {
				return explain("take the rights of the role "+former, err)
			}
		}
		log("the role " + former + " has no rights on this schema any more")
	}
	return nil
}

// restrictAll, if run by a superuser, revokes what only a superuser may revoke from everybody. It logs what the reader may still do but
// need not.
func restrictAll(ctx context.Context, tx pgx.Tx, reader string, log func(string)) error {
	var superuser, temporary, create, jobs, objects, usage bool
	var extension string
	if err := tx.QueryRow(ctx, `SELECT rolsuper FROM pg_roles WHERE rolname = current_user`).Scan(&superuser); err != nil {
		return err
	}
	if superuser {
		if _, err := tx.Exec(ctx, restrict); err != nil {
			return fmt.Errorf("restrict.sql: %w", err)
		}
	}
	err := tx.QueryRow(ctx, `SELECT has_database_privilege($1, current_database(), 'TEMPORARY'), has_schema_privilege($1, extnamespace, 'CREATE'),
		(SELECT bool_or(has_function_privilege($1, oid, 'EXECUTE')) FROM pg_proc WHERE pronamespace = extnamespace AND proname = 'add_job'),
		has_function_privilege($1, 'lo_create(oid)', 'EXECUTE'), has_schema_privilege($1, extnamespace, 'USAGE'), extension_schema()
		FROM pg_extension WHERE extname = 'timescaledb'`, reader).
		Scan(&temporary, &create, &jobs, &objects, &usage, &extension)
	for _, right := range []struct {
		held bool
		what string
	}{
		{temporary, "make temporary tables: as the owner of the database, REVOKE TEMPORARY ON DATABASE ... FROM PUBLIC"},
		{create, "create objects where functions are looked up: as their owner, REVOKE CREATE ON SCHEMA public FROM PUBLIC"},
		{jobs || objects, "make background jobs or large objects: run sql/restrict.sql as a superuser, once (docs/install.md)"},
	} {
		if right.held {
			log("everybody may " + right.what)
		}
	}
	if err == nil && !usage {
		log("heatmaps and anomalies cannot be read, since TimescaleDB is in a schema of somebody else's: as its owner, GRANT USAGE ON SCHEMA " + extension + " TO " + reader)
	}
	return err
}
