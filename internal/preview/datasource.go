package preview

import (
	"crypto/ed25519"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/jackc/pgx/v5"
)

// SourceUID is the uid of the demo's data source.
const SourceUID = "footfall"

// Database is where a connection leads, in the words of the data source's settings.
type Database struct {
	Host, Name, User, Password, SSLMode string
}

// DatabaseOf reads the settings off a connection that works. SSLMode is require for an encrypted connection, else disable.
func DatabaseOf(conn *pgx.Conn) Database {
	c := conn.Config()
	db := Database{
		Host: net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))), Name: c.Database,
		User: c.User, Password: c.Password, SSLMode: "disable",
	}
	if _, encrypted := conn.PgConn().Conn().(*tls.Conn); encrypted {
		db.SSLMode = "require"
	}
	return db
}

// AddSite lets the data source lead to live pages of a site, such as http://127.0.0.1:8091, and returns the private key that it signs links with
// and the public one, which the site checks them with.
func AddSite(source *backend.DataSourceInstanceSettings, site string) (private, public string, err error) {
	var settings map[string]any
	if err := json.Unmarshal(source.JSONData, &settings); err != nil {
		return "", "", fmt.Errorf("the data source's settings: %w", err)
	}
	settings["overlaySites"] = []string{site}
	if source.JSONData, err = json.Marshal(settings); err != nil {
		return "", "", fmt.Errorf("the data source's settings: %w", err)
	}
	check, sign, err := ed25519.GenerateKey(nil)
	if err != nil {
		return "", "", fmt.Errorf("a key for links: %w", err)
	}
	private = base64.StdEncoding.EncodeToString(sign.Seed())
	source.DecryptedSecureJSONData["overlayKey"] = private
	return private, base64.StdEncoding.EncodeToString(check), nil
}

// DataSource returns a data source of Grafana that reads the database's schema.
func (db Database) DataSource(schema string) (backend.DataSourceInstanceSettings, error) {
	settings, err := json.Marshal(map[string]any{
		"database": db.Name, "schema": schema, "sslmode": db.SSLMode, "timeZone": "Europe/Berlin", "weekStart": "monday",
		"maxOpenConns": 1, // the embedded database has one session: statements wait better here than there
	})
	if err != nil {
		return backend.DataSourceInstanceSettings{}, fmt.Errorf("the data source's settings: %w", err)
	}
	return backend.DataSourceInstanceSettings{
		ID: 1, UID: SourceUID, Type: "footfall-behavior-datasource", Name: "Footfall", URL: db.Host, User: db.User,
		JSONData: settings, DecryptedSecureJSONData: map[string]string{"password": db.Password}, Updated: time.Now(),
	}, nil
}
