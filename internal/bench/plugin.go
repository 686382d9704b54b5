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
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/plugin"
)

// queryTimeout is the data source's, in seconds: long enough for what is slow to be measured. rowLimit is long enough for its lists.
const (
	queryTimeout = 600
	rowLimit     = 1_000_000
)

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
	settings["queryTimeout"], settings["rowLimit"] = queryTimeout, rowLimit
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

// reply is the plugin's answer to a query.
type reply struct {
	query  *model.Query
	since  time.Time // the beginning of what was asked about
	took   time.Duration
	frames data.Frames
}

func (r *reply) numbers() answer { return numbers(r.query, r.frames) }

// ask asks a query as a panel does, of the days up to now.
func ask(ctx context.Context, d *plugin.Datasource, q *model.Query, days int) (reply, error) {
	now := time.Now()
	r := reply{query: q, since: since(days, now)}
	request := backend.DataQuery{RefID: "A", JSON: raw(q), TimeRange: backend.TimeRange{From: r.since, To: now}}
	start := time.Now()
	response, err := d.QueryData(ctx, &backend.QueryDataRequest{Queries: []backend.DataQuery{request}})
	r.took = time.Since(start)
	if err == nil {
		err = response.Responses["A"].Error
	}
	if err != nil {
		return r, fmt.Errorf("%s: %w", request.JSON, err)
	}
	r.frames = response.Responses["A"].Frames
	return r, nil
}
