package plugin

import (
	"context"
	"errors"
	"net/http"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/instancemgmt"
	"github.com/grafana/grafana-plugin-sdk-go/backend/resource/httpadapter"

	"github.com/footfall-analytics/footfall/pkg/say"
)

// settingsError is the error of settings that cannot be used. Only admins see it, so it may name the database's address.
type settingsError struct{ text say.Text }

func (e *settingsError) Error() string { return e.text.String() }

// unusable stands in for a data source whose settings cannot be used. It answers every request with the reason.
type unusable struct {
	backend.CallResourceHandler
	err *settingsError
}

var (
	_ backend.QueryDataHandler   = (*unusable)(nil)
	_ backend.CheckHealthHandler = (*unusable)(nil)
)

// newUnusable fails for errors without a text to translate, which nobody expects.
func newUnusable(err error) (instancemgmt.Instance, error) {
	var said *say.Error
	if !errors.As(err, &said) {
		return nil, err
	}
	u := &unusable{err: &settingsError{said.Text}}
	u.CallResourceHandler = httpadapter.New(respond(func(*http.Request) (any, error) { return nil, u.err }))
	return u, nil
}

// QueryData answers each query with the error.
func (u *unusable) QueryData(ctx context.Context, req *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
	response := backend.NewQueryDataResponse()
	for _, q := range req.Queries {
		response.Responses[q.RefID] = errorResponse(ctx, req.PluginContext.User, u.err, nil)
	}
	return response, nil
}

// CheckHealth reports the error.
func (u *unusable) CheckHealth(ctx context.Context, req *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	if !isAdmin(req.PluginContext.User) {
		return publicHealth(ctx, u.err)
	}
	return health(backend.HealthStatusError, u.err.text, nil)
}
