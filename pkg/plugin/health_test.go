package plugin

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/proxy"
	"github.com/grafana/grafana-plugin-sdk-go/config"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/footfall-analytics/footfall/internal/dbtest"
)

func healthAs(t *testing.T, d *Datasource, asker backend.PluginContext) *backend.CheckHealthResult {
	t.Helper()
	health, err := d.CheckHealth(t.Context(), &backend.CheckHealthRequest{PluginContext: asker})
	if err != nil {
		t.Fatal(err)
	}
	return health
}

// wantFailure checks what an admin reads, and that others read no details.
func wantFailure(t *testing.T, d *Datasource, want ...string) {
	t.Helper()
	health := healthAs(t, d, as("Admin"))
	for _, part := range want {
		if health.Status != backend.HealthStatusError || !strings.Contains(health.Message, part) {
			t.Errorf("health %s %q; want %q", health.Status, health.Message, part)
		}
	}
	for _, role := range []string{"Editor", "Viewer"} {
		if health := healthAs(t, d, as(role)); health.Status != backend.HealthStatusError || strings.Contains(string(health.JSONDetails), `"server"`) ||
			health.Message != "The database cannot be used: ask an admin, to whom Save & test tells why" {
			t.Errorf("%s: %q %s", role, health.Message, health.JSONDetails)
		}
	}
}

