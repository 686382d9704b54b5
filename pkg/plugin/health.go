package plugin

import (
	"context"
	"encoding/json"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/footfall-analytics/footfall/pkg/frames"
	"github.com/footfall-analytics/footfall/pkg/say"
	"github.com/footfall-analytics/footfall/pkg/store"
)

// healthDetails is a health check's answer as data: the message for the front end to translate and, for admins, what the server offers.
type healthDetails struct {
	Said say.Text `json:"said"`
	*store.Server
}

// CheckHealth reports what the database offers and, where something is missing, what to do. The details hold the same as data. Users other
// than admins learn only whether it works: the rest names hosts and versions.
func (d *Datasource) CheckHealth(ctx context.Context, req *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	server, err := d.store.Inspect(ctx)
	if !isAdmin(req.PluginContext.User) {
		return publicHealth(ctx, err)
	}
	if err != nil {
		_, _, text := classify(req.PluginContext.User, err)
		return health(backend.HealthStatusError, text, &server)
	}
	return health(backend.HealthStatusOk, d.serverText(&server), &server)
}

func publicHealth(ctx context.Context, err error) (*backend.CheckHealthResult, error) {
	if err != nil {
		backend.Logger.FromContext(ctx).Warn("Health check failed", "error", err)
		return health(backend.HealthStatusError,
			say.New("health.ask-an-admin", "The database cannot be used: ask an admin, to whom Save & test tells why"), nil)
	}
	return health(backend.HealthStatusOk, say.New("health.connected", "Connected"), nil)
}

func health(status backend.HealthStatus, text say.Text, server *store.Server) (*backend.CheckHealthResult, error) {
	details, err := json.Marshal(healthDetails{text, server})
	return &backend.CheckHealthResult{Status: status, Message: text.String(), JSONDetails: details}, err
}

// serverText returns the sentence about a server that has everything it needs.
func (d *Datasource) serverText(server *store.Server) say.Text {
	text := say.New("health.connected-to",
		"Connected: PostgreSQL {{postgres}}, TimescaleDB {{timescale}} ({{licence}} licence), schema {{schema}} version {{version}}, {{rollups}} rollups",
		server.PostgreSQL, server.TimescaleDB, server.Licence, d.settings.store.Schema, server.SchemaVersion, len(server.Rollups))
	and := func(next say.Text) { text = say.New("health.and", "{{before}}; {{next}}", text, next) }
	if !server.HasEvents {
		and(say.New("health.no-events", "there are no events yet: these settings show how to send the first one"))
	}
	for _, rollup := range server.Rollups {
		if rollup.UpTo == nil {
			and(say.New("health.never-refreshed", "{{rollup}} has never been refreshed", rollup.Name))
		} else {
			and(say.New("health.refreshed", "{{rollup}} up to {{time}}", rollup.Name, minute(*rollup.UpTo)))
		}
	}
	if server.ClosedUpTo == nil {
		and(say.New("health.nothing-closed", "no day is closed yet"))
	} else {
		and(say.New("health.closed", "{{days}} days closed, up to {{time}}", server.ClosedDays, minute(*server.ClosedUpTo)))
	}
	problems := jobTexts(server)
	for _, problem := range problems {
		and(problem)
	}
	if len(problems) > 0 {
		text = say.New("health.see-jobs", "{{before}}: see docs/troubleshooting.md, background jobs", text)
	}
	return text
}

// jobTexts name the background jobs that do not run as they should. Without them, answers stay right but become slower.
func jobTexts(server *store.Server) (texts []say.Text) {
	const patience = time.Hour
	for _, job := range server.Jobs {
		switch {
		case job.Late > patience:
			texts = append(texts, say.New("health.late-job", "the background job {{job}} is late by {{time}}", job.Name, frames.Duration(job.Late.Seconds())))
		case job.Failed:
			texts = append(texts, say.New("health.failed-job", "the last run of the background job {{job}} failed", job.Name))
		}
	}
	return texts
}

func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
