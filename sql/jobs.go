package sql

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Job is a background job that the server runs for a schema.
type Job struct {
	// Name is close_days, refresh_profiles, columnstore, retention, or the name of a rollup.
	Name string `json:"name"`
	// LastRun is nil before the first run.
	LastRun *time.Time `json:"lastRun"`
	// Failed says that the last run failed.
	Failed bool `json:"failed"`
	// Late is by how much the next run is overdue; 0 while all is well.
	Late time.Duration `json:"lateNanoseconds"`
}

// Jobs returns the background jobs of a schema. Members of both roles may ask.
func Jobs(ctx context.Context, tx pgx.Tx, schema string) ([]Job, error) {
	rows, err := tx.Query(ctx, "SELECT name, last_run, failed, late FROM "+pgx.Identifier{schema, "background_jobs"}.Sanitize()+"()")
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Job])
}

// WakeJobs makes the server retry jobs that failed and now wait longer than usual, and returns how many.
func WakeJobs(ctx context.Context, tx pgx.Tx, schema string) (woken int, err error) {
	err = tx.QueryRow(ctx, "SELECT "+pgx.Identifier{schema, "wake_jobs"}.Sanitize()+"()").Scan(&woken)
	return woken, err
}

// RunOverdue does part of the work of a job that the server does not start, and returns the job's name; empty if nothing is left. A part is
// a day, a chunk, or some tens of thousands of changes of profiles. Rollups are refreshed by [RefreshOverdue] instead.
func RunOverdue(ctx context.Context, tx pgx.Tx, schema string) (name string, err error) {
	err = tx.QueryRow(ctx, "SELECT coalesce("+pgx.Identifier{schema, "run_overdue"}.Sanitize()+"(), '')").Scan(&name)
	return name, err
}

// RefreshOverdue refreshes the rollups that the server does not refresh and that are due, as far back as their policies say. Only a role
// that owns them may do that; for any other role it returns them as left.
func RefreshOverdue(ctx context.Context, conn *pgx.Conn, schema string, due func(name string) bool) (done, left []string, err error) {
	type overdue struct {
		Name string
		Job  int
		May  bool
	}
	var list []overdue
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT name, job_id, pg_has_role(relowner, 'USAGE') FROM `+pgx.Identifier{schema, "background_jobs"}.Sanitize()+`()
			JOIN pg_class ON relname = name AND relnamespace = quote_ident($1)::regnamespace WHERE overdue ORDER BY name`, schema)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[overdue])
		return err
	})
	for _, rollup := range list {
		switch {
		case !due(rollup.Name):
		case !rollup.May:
			left = append(left, rollup.Name)
		default:
			// It cannot run inside a transaction.
			if err := callExtension(ctx, conn, fmt.Sprintf("run_job(%d)", rollup.Job)); err != nil {
				return done, left, fmt.Errorf("refresh %s: %w", rollup.Name, err)
			}
			done = append(done, rollup.Name)
		}
	}
	return done, left, err
}