func TestHealthOfAServerThatIsNotReached(t *testing.T) {
	authority := httptest.NewTLSServer(nil) // for its certificate, which nobody trusts
	t.Cleanup(authority.Close)
	unknown := listen(t, func(conn net.Conn) {
		_, _ = conn.Write([]byte("S"))
		_, _ = conn.Read(make([]byte, 8)) // the request for TLS
		_ = tls.Server(conn, &tls.Config{Certificates: authority.TLS.Certificates, MinVersion: tls.VersionTLS12}).Handshake()
	})
	silent := listen(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
	plain := listen(t, func(conn net.Conn) { _, _ = conn.Write([]byte("N")) }) // PostgreSQL's answer where TLS is off
	other := listen(t, func(conn net.Conn) { _, _ = conn.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")) })
	for name, c := range map[string]struct {
		host, sslmode string
		want          []string
	}{
		"unknown host": {"nowhere.invalid:5432", "disable", []string{"nowhere.invalid", "check the host in the data source's settings"}},
		"refused":      {"127.0.0.1:1", "disable", []string{"127.0.0.1:1", "check host and port"}},
		"no TLS":       {plain, "require", []string{"refused TLS", "check the TLS mode"}},
		"no database":  {other, "disable", []string{"check the connection"}},
		"certificate":  {unknown, "verify-full", []string{"certificate", "give the CA certificate"}},
		"silent":       {silent, "disable", []string{"check host and port", "no firewall"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantFailure(t, openDatasource(t, "postgres://reader@"+c.host+"/db",
				map[string]any{"database": "db", "sslmode": c.sslmode, "queryTimeout": 12}), c.want...)
		})
	}
}

func TestHealthOfAServerThatLacksSomething(t *testing.T) {
	dsn := os.Getenv("FOOTFALL_TEST_DSN")
	if dsn == "" {
		t.Skip("the embedded database has one database and one user: set FOOTFALL_TEST_DSN to a server")
	}
	address, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	admin := dbtest.Connect(t, dsn)
	run := func(statement string) {
		t.Helper()
		if _, err := admin.Exec(context.WithoutCancel(t.Context()), statement); err != nil {
			t.Fatal(err)
		}
	}
	empty := "footfall_health_" + strconv.Itoa(os.Getpid())
	run("CREATE DATABASE " + empty + " TEMPLATE template0")
	t.Cleanup(func() { run("DROP DATABASE " + empty + " WITH (FORCE)") })
	run("CREATE ROLE " + empty + " LOGIN PASSWORD 'right'")
	t.Cleanup(func() { run("DROP ROLE " + empty) })
	schema := dbtest.Schema(t, dsn)
	stranger := "postgres://" + empty + ":right@" + address.Host + "/"
	database := strings.TrimPrefix(address.Path, "/")
	for name, c := range map[string]struct {
		dsn, database, schema string
		want                  []string
	}{
		"no database":  {dsn, "footfall_nowhere", schema, []string{"the database does not exist", "check its name"}},
		"no extension": {"postgres://" + address.User.String() + "@" + address.Host, empty, schema, []string{"TimescaleDB", "extension"}},
		"no schema":    {dsn, database, "nowhere", []string{"no Footfall tables in schema nowhere", "run collector migrate"}},
		"not a reader": {stranger, database, schema, []string{"may not read", "the schema's reader role"}},
	} {
		t.Run(name, func(t *testing.T) {
			wantFailure(t, openDatasource(t, c.dsn, map[string]any{"database": c.database, "schema": c.schema, "sslmode": "disable"}), c.want...)
		})
	}
	t.Run("older schema", func(t *testing.T) {
		run("DELETE FROM " + schema + ".schema_migrations WHERE version > 1")
		wantFailure(t, openDatasource(t, dsn, map[string]any{"database": database, "schema": schema, "sslmode": "disable"}), "has version 1", "run collector migrate")
	})
}

// Save & test names the background jobs that do not run; the embedded database runs none.
func TestHealthNamesJobsThatDoNotRun(t *testing.T) {
	dsn := dbtest.Embedded(t)
	schema := dbtest.Schema(t, dsn)
	d := openDatasource(t, dsn, map[string]any{"database": "postgres", "schema": schema, "sslmode": "disable"})
	if health := healthAs(t, d, as("Admin")); health.Status != backend.HealthStatusOk || strings.Contains(health.Message, "background job") {
		t.Errorf("of a new schema: %s", health.Message)
	}
	if _, err := dbtest.Connect(t, dsn).Exec(t.Context(), "UPDATE "+schema+".schema_migrations SET applied_at = now() - INTERVAL '1 day'"); err != nil {
		t.Fatal(err)
	}
	health := healthAs(t, d, as("Admin"))
	if health.Status != backend.HealthStatusOk || !strings.Contains(health.Message, "the background job close_days is late by 23.7 h") || !strings.Contains(string(health.JSONDetails), `"name":"close_days"`) {
		t.Errorf("%s\n%s", health.Message, health.JSONDetails)
	}
}

func TestOthersThanAdminsSeeOnlyThatItWorks(t *testing.T) {
	d := newDatasource(t, dbtest.Embedded(t), "", nil)
	if health := healthAs(t, d, as("Viewer")); health.Status != backend.HealthStatusOk || health.Message != "Connected" || strings.Contains(string(health.JSONDetails), `"server"`) {
		t.Errorf("%+v", health)
	}
	if health := healthAs(t, d, as("Admin")); !json.Valid(health.JSONDetails) || !strings.Contains(health.Message, "TimescaleDB") {
		t.Errorf("%+v", health)
	}
}

// The database is behind a proxy, by a name that only the proxy knows.
func TestSecureSocksProxy(t *testing.T) {
	database, err := url.Parse(dbtest.Embedded(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		reply byte
		want  string
	}{
		"connects": {0, "TimescaleDB"},
		"refused":  {2, "check the secure socks proxy"},
	} {
		t.Run(name, func(t *testing.T) {
			address := listen(t, func(conn net.Conn) { socks(conn, c.reply, "behind.the.proxy", database.Host) })
			ctx := config.WithGrafanaConfig(t.Context(), config.NewGrafanaCfg(map[string]string{
				proxy.PluginSecureSocksProxyEnabled:       "true",
				proxy.PluginSecureSocksProxyProxyAddress:  address,
				proxy.PluginSecureSocksProxyAllowInsecure: "true",
			}))
			password, _ := database.User.Password()
			instance, err := New(ctx, backend.DataSourceInstanceSettings{
				UID: "x", URL: "behind.the.proxy:5432", User: database.User.Username(),
				JSONData:                []byte(`{"database":"` + database.Path[1:] + `","schema":"` + dbtest.Schema(t, database.String()) + `","sslmode":"disable","enableSecureSocksProxy":true}`),
				DecryptedSecureJSONData: map[string]string{"password": password},
			})
			if err != nil {
				t.Fatal(err)
			}
			d := instance.(*Datasource)
			defer d.Dispose()
			if health := healthAs(t, d, as("Admin")); (health.Status == backend.HealthStatusOk) != (c.reply == 0) || !strings.Contains(health.Message, c.want) {
				t.Errorf("health %s %q; want %q", health.Status, health.Message, c.want)
			}
		})
	}
}

// socks answers one client as a SOCKS5 server (RFC 1928, 1929) that knows one host.
func socks(conn net.Conn, reply byte, host, target string) {
	read := func(n int) []byte {
		buffer := make([]byte, n)
		_, _ = io.ReadFull(conn, buffer)
		return buffer
	}
	read(int(read(2)[1])) // version and the ways to authenticate
	_, _ = conn.Write([]byte{5, 2})
	read(int(read(2)[1])) // user
	read(int(read(1)[0])) // password
	_, _ = conn.Write([]byte{1, 0})
	read(4) // version, connect, reserved, and that a name follows
	if name := string(read(int(read(1)[0]))); name != host {
		reply = 4 // host unreachable
	}
	read(2) // port
	_, _ = conn.Write([]byte{5, reply, 0, 1, 0, 0, 0, 0, 0, 0})
	if reply != 0 {
		return
	}
	server, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	go func() { _, _ = io.Copy(server, conn) }()
	_, _ = io.Copy(conn, server)
}

// listen serves each connection until the test ends.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				_ = conn.SetDeadline(time.Now().Add(time.Minute))
				serve(conn)
			}()
		}
	}()
	return listener.Addr().String()
}

func TestRefusedPasswordsAndAddresses(t *testing.T) {
	for code, want := range map[string]string{
		"28P01": "refused user and password: check them",
		"28000": "pg_hba.conf",
		"53300": "no free connections: lower",
	} {
		if _, source, message := classify(nil, &pgconn.PgError{Code: code}); source != backend.ErrorSourceDownstream || !strings.Contains(message.String(), want) {
			t.Errorf("%s: %q by %s; want %q", code, message, source, want)
		}
	}
}
