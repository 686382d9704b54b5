package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/footfall-analytics/footfall/pkg/store"
)

// CheckHealth reports what the database offers and, where something is missing, what to do. The details hold the same as
// data. Those who are no admins learn only whether it works: the rest names hosts and versions.
func (d *Datasource) CheckHealth(ctx context.Context, req *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	server, err := d.store.Inspect(ctx)
	if !isAdmin(req.PluginContext.User) {
		return publicHealth(ctx, err), nil
	}
	details, jsonErr := json.Marshal(server)
	if jsonErr != nil {
		return nil, jsonErr
	}
	if err != nil {
		_, _, message := classify(req.PluginContext.User, err)
		return &backend.CheckHealthResult{Status: backend.HealthStatusError, Message: message, JSONDetails: details}, nil
	}
	message := fmt.Sprintf("Connected: PostgreSQL %s, TimescaleDB %s (%s licence), schema %s version %d, %d rollups",
		server.PostgreSQL, server.TimescaleDB, server.Licence, d.settings.store.Schema, server.SchemaVersion, len(server.Rollups))
	for _, rollup := range server.Rollups {
		if rollup.UpTo == nil {
			message += fmt.Sprintf("; %s has never been refreshed", rollup.Name)
		} else {
			message += fmt.Sprintf("; %s up to %s", rollup.Name, rollup.UpTo.UTC().Format("2006-01-02 15:04 UTC"))
		}
	}
	if server.ClosedUpTo == nil {
		message += "; no day is closed yet"
	} else {
		message += fmt.Sprintf("; %d days closed, up to %s", server.ClosedDays, server.ClosedUpTo.UTC().Format("2006-01-02 15:04 UTC"))
	}
	return &backend.CheckHealthResult{Status: backend.HealthStatusOk, Message: message + jobsText(server), JSONDetails: details}, nil
}

// jobsText names the background jobs that do not run as they should. Answers stay right without them, and become slower.
func jobsText(server store.Server) (text string) {
	const patience = time.Hour
	for _, job := range server.Jobs {
		switch {
		case job.Late > patience:
			text += fmt.Sprintf("; the background job %s is late by %s", job.Name, job.Late.Round(time.Minute))
		case job.Failed:
			text += fmt.Sprintf("; the last run of the background job %s failed", job.Name)
		}
	}
	if text != "" {
		text += ": see docs/troubleshooting.md, background jobs"
	}
	return text
}

func publicHealth(ctx context.Context, err error) *backend.CheckHealthResult {
	if err != nil {
		backend.Logger.FromContext(ctx).Warn("Health check failed", "error", err)
		return &backend.CheckHealthResult{
			Status:  backend.HealthStatusError,
			Message: "The database cannot be used: ask an admin, to whom Save & test tells why",
		}
	}
	return &backend.CheckHealthResult{Status: backend.HealthStatusOk, Message: "Connected"}
}
