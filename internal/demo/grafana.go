package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/footfall-analytics/footfall/internal/leash"
	"github.com/footfall-analytics/footfall/internal/programs"
)

// grafanaBoot is how long Grafana may take for its first start, which creates its own database.
const grafanaBoot = 2 * time.Minute

// showGrafana runs the installation until the context ends, with the plugin, the data source and the dashboards of this
// repository and a data folder of its own: nothing of the installation changes.
func (d *demo) showGrafana(ctx context.Context) error {
	environment, err := d.grafanaEnvironment()
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	cmd := leash.Command(running, filepath.Join(d.grafanaHome, "bin", "grafana"), "server", "--homepath", d.grafanaHome)
	cmd.Env = append(os.Environ(), environment...)
	cmd.Stdout, cmd.Stderr = d.log, d.log
	ended, err := leash.Start(cmd)
	if err != nil {
		stop()
		return fmt.Errorf("start Grafana: %w", err)
	}
	defer func() { stop(); <-ended }()
	fmt.Println()
	url := fmt.Sprintf("http://127.0.0.1:%d", d.ports[grafanaPort])
	if err := d.Do("Grafana", func() (string, error) {
		return d.grafanaHome, programs.AwaitOK(ctx, url+"/api/health", grafanaBoot, ended)
	}); err != nil {
		return fmt.Errorf("%w\n(its log is in %s)", err, d.log.Name())
	}
	invite("Footfall's dashboards are in Grafana", url+"/dashboards")
	<-ended
	if ctx.Err() == nil {
		return errors.New("Grafana ended by itself; its log is in " + d.log.Name())
	}
	return nil
}

// grafanaEnvironment returns the settings that make Grafana show Footfall to anyone on this machine.
func (d *demo) grafanaEnvironment() ([]string, error) {
	root, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(root, d.folder, "grafana")
	id, plugins := d.plugin.Source().Type, filepath.Join(folder, "plugins")
	if err := os.MkdirAll(plugins, 0o755); err != nil {
		return nil, err
	}
	if err := os.Symlink(filepath.Join(root, "dist"), filepath.Join(plugins, id)); err != nil {
		return nil, err
	}
	provisioning := filepath.Join(folder, "provisioning")
	if err := d.provision(provisioning); err != nil {
		return nil, err
	}
	return []string{
		"GF_PATHS_PROVISIONING=" + provisioning,
		"GF_PATHS_PLUGINS=" + plugins,
		"GF_PATHS_DATA=" + filepath.Join(folder, "data"),
		"GF_PATHS_LOGS=" + filepath.Join(folder, "logs"),
		"GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS=" + id + ",footfall-behavior-panel",
		"GF_SERVER_HTTP_ADDR=127.0.0.1",
		fmt.Sprintf("GF_SERVER_HTTP_PORT=%d", d.ports[grafanaPort]),
		"GF_AUTH_ANONYMOUS_ENABLED=true",
		"GF_AUTH_ANONYMOUS_ORG_ROLE=Admin",
		"GF_PLUGINS_PREINSTALL_DISABLED=true",
		"GF_ANALYTICS_REPORTING_ENABLED=false",
		"GF_ANALYTICS_CHECK_FOR_UPDATES=false",
		"GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES=false",
		"FOOTFALL_DB_URL=" + d.database.Host,
		"FOOTFALL_DB_NAME=" + d.database.Name,
		"FOOTFALL_DB_USER=" + d.database.User,
		"FOOTFALL_DB_PASSWORD=" + d.database.Password,
		"FOOTFALL_DB_SSLMODE=" + d.database.SSLMode,
		fmt.Sprintf("FOOTFALL_COLLECTOR_URL=http://127.0.0.1:%d", d.ports[collectorPort]),
	}, nil
}

// What the demo changes in the provisioned data source: how many connections it opens, and where it leads to live pages.
var (
	connections = regexp.MustCompile(`maxOpenConns: \d+`)
	secrets     = regexp.MustCompile(`secureJsonData:\n( +)`)
)

// provision copies what Grafana is told into the folder. The data source opens one connection: the embedded database has one session, for
// which statements wait better in the plugin than there; and it leads to the pages of the demo's shop.
func (d *demo) provision(folder string) error {
	if err := os.CopyFS(folder, os.DirFS("provisioning")); err != nil {
		return err
	}
	file := filepath.Join(folder, "datasources", "footfall.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	text = connections.ReplaceAll(text, fmt.Appendf(nil, "maxOpenConns: 1\n      overlaySites: ['%s']", d.shopURL()))
	text = secrets.ReplaceAll(text, fmt.Appendf(nil, "secureJsonData:\n${1}overlayKey: %s\n${1}", d.signs))
	return os.WriteFile(file, text, 0o600)
}
