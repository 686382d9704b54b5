package sql

import (
	"context"
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
// a day, a chunk, or some tens of thousands of changes of profiles. The rollups are left to the server.
func RunOverdue(ctx context.Context, tx pgx.Tx, schema string) (name string, err error) {
	err = tx.QueryRow(ctx, "SELECT coalesce("+pgx.Identifier{schema, "run_overdue"}.Sanitize()+"(), '')").Scan(&name)
	return name, err
}
