package store

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/semaphore"

	"github.com/footfall-analytics/footfall/pkg/say"
)

// Config says how to reach the database and how much a query may cost.
type Config struct {
	// Host is "host" or "host:port", or several of them separated by commas, of which the first that accepts the connection is used; the
	// port is 5432 by default.
	Host, Database, User, Password string
	// Schema is the schema with Footfall's tables.
	Schema string
	// SSLMode is disable, require, verify-ca or verify-full, as in libpq.
	SSLMode string
	// TLSCACert, TLSClientCert and TLSClientKey are PEM texts; empty where not used.
	TLSCACert, TLSClientCert, TLSClientKey string
	// Dial connects to the server, for instance through a proxy, which then also resolves the host's name; nil connects directly.
	Dial Dialer
	// QueryTimeout is after how long a statement is cancelled, on the server too.
	QueryTimeout time.Duration
	// RowLimit is how many rows a statement may return.
	RowLimit int
	// MaxOpenConns is the largest number of connections, and so of statements at once; further statements wait in order.
	MaxOpenConns int
}

// Dialer opens a connection to an address, as [net.Dialer.DialContext] does.
type Dialer = func(ctx context.Context, network, address string) (net.Conn, error)

// Store is a pool of connections. It connects when it is first used.
type Store struct {
	pool   *pgxpool.Pool
	config Config
	// turns counts the free connections, so that a reader who needs several gets them all at once or waits.
	turns *semaphore.Weighted
}

// Open checks the configuration and prepares the pool. It does not connect. Errors are [say.Error] about a setting.
func Open(config Config) (*Store, error) {
	c, err := poolConfig(config)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(context.Background(), c)
	if err != nil {
		return nil, err
	}
	return &Store{pool: pool, config: config, turns: semaphore.NewWeighted(int64(config.MaxOpenConns))}, nil
}

// On is for programs that have a pool, whose connections are like those of [Open]; of the configuration it needs the schema and what a query
// may cost. The pool stays the caller's.
func On(pool *pgxpool.Pool, config Config) *Store {
	return &Store{pool: pool, config: config, turns: semaphore.NewWeighted(int64(config.MaxOpenConns))}
}

// Close ends all connections.
func (s *Store) Close() { s.pool.Close() }

func poolConfig(config Config) (*pgxpool.Config, error) {
	hosts, ports, err := splitHosts(config.Host)
	if err != nil {
		return nil, err
	}
	dsn := url.URL{Scheme: "postgres", Path: "/" + config.Database, RawQuery: url.Values{"host": {hosts}, "port": {ports}, "sslmode": {"disable"}}.Encode()}
	c, err := pgxpool.ParseConfig(dsn.String())
	if err != nil {
		return nil, say.New("settings.host-unusable", "the host {{host}} is not usable: write host:port", strconv.Quote(config.Host)).Err()
	}
	c.ConnConfig.User, c.ConnConfig.Password = config.User, config.Password
	// TLS is configured for every host, not only for the first one.
	if c.ConnConfig.TLSConfig, err = tlsConfig(config, c.ConnConfig.Host); err != nil {
		return nil, err
	}
	for _, other := range c.ConnConfig.Fallbacks {
		if other.TLSConfig, err = tlsConfig(config, other.Host); err != nil {
			return nil, err
		}
	}
	if config.Dial != nil {
		c.ConnConfig.DialFunc = config.Dial
		// This machine may not know the host's name.
		c.ConnConfig.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
	}
	// One round trip per statement and no prepared statements: this works through transaction poolers and on the embedded database.
	c.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	c.ConnConfig.RuntimeParams["application_name"] = "footfall"
	c.ConnConfig.ConnectTimeout = 10 * time.Second
	c.MaxConns = int32(config.MaxOpenConns)
	c.MaxConnIdleTime = 5 * time.Minute
	return c, nil
}

// splitHosts takes "host", "host:port" or several of them separated by commas, and returns hosts and ports as pgx takes them. The port is
// 5432 unless one is named.
func splitHosts(list string) (hosts, ports string, err error) {
	var names, numbers []string
	for _, one := range strings.Split(list, ",") {
		name, number, err := net.SplitHostPort(one)
		if err != nil {
			name = strings.Trim(one, "[]")
		}
		number = cmp.Or(number, "5432")
		if name == "" {
			return "", "", say.New("settings.hosts-unusable",
				"the host {{hosts}} is not usable: write host:port, or several of them with commas between", strconv.Quote(list)).Err()
		}
		names, numbers = append(names, name), append(numbers, number)
	}
	return strings.Join(names, ","), strings.Join(numbers, ","), nil
}

// tlsConfig follows libpq's modes: require encrypts, verify-ca also checks the certificate's chain, verify-full the name too.
func tlsConfig(config Config, host string) (*tls.Config, error) {
	if config.SSLMode == "disable" {
		return nil, nil
	}
	c := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if config.TLSCACert != "" {
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM([]byte(config.TLSCACert)) {
			return nil, say.New("settings.tls-ca",
				"the TLS CA certificate is not valid PEM: paste the whole text, with its BEGIN and END lines").Err()
		}
	}
	if config.TLSClientCert != "" || config.TLSClientKey != "" {
		pair, err := tls.X509KeyPair([]byte(config.TLSClientCert), []byte(config.TLSClientKey))
		if err != nil {
			return nil, say.New("settings.tls-client",
				"the TLS client certificate and key do not fit together or are not valid PEM: paste both whole texts, with their BEGIN and END lines").Err()
		}
		c.Certificates = []tls.Certificate{pair}
	}
	switch config.SSLMode {
	case "verify-full":
	case "verify-ca":
		c.InsecureSkipVerify = true // skips only the name; the chain is checked below
		c.VerifyConnection = func(state tls.ConnectionState) error {
			opts := x509.VerifyOptions{Roots: c.RootCAs, Intermediates: x509.NewCertPool()}
			for _, cert := range state.PeerCertificates[1:] {
				opts.Intermediates.AddCert(cert)
			}
			_, err := state.PeerCertificates[0].Verify(opts)
			return err
		}
	case "require":
		c.InsecureSkipVerify = true
	default:
		return nil, say.New("settings.tls-mode",
			"the TLS mode {{mode}} is not known: use disable, require, verify-ca or verify-full", strconv.Quote(config.SSLMode)).Err()
	}
	return c, nil
}

// turnTimeout is how long a question waits for a connection that others use.
const turnTimeout = 5 * time.Minute

// ErrBusy is the error of a question that no connection was free for.
var ErrBusy = errors.New("no connection was free for five minutes")

// ErrTimeout is the error of a statement that ran longer than the data source allows.
var ErrTimeout = errors.New("the query ran longer than the data source allows")

// ErrTooManyRows is the error of a statement with more rows than the data source allows. Fewer rows would be wrong numbers.
var ErrTooManyRows = errors.New("the query returns more rows than the data source allows")
