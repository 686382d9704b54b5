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
	// LastRun is nil before the first one.
	LastRun *time.Time `json:"lastRun"`
	// Failed says that the last run did.
	Failed bool `json:"failed"`
	// Late is how much longer ago the last run is than it should be; 0 while all is well.
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

// WakeJobs has the server try jobs again that failed and wait longer than they usually do, and returns how many.
func WakeJobs(ctx context.Context, tx pgx.Tx, schema string) (woken int, err error) {
	err = tx.QueryRow(ctx, "SELECT "+pgx.Identifier{schema, "wake_jobs"}.Sanitize()+"()").Scan(&woken)
	return woken, err
}

// RunOverdue does a part of what a job would do that the server does not start, and returns its name; empty where nothing is left. A part is
// a day, a chunk, or some tens of thousands of changes of profiles. The rollups are refreshed by [RefreshOverdue].
func RunOverdue(ctx context.Context, tx pgx.Tx, schema string) (name string, err error) {
	err = tx.QueryRow(ctx, "SELECT coalesce("+pgx.Identifier{schema, "run_overdue"}.Sanitize()+"(), '')").Scan(&name)
	return name, err
}

// RefreshOverdue brings those rollups up to date that the server does not, of which due says that it is time, as far back as their policies
// say. Only a role that owns them may; for any other it returns them as left.
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
