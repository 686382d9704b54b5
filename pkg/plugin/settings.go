package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"regexp"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
	"github.com/footfall-analytics/footfall/pkg/store"
)

// settings are a data source's settings, checked and complete.
type settings struct {
	store     store.Config
	zone      string
	weekStart time.Weekday
	// memory is how many bytes of events and results are kept.
	memory int
	// hideUsers hides from viewers what is about single people.
	hideUsers bool
	overlay   overlay
}

// jsonData is what the config editor saves.
type jsonData struct {
	Database string `json:"database"`
	Schema   string `json:"schema"`
	SSLMode  string `json:"sslmode"`
	// TimeZone is for queries that name none, as in alert rules.
	TimeZone  string `json:"timeZone"`
	WeekStart string `json:"weekStart"`
	// QueryTimeout is in seconds.
	QueryTimeout int `json:"queryTimeout"`
	RowLimit     int `json:"rowLimit"`
	MaxOpenConns int `json:"maxOpenConns"`
	// AnswerMemory is in MB.
	AnswerMemory int `json:"answerMemory"`
	// HideUsersFromViewers keeps viewers from lists of users or sessions, from timelines, and from events picked or split by their ids.
	HideUsersFromViewers bool `json:"hideUsersFromViewers"`
	// OverlaySites are where links to live pages may lead, such as https://shop.example.
	OverlaySites []string `json:"overlaySites"`
}

var (
	weekStarts = map[string]time.Weekday{"monday": time.Monday, "sunday": time.Sunday, "saturday": time.Saturday}
	schemaName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)
)

func parseSettings(ctx context.Context, instance backend.DataSourceInstanceSettings) (settings, error) {
	j := jsonData{
		Schema: "footfall", SSLMode: "verify-full", TimeZone: "UTC", WeekStart: "monday",
		QueryTimeout: 30, RowLimit: 10_000, MaxOpenConns: 10, AnswerMemory: 128,
	}
	if err := json.Unmarshal(instance.JSONData, &j); err != nil {
		return settings{}, say.New("settings.unreadable", "the data source's settings cannot be read: {{problem}}", err.Error()).Err()
	}
	if err := j.validate(instance.URL); err != nil {
		return settings{}, err
	}
	dial, err := proxyDialer(ctx, instance)
	if err != nil {
		return settings{}, err
	}
	secret := instance.DecryptedSecureJSONData
	overlay, err := newOverlay(j.OverlaySites, secret["overlayKey"])
	if err != nil {
		return settings{}, err
	}
	return settings{
		zone:      j.TimeZone,
		weekStart: weekStarts[j.WeekStart],
		memory:    j.AnswerMemory << 20,
		hideUsers: j.HideUsersFromViewers,
		overlay:   overlay,
		store: store.Config{
			Host: instance.URL, Database: j.Database, User: instance.User, Password: secret["password"],
			Schema: j.Schema, SSLMode: j.SSLMode,
			Dial:      dial,
			TLSCACert: secret["tlsCACert"], TLSClientCert: secret["tlsClientCert"], TLSClientKey: secret["tlsClientKey"],
			QueryTimeout: time.Duration(j.QueryTimeout) * time.Second, RowLimit: j.RowLimit, MaxOpenConns: j.MaxOpenConns,
		},
	}, nil
}

// proxyDialer returns a dialer through Grafana's secure socks proxy, if the settings of this data source and of Grafana say so; else nil.
func proxyDialer(ctx context.Context, instance backend.DataSourceInstanceSettings) (store.Dialer, error) {
	client, err := instance.ProxyClient(ctx)
	if err != nil {
		return nil, say.New("settings.proxy-unreadable", "the secure socks proxy's settings cannot be read: {{problem}}", err.Error()).Err()
	}
	if !client.SecureSocksProxyEnabled() {
		return nil, nil
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		// Made anew each time: it reads certificates, which may appear only later.
		dialer, err := client.NewSecureSocksProxyContextDialer()
		if err != nil {
			return nil, say.New("settings.proxy-unusable",
				"the secure socks proxy cannot be used: check its section in Grafana's configuration: {{problem}}", err.Error()).Err()
		}
		return dialer.(interface { // all of the SDK's dialers are
			DialContext(ctx context.Context, network, address string) (net.Conn, error)
		}).DialContext(ctx, network, address)
	}, nil
}

func (j *jsonData) validate(host string) error {
	if host == "" {
		return say.New("settings.no-host", "the host is empty: enter host:port of the TimescaleDB server in the data source's settings").Err()
	}
	if j.Database == "" {
		return say.New("settings.no-database", "the database name is empty: enter it in the data source's settings").Err()
	}
	if !schemaName.MatchString(j.Schema) {
		return say.New("settings.schema", "the schema {{schema}} is not usable: take lower-case letters, digits and underscores", strconv.Quote(j.Schema)).Err()
	}
	if invalid := (*model.Error)(nil); errors.As(model.ValidateTimeZone("timeZone", j.TimeZone), &invalid) {
		return say.New("settings.time-zone", "the default time zone {{problem}}", invalid.Reason).Err()
	}
	if _, ok := weekStarts[j.WeekStart]; !ok {
		return say.New("settings.week-start", "the week start {{day}} is not known: use monday, sunday or saturday", strconv.Quote(j.WeekStart)).Err()
	}
	for _, limit := range []struct {
		setting         say.Text
		value, min, max int
	}{
		{say.New("settings.query-timeout", "query timeout (seconds)"), j.QueryTimeout, 1, 3600},
		{say.New("settings.row-limit", "row limit"), j.RowLimit, 1, 1_000_000},
		{say.New("settings.max-open-connections", "max open connections"), j.MaxOpenConns, 1, 1000},
		{say.New("settings.answer-memory", "memory for answers (MB)"), j.AnswerMemory, 16, 65_536},
	} {
		if limit.value < limit.min || limit.value > limit.max {
			return say.New("settings.limit", "the {{setting}} is {{value}}: use {{min}} to {{max}}", limit.setting, limit.value, limit.min, limit.max).Err()
		}
	}
	return nil
}
