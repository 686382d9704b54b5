package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"regexp"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/store"
)

// settings of one data source, checked and complete.
type settings struct {
	store     store.Config
	zone      string
	weekStart time.Weekday
	// hideUsers keeps what tells of single people from viewers.
	hideUsers bool
}

// jsonData is what the config editor saves.
type jsonData struct {
	Database string `json:"database"`
	Schema   string `json:"schema"`
	SSLMode  string `json:"sslmode"`
	// TimeZone serves queries that name none: those of alert rules.
	TimeZone  string `json:"timeZone"`
	WeekStart string `json:"weekStart"`
	// QueryTimeout is in seconds.
	QueryTimeout int `json:"queryTimeout"`
	RowLimit     int `json:"rowLimit"`
	MaxOpenConns int `json:"maxOpenConns"`
	// HideUsersFromViewers refuses viewers lists of users or sessions, timelines, and what is picked or split by their ids.
	HideUsersFromViewers bool `json:"hideUsersFromViewers"`
}

var (
	weekStarts = map[string]time.Weekday{"monday": time.Monday, "sunday": time.Sunday, "saturday": time.Saturday}
	schemaName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)
)

func parseSettings(ctx context.Context, instance backend.DataSourceInstanceSettings) (settings, error) {
	j := jsonData{
		Schema: "footfall", SSLMode: "verify-full", TimeZone: "UTC", WeekStart: "monday",
		QueryTimeout: 30, RowLimit: 10_000, MaxOpenConns: 10,
	}
	if err := json.Unmarshal(instance.JSONData, &j); err != nil {
		return settings{}, fmt.Errorf("the data source's settings cannot be read: %w", err)
	}
	if err := j.validate(instance.URL); err != nil {
		return settings{}, err
	}
	dial, err := proxyDialer(ctx, instance)
	if err != nil {
		return settings{}, err
	}
	secret := instance.DecryptedSecureJSONData
	return settings{
		zone:      j.TimeZone,
		weekStart: weekStarts[j.WeekStart],
		hideUsers: j.HideUsersFromViewers,
		store: store.Config{
			Host: instance.URL, Database: j.Database, User: instance.User, Password: secret["password"],
			Schema: j.Schema, SSLMode: j.SSLMode,
			Dial:      dial,
			TLSCACert: secret["tlsCACert"], TLSClientCert: secret["tlsClientCert"], TLSClientKey: secret["tlsClientKey"],
			QueryTimeout: time.Duration(j.QueryTimeout) * time.Second, RowLimit: j.RowLimit, MaxOpenConns: j.MaxOpenConns,
		},
	}, nil
}

// proxyDialer connects through Grafana's secure socks proxy, where this data source and Grafana's own settings say so; else nil.
func proxyDialer(ctx context.Context, instance backend.DataSourceInstanceSettings) (store.Dialer, error) {
	client, err := instance.ProxyClient(ctx)
	if err != nil {
		return nil, fmt.Errorf("the secure socks proxy's settings cannot be read: %w", err)
	}
	if !client.SecureSocksProxyEnabled() {
		return nil, nil
	}
	dialer, err := client.NewSecureSocksProxyContextDialer()
	if err != nil {
		return nil, fmt.Errorf("the secure socks proxy cannot be used: check its section in Grafana's configuration: %w", err)
	}
	return dialer.(interface { // all of the SDK's dialers are
		DialContext(ctx context.Context, network, address string) (net.Conn, error)
	}).DialContext, nil
}

func (j *jsonData) validate(host string) error {
	if host == "" {
		return errors.New("the host is empty: enter host:port of the TimescaleDB server in the data source's settings")
	}
	if j.Database == "" {
		return errors.New("the database name is empty: enter it in the data source's settings")
	}
	if !schemaName.MatchString(j.Schema) {
		return fmt.Errorf("the schema %q is not usable: take lower-case letters, digits and underscores", j.Schema)
	}
	if err := model.ValidateTimeZone("the default time zone", j.TimeZone); err != nil {
		return err
	}
	if _, ok := weekStarts[j.WeekStart]; !ok {
		return fmt.Errorf("the week start %q is not known: use monday, sunday or saturday", j.WeekStart)
	}
	for name, limit := range map[string]struct{ value, max int }{
		"query timeout (seconds)": {j.QueryTimeout, 3600},
		"row limit":               {j.RowLimit, 1_000_000},
		"max open connections":    {j.MaxOpenConns, 1000},
	} {
		if limit.value < 1 || limit.value > limit.max {
			return fmt.Errorf("the %s is %d: use 1 to %d", name, limit.value, limit.max)
		}
	}
	return nil
}
