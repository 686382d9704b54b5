package plugin

import (
	"context"
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/grafana/grafana-plugin-sdk-go/experimental/concurrent"

	"github.com/footfall-analytics/footfall/pkg/frames"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
	"github.com/footfall-analytics/footfall/pkg/store"
)

// concurrentQueries is how many queries of one request run side by side.
const concurrentQueries = 10

// QueryData answers the queries of a panel or an alert rule.
func (d *Datasource) QueryData(ctx context.Context, req *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
	return concurrent.QueryData(ctx, req, func(ctx context.Context, q concurrent.Query) backend.DataResponse {
		question, err := d.ask(q.DataQuery.JSON, plan.Range(q.DataQuery.TimeRange))
		if err != nil {
			return errorResponse(ctx, err, nil)
		}
		start := time.Now()
		answer, rows, err := question.run(ctx, d.store)
		if err != nil {
			return errorResponse(ctx, err, question)
		}
		for _, frame := range answer {
			frame.RefID = q.DataQuery.RefID
			explain(frame, question, rows, time.Since(start))
		}
		return backend.DataResponse{Frames: answer}
	}, concurrentQueries)
}

// question is a query that is ready to run.
type question struct {
	statement plan.Statement
	// run asks the database and returns the frames and the number of rows they were made of.
	run func(ctx context.Context, db *store.Store) (data.Frames, int, error)
}

// ask reads a query and plans it.
func (d *Datasource) ask(raw []byte, r plan.Range) (*question, error) {
	q, err := model.Parse(raw)
	if err != nil {
		return nil, err
	}
	if err := validateRange(r); err != nil {
		return nil, err
	}
	zone := q.TimeZone
	if zone == "" {
		zone = d.settings.zone
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return nil, err
	}
	s := plan.Settings{Zone: location, WeekStart: d.settings.weekStart, Now: d.now()}
	switch q.QueryType {
	case model.FunnelType:
		return funnel(q, r), nil
	case model.RetentionType:
		return retention(q, r, s)
	default:
		return heatmap(q, r, s)
	}
}

// validateRange refuses ranges that hold nothing, or years that no event has.
func validateRange(r plan.Range) error {
	if !r.From.Before(r.To) || r.From.Year() < 1 || r.To.Year() > 9999 {
		return &model.Error{Field: "range", Reason: fmt.Sprintf("from %s to %s is not usable: it must end after it starts, within the years 1 to 9999", r.From, r.To)}
	}
	return nil
}

func funnel(q *model.Query, r plan.Range) *question {
	return newQuestion(plan.Funnel(q, r), func(rows []frames.FunnelRow) (data.Frames, error) {
		return frames.Funnel(q.Funnel, rows), nil
	})
}

func retention(q *model.Query, r plan.Range, s plan.Settings) (*question, error) {
	statement, cohorts, err := plan.Retention(q, r, s)
	if err != nil {
		return nil, err
	}
	bounds := frames.CohortBounds{Starts: cohorts.Starts, Count: cohorts.Count, Zone: s.Zone, Now: s.Now}
	return newQuestion(statement, func(rows []frames.RetentionRow) (data.Frames, error) {
		return frames.Retention(q.Retention, bounds, rows), nil
	}), nil
}

func heatmap(q *model.Query, r plan.Range, s plan.Settings) (*question, error) {
	statement, err := plan.Heatmap(q, r, s)
	if err != nil {
		return nil, err
	}
	grid := frames.HeatmapGrid{From: r.From, To: r.To, Zone: s.Zone, WeekStart: s.WeekStart}
	return newQuestion(statement, func(rows []frames.HeatmapRow) (data.Frames, error) {
		return frames.Heatmap(q.Heatmap, grid, rows)
	}), nil
}

// newQuestion joins a statement with what makes frames of its rows.
func newQuestion[R any](statement plan.Statement, toFrames func([]R) (data.Frames, error)) *question {
	return &question{statement, func(ctx context.Context, db *store.Store) (data.Frames, int, error) {
		rows, err := store.Query[R](ctx, db, statement)
		if err != nil {
			return nil, 0, err
		}
		answer, err := toFrames(rows)
		return answer, len(rows), err
	}}
}

// explain shows in the query inspector what was asked of the database and what it cost.
func explain(frame *data.Frame, q *question, rows int, took time.Duration) {
	if frame.Meta == nil {
		frame.Meta = &data.FrameMeta{}
	}
	frame.Meta.ExecutedQueryString = q.statement.String()
	frame.Meta.Stats = []data.QueryStat{
		{FieldConfig: data.FieldConfig{DisplayName: "Rows from the database"}, Value: float64(rows)},
		{FieldConfig: data.FieldConfig{DisplayName: "Time in the database", Unit: "ms"}, Value: float64(took.Milliseconds())},
	}
}
