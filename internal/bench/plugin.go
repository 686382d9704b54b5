package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/preview"
	"github.com/footfall-analytics/footfall/pkg/plugin"
)

// queryTimeout is the data source's, in seconds: long enough for what is slow to be measured.
const queryTimeout = 600

// openPlugin makes a data source on the bench's schema that has nothing in memory yet.
func openPlugin(ctx context.Context, conn *pgx.Conn, schema string) (*plugin.Datasource, error) {
	source, err := preview.DatabaseOf(conn).DataSource(schema)
	if err != nil {
		return nil, err
	}
	var settings map[string]any
	if err := json.Unmarshal(source.JSONData, &settings); err != nil {
		return nil, err
	}
	settings["queryTimeout"] = queryTimeout
	delete(settings, "maxOpenConns") // one, as the embedded database needs it; a server's data source has the default
	if source.JSONData, err = json.Marshal(settings); err != nil {
		return nil, err
	}
	instance, err := plugin.New(ctx, source)
	if err != nil {
		return nil, err
	}
	return instance.(*plugin.Datasource), nil
}

// reply is the plugin's answer to a question.
type reply struct {
	since   time.Time // the beginning of what was asked about
	took    time.Duration
	frame   *data.Frame
	numbers answer
}

// ask asks a question as a panel does, of the time up to now.
func ask(ctx context.Context, d *plugin.Datasource, q *question) (reply, error) {
	now := time.Now()
	r := reply{since: q.since(now)}
	start := time.Now()
	response, err := d.QueryData(ctx, &backend.QueryDataRequest{Queries: []backend.DataQuery{{
		RefID: "A", JSON: []byte(q.query), TimeRange: backend.TimeRange{From: r.since, To: now},
	}}})
	r.took = time.Since(start)
	if err == nil {
		err = response.Responses["A"].Error
	}
	if err != nil {
		return r, fmt.Errorf("%s: %w", q.name, err)
	}
	r.frame = response.Responses["A"].Frames[0]
	r.numbers = q.numbers(r.frame)
	return r, nil
}

// since returns the beginning of what the question is about: a whole second, because ClickHouse's times are.
func (q *question) since(now time.Time) time.Time {
	return now.UTC().Truncate(time.Second).AddDate(0, 0, -q.days)
}
