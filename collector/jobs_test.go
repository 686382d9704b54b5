package main

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/sql"
)

// The embedded database runs no background jobs: the collector says so, and does what they would have done.
func TestJobsAreLookedAfter(t *testing.T) {
	dsn := dbtest.Embedded(t)
	schema := dbtest.Schema(t, dsn)
	conn := dbtest.Connect(t, dsn)
	do := func(format string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), strings.ReplaceAll(format, "SCHEMA", schema)); err != nil {
			t.Fatal(err)
		}
	}
	pool, err := pgxpool.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	registry := prometheus.NewRegistry()
	jobs := newJobs(pool, schema, registry, slog.New(slog.DiscardHandler))
	metrics := func() (text string) {
		t.Helper()
		if err := jobs.look(t.Context()); err != nil {
			t.Fatal(err)
		}
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, family := range families {
			for _, metric := range family.Metric {
				value := metric.GetGauge().GetValue() + metric.GetCounter().GetValue()
				text += fmt.Sprintf("%s %s %t\n", family.GetName(), metric.Label[0].GetValue(), value > 0)
			}
		}
		return text
	}
	do(`INSERT INTO SCHEMA.user_events (time, user_id, user_key, event_type, event_id) VALUES (now() - INTERVAL '10 days', 'ann', SCHEMA.user_key_of('ann'), 'visit', gen_random_uuid())`)
	if text := metrics(); strings.Contains(text, "true") || !strings.Contains(text, "footfall_job_late_seconds close_days false") || !strings.Contains(text, "footfall_job_failed event_counts_15min false") {
		t.Errorf("a new schema has\n%s", text)
	}
	do(`UPDATE SCHEMA.schema_migrations SET applied_at = now() - INTERVAL '3 days'`)
	do(`UPDATE _timescaledb_internal.bgw_job_stat SET next_start = now() - INTERVAL '3 days' WHERE job_id IN (SELECT job_id FROM SCHEMA.background_jobs())`)
	text := metrics()
	for _, want := range []string{"footfall_job_late_seconds close_days true", "footfall_job_late_seconds event_counts_15min true", "footfall_job_steps_total close_days true",
		"footfall_job_steps_total columnstore true", "footfall_job_failed close_days false", "footfall_job_steps_total event_counts_15min true",
		"footfall_job_steps_total active_users_hourly true"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in\n%s", want, text)
		}
	}
	// The rollups hold what they had shown before without it.
	do(`ALTER MATERIALIZED VIEW SCHEMA.event_counts_15min SET (timescaledb.materialized_only = true)`)
	var events int
	if err := conn.QueryRow(t.Context(), `SELECT coalesce(sum(events), 0)::int FROM `+schema+`.event_counts_15min`).Scan(&events); err != nil || events != 1 {
		t.Error(events, "events in the rollup", err)
	}
	// Not again so soon, and not by who may not.
	before := testutil.ToFloat64(jobs.done.WithLabelValues("event_counts_15min"))
	metrics()
	if after := testutil.ToFloat64(jobs.done.WithLabelValues("event_counts_15min")); after != before || before != 1 {
		t.Error("refreshed", before, after)
	}
	roles, err := sql.RolesOf(t.Context(), conn, schema)
	if err != nil {
		t.Fatal(err)
	}
	if err := pool.AcquireFunc(t.Context(), func(c *pgxpool.Conn) error {
		if _, err := c.Exec(t.Context(), `SET ROLE `+roles.Writer); err != nil {
			return err
		}
		done, left, err := sql.RefreshOverdue(t.Context(), c.Conn(), schema, func(string) bool { return true })
		if len(done) > 0 || !slices.Equal(left, []string{"active_users_hourly", "event_counts_15min"}) {
			t.Error("the writer's role refreshes", done, "and leaves", left)
		}
		_, reset := c.Exec(t.Context(), `RESET ROLE`)
		return errors.Join(err, reset)
	}); err != nil {
		t.Error(err)
	}
}
