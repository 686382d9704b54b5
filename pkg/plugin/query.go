package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/grafana/grafana-plugin-sdk-go/experimental/concurrent"

	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/frames"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plan"
	"github.com/footfall-analytics/footfall/pkg/say"
	"github.com/footfall-analytics/footfall/pkg/store"
)

// concurrentQueries is how many queries of one request run side by side.
const concurrentQueries = 10

// QueryData answers the queries of a panel or an alert rule.
func (d *Datasource) QueryData(ctx context.Context, req *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
	ctx = store.WithComment(ctx, origin(req))
	now := d.Clock() // the same for all queries of a panel
	return concurrent.QueryData(ctx, req, func(ctx context.Context, q concurrent.Query) backend.DataResponse {
		question, err := d.question(q.DataQuery.JSON, model.Range(q.DataQuery.TimeRange), now)
		if err != nil {
			return errorResponse(ctx, req.PluginContext.User, err, nil)
		}
		// Checked before answers are shared with others who ask the same.
		if err := d.mayAsk(req.PluginContext.User, question.Query); err != nil {
			return errorResponse(ctx, req.PluginContext.User, err, nil)
		}
		start := time.Now()
		answer, err := d.ask(ctx, question)
		if err != nil {
			return errorResponse(ctx, req.PluginContext.User, err, answer.trace)
		}
		return backend.DataResponse{Frames: addStatistics(answer, q.DataQuery.RefID, time.Since(start))}
	}, concurrentQueries)
}

// ask answers a question, once for all who ask the same at the same time, and says in an empty answer why it is empty.
func (d *Datasource) ask(ctx context.Context, q engine.Question) (answer, error) {
	return d.flights.ask(ctx, flightKey(q), func(ctx context.Context) (answer, error) {
		var trace engine.Trace
		frames, err := d.answer(ctx, q, &trace)
		if err == nil {
			d.explainAbsence(ctx, q, frames, &trace)
		}
		return answer{frames, &trace}, err
	})
}

// absencePatience is how long an answer waits for why it is empty.
const absencePatience = 3 * time.Second

// explainAbsence says in an answer that has nothing, or nothing of some event, why that is. Without the reason the answer is no less right.
func (d *Datasource) explainAbsence(ctx context.Context, q engine.Question, answer data.Frames, trace *engine.Trace) {
	if !frames.IsEmpty(answer) && !frames.LacksPart(answer) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, absencePatience)
	defer cancel()
	absence, err := d.engine.Absence(ctx, q, trace)
	if err != nil {
		backend.Logger.FromContext(ctx).Warn("Why an answer is empty could not be asked", "error", err)
		return
	}
	frames.ExplainAbsence(d.panel(q), answer, &absence)
}

// origin returns the name of the dashboard and panel, or of the alert rule, that asks.
func origin(req *backend.QueryDataRequest) string {
	text := "footfall"
	for name, header := range map[string]string{"dashboard": "X-Dashboard-Uid", "panel": "X-Panel-Id", "rule": "X-Rule-Uid"} {
		if value := req.GetHTTPHeader(header); value != "" {
			text += " " + name + "=" + value
		}
	}
	return text
}

// question reads a query that is asked now.
func (d *Datasource) question(raw []byte, r model.Range, now time.Time) (engine.Question, error) {
	q, err := model.Parse(raw)
	if err != nil {
		return engine.Question{}, err
	}
	if err := validateRange(r); err != nil {
		return engine.Question{}, err
	}
	q.Fit(r)
	zone := q.TimeZone
	if zone == "" {
		zone = d.settings.zone
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return engine.Question{}, err
	}
	return engine.Question{Query: q, Range: r, Settings: plan.Settings{Zone: location, WeekStart: d.settings.weekStart, Now: now}}, nil
}

// validateRange refuses empty ranges, and years that no event has.
func validateRange(r model.Range) error {
	if !r.From.Before(r.To) || r.From.Year() < 1 || r.To.Year() > 9999 {
		return &model.Error{Field: "range", Reason: say.New("problem.range",
			"from {{from}} to {{to}} is not usable: it must end after it starts, within the years 1 to 9999", r.From.String(), r.To.String())}
	}
	return nil
}

// flightKey returns a key that is equal for questions with the same answer, whenever exactly they are asked.
func flightKey(q engine.Question) string {
	raw, err := json.Marshal(q.Query)
	if err != nil {
		panic(err) // it was made from JSON
	}
	return fmt.Sprintf("%d %d %s %s", q.From.UnixNano(), q.To.UnixNano(), q.Zone, raw)
}

// addStatistics returns an answer's frames with the statements and costs that the query inspector shows.
func addStatistics(a answer, refID string, took time.Duration) data.Frames {
	stats := []struct {
		name  say.Text
		unit  string
		value float64
	}{
		{say.New("stat.rows", "Rows from the database"), "", float64(a.trace.Rows)},
		{say.New("stat.events", "Events followed"), "", float64(a.trace.Events)},
		{say.New("stat.time", "Time"), "ms", float64(took.Milliseconds())},
	}
	list := make(data.Frames, len(a.frames))
	for i, shared := range a.frames {
		frame, meta := *shared, data.FrameMeta{}
		if shared.Meta != nil {
			meta = *shared.Meta
		}
		meta.ExecutedQueryString = a.trace.String()
		texts := frames.Custom{}
		if known, has := meta.Custom.(*frames.Custom); has {
			texts = *known
		}
		for _, stat := range stats {
			meta.Stats = append(meta.Stats, data.QueryStat{
				FieldConfig: data.FieldConfig{DisplayName: stat.name.String(), Unit: stat.unit}, Value: stat.value,
			})
			texts.Stats = append(texts.Stats, stat.name)
		}
		texts.Comments = a.trace.Comments()
		meta.Custom = &texts
		frame.RefID, frame.Meta = refID, &meta
		list[i] = &frame
	}
	return list
}
