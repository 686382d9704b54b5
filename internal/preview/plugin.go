package preview

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/grpcplugin"
	"github.com/grafana/grafana-plugin-sdk-go/genproto/pluginv2"
	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"

	"github.com/footfall-analytics/footfall/internal/leash"
)

// Plugin is a running plugin process with one data source. It is talked to as Grafana does: started with the handshake of
// go-plugin, asked over gRPC.
type Plugin struct {
	cmd         *exec.Cmd
	client      *goplugin.Client
	context     backend.PluginContext
	data        grpcplugin.DataClient
	diagnostics grpcplugin.DiagnosticsClient
	resources   grpcplugin.ResourceClient
}

// StartPlugin starts the plugin's binary and connects to it. Its log goes to the writer.
func StartPlugin(binary string, source backend.DataSourceInstanceSettings, log io.Writer) (*Plugin, error) {
	cmd := leash.Command(context.Background(), binary)
	cmd.Dir = filepath.Dir(binary)
	client := goplugin.NewClient(&goplugin.ClientConfig{
		HandshakeConfig: goplugin.HandshakeConfig{
			ProtocolVersion:  grpcplugin.ProtocolVersion,
			MagicCookieKey:   grpcplugin.MagicCookieKey,
			MagicCookieValue: grpcplugin.MagicCookieValue,
		},
		Plugins: goplugin.PluginSet{
			"data":        &grpcplugin.DataGRPCPlugin{},
			"diagnostics": &grpcplugin.DiagnosticsGRPCPlugin{},
			"resource":    &grpcplugin.ResourceGRPCPlugin{},
		},
		Cmd:              cmd,
		SkipHostEnv:      true, // Grafana hides its environment from plugins, too
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
		Logger:           hclog.New(&hclog.LoggerOptions{Output: log, Level: hclog.Info, JSONFormat: true}),
	})
	p := &Plugin{cmd: cmd, client: client, context: backend.PluginContext{
		Namespace: "default", PluginID: source.Type, DataSourceInstanceSettings: &source,
	}}
	if err := p.connect(); err != nil {
		p.Close()
		return nil, fmt.Errorf("start the plugin %s: %w", filepath.Base(binary), err)
	}
	return p, nil
}

func (p *Plugin) connect() error {
	rpc, err := p.client.Client()
	if err != nil {
		return err
	}
	var errs [3]error
	p.data, errs[0] = dispense[grpcplugin.DataClient](rpc, "data")
	p.diagnostics, errs[1] = dispense[grpcplugin.DiagnosticsClient](rpc, "diagnostics")
	p.resources, errs[2] = dispense[grpcplugin.ResourceClient](rpc, "resource")
	return errors.Join(errs[:]...)
}

func dispense[T any](rpc goplugin.ClientProtocol, name string) (T, error) {
	raw, err := rpc.Dispense(name)
	client, ok := raw.(T)
	if err == nil && !ok {
		err = fmt.Errorf("it offers no %s service", name)
	}
	return client, err
}

// Close ends the process.
func (p *Plugin) Close() {
	p.client.Kill()
	if p.cmd.Process != nil {
		_ = leash.Kill(p.cmd.Process.Pid) // it may have killed the leash only
	}
}

// Source returns the data source that the plugin serves.
func (p *Plugin) Source() backend.DataSourceInstanceSettings {
	return *p.context.DataSourceInstanceSettings
}

// QueryData asks queries about one time range. Each is the JSON that a panel saves; Grafana's own fields in it (refId,
// queryType, intervalMs, maxDataPoints) are read as Grafana reads them.
func (p *Plugin) QueryData(ctx context.Context, queries []json.RawMessage, from, to time.Time) (*backend.QueryDataResponse, error) {
	request := &backend.QueryDataRequest{PluginContext: p.context}
	for _, raw := range queries {
		own := struct {
			RefID         string
			QueryType     string
			IntervalMS    int64
			MaxDataPoints int64
		}{RefID: "A", IntervalMS: 1000, MaxDataPoints: 100}
		if err := json.Unmarshal(raw, &own); err != nil {
			return nil, fmt.Errorf("the query is no JSON object: %w", err)
		}
		request.Queries = append(request.Queries, backend.DataQuery{
			RefID: own.RefID, QueryType: own.QueryType, JSON: raw, TimeRange: backend.TimeRange{From: from, To: to},
			Interval: time.Duration(own.IntervalMS) * time.Millisecond, MaxDataPoints: own.MaxDataPoints,
		})
	}
	response, err := p.data.QueryData(ctx, backend.ToProto().QueryDataRequest(request))
	if err != nil {
		return nil, err
	}
	return backend.FromProto().QueryDataResponse(response)
}

// CheckHealth does what "Save & test" does.
func (p *Plugin) CheckHealth(ctx context.Context) (*backend.CheckHealthResult, error) {
	request := &pluginv2.CheckHealthRequest{PluginContext: backend.ToProto().PluginContext(p.context)}
	response, err := p.diagnostics.CheckHealth(ctx, request)
	if err != nil {
		return nil, err
	}
	return backend.FromProto().CheckHealthResponse(response), nil
}

// CallResource calls a resource of the data source and returns its answer. Path, method, URL, headers and body are the
// caller's to set.
func (p *Plugin) CallResource(ctx context.Context, request backend.CallResourceRequest) (*backend.CallResourceResponse, error) {
	request.PluginContext = p.context
	stream, err := p.resources.CallResource(ctx, backend.ToProto().CallResourceRequest(&request))
	if err != nil {
		return nil, err
	}
	var whole *backend.CallResourceResponse
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) && whole != nil {
			return whole, nil
		}
		if err != nil {
			return nil, err
		}
		if response := backend.FromProto().CallResourceResponse(part); whole == nil {
			whole = response
		} else {
			whole.Body = append(whole.Body, response.Body...)
		}
	}
}
