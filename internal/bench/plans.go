package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/preview"
	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
	"github.com/footfall-analytics/footfall/pkg/store"
)

// printPlans asks every question once more, and runs its statements again, explained. Statements that were run in parts, of a range
// of users each, are explained for the first part.
func printPlans(ctx context.Context, db *database, p parameters) error {
	to := preview.DatabaseOf(db.conn)
	s, err := store.Open(store.Config{
		Host: to.Host, Database: to.Name, User: to.User, Password: to.Password, Schema: db.schema, SSLMode: to.SSLMode,
		QueryTimeout: queryTimeout * time.Second, RowLimit: rowLimit, MaxOpenConns: 10,
	})
	if err != nil {
		return err
	}
	defer s.Close()
	for _, q := range questions(p) {
		statements, err := statements(ctx, engine.New(s, 128<<20), q.query, q.days)
		if err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
		for _, statement := range statements {
			fmt.Printf("\n== %s\n-- source: %s; %s\n%s\n\n", q.name, statement.Source, statement.Reason, statement.SQL)
			if err := db.explain(ctx, statement); err != nil {
				return fmt.Errorf("%s: %w", q.name, err)
			}
		}
	}
	return nil
}

// statements asks a query of the last days and returns what was asked of the database.
func statements(ctx context.Context, e *engine.Engine, q *model.Query, days int) ([]plan.Statement, error) {
	now := time.Now()
	asked := engine.Question{
		Query: q, Range: model.Range{From: since(days, now), To: now},
		Settings: plan.Settings{Zone: time.UTC, WeekStart: time.Monday, Now: now},
	}
	var trace engine.Trace
	var err error
	switch q.QueryType {
	case model.FunnelType:
		if q.Funnel.Output == model.FunnelActors {
			_, err = e.FunnelActors(ctx, asked, &trace)
		} else {
			_, err = e.Funnel(ctx, asked, &trace)
		}
	case model.RetentionType:
		_, err = e.Retention(ctx, asked, &trace)
	case model.TrendType:
		_, err = e.Trend(ctx, asked, &trace)
	case model.LifecycleType:
		_, err = e.Lifecycle(ctx, asked, &trace)
	case model.StickinessType:
		_, err = e.Stickiness(ctx, asked, &trace)
	case model.HeatmapType:
		_, err = e.Heatmap(ctx, asked, &trace)
	case model.PathsType:
		_, err = e.PathGraph(ctx, asked, &trace)
	default:
		err = fmt.Errorf("the bench knows no plans of the query type %s", q.QueryType)
	}
	return trace.Statements, err
}

func (db *database) explain(ctx context.Context, s plan.Statement) error {
	args := append([]any{pgx.QueryExecModeExec}, s.Args...) // as the plugin runs them
	rows, err := db.conn.Query(ctx, "EXPLAIN (ANALYZE, BUFFERS) "+s.SQL, args...)
	if err != nil {
		return err
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	fmt.Println(strings.Join(lines, "\n"))
	return err
}
