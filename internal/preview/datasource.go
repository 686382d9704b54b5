package preview

import (
	"crypto/tls"
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
