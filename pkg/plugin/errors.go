package plugin

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/frames"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
	"github.com/footfall-analytics/footfall/pkg/store"
)

// errorResponse returns what went wrong and whose fault it is, in a frame without fields, with the text for the front end to translate and,
// if there is any, the SQL.
func errorResponse(ctx context.Context, user *backend.User, err error, trace *engine.Trace) backend.DataResponse {
	status, source, text := classify(user, err)
	if source == backend.ErrorSourcePlugin {
		backend.Logger.FromContext(ctx).Error("Query failed", "error", err)
	}
	response := backend.ErrDataResponseWithSource(status, source, text.String())
	frame := data.NewFrame("")
	custom := &frames.Custom{Error: &text}
	frame.Meta = &data.FrameMeta{Custom: custom}
	if trace != nil {
		custom.Comments = trace.Comments()
		frame.Meta.ExecutedQueryString = trace.String()
	}
	response.Frames = data.Frames{frame}
	return response
}

// askAnAdmin returns what users other than admins read about a database that cannot be reached: more would name its address.
func askAnAdmin() say.Text {
	return say.New("error.ask-an-admin", "the database cannot be reached: ask an admin, to whom Save & test tells why")
}

// classify turns an error into a status, the side that caused it, and a sentence that helps the user.
func classify(user *backend.User, err error) (backend.Status, backend.ErrorSource, say.Text) {
	var invalid *model.Error
	var pg *pgconn.PgError
	var connect *pgconn.ConnectError
	var network net.Error
	var hidden forbidden
	var settings *settingsError
	var said *say.Error
	switch {
	case errors.As(err, &hidden):
		return backend.StatusForbidden, backend.ErrorSourceDownstream, hidden.text()
	case errors.As(err, &settings):
		if !isAdmin(user) {
			return backend.StatusBadRequest, backend.ErrorSourceDownstream, askAnAdmin()
		}
		return backend.StatusBadRequest, backend.ErrorSourceDownstream, settings.text
	case errors.As(err, &invalid):
		return backend.StatusBadRequest, backend.ErrorSourceDownstream,
			say.New("error.at-field", "{{field}} {{reason}}", invalid.Field, invalid.Reason)
	case errors.Is(err, context.Canceled):
		return backend.StatusBadRequest, backend.ErrorSourceDownstream, say.New("error.cancelled", "the query was cancelled")
	case errors.Is(err, store.ErrTimeout), errors.As(err, &pg) && pg.Code == pgerrcode.QueryCanceled: // by statement_timeout
		return backend.StatusTimeout, backend.ErrorSourceDownstream,
			say.New("error.timeout", "the query ran longer than the data source allows: use a shorter range, more filters, or raise the query timeout in the data source's settings")
	case errors.Is(err, store.ErrBusy):
		return backend.StatusTimeout, backend.ErrorSourceDownstream,
			say.New("error.busy", "other questions kept all connections busy for five minutes: ask again later, or raise the number of connections in the data source's settings")
	case errors.Is(err, store.ErrTooManyRows):
		return backend.StatusBadRequest, backend.ErrorSourceDownstream,
			say.New("error.rows", "the answer has more rows than the data source allows: use a shorter range or fewer periods, or raise the row limit in the data source's settings")
	case errors.Is(err, engine.ErrTooManyAliases):
		return backend.StatusBadRequest, backend.ErrorSourceDownstream,
			say.New("error.aliases", "too many events are stored under ids that turned out to mean another user: run collector squash, which moves them to that user")
	case errors.Is(err, analysis.ErrTooManyValues):
		return backend.StatusBadRequest, backend.ErrorSourceDownstream,
			say.New("error.values", "the property has more than a million different values: use a shorter range, more filters, or another property")
	case errors.As(err, &pg):
		return backend.StatusBadGateway, backend.ErrorSourceDownstream, explainPostgres(pg)
	case errors.As(err, &connect), errors.As(err, &network), pgconn.SafeToRetry(err):
		if !isAdmin(user) {
			return backend.StatusBadGateway, backend.ErrorSourceDownstream, askAnAdmin()
		}
		return backend.StatusBadGateway, backend.ErrorSourceDownstream, connectionProblem(err)
	case errors.As(err, &said):
		return backend.StatusBadGateway, backend.ErrorSourceDownstream, said.Text
	}
	return backend.StatusInternal, backend.ErrorSourcePlugin,
		say.New("error.internal", "a fault in the plugin, which its log tells more about: {{error}}", err.Error())
}

// explainPostgres puts into words the errors that users can mend, and returns the server's own text for others.
func explainPostgres(pg *pgconn.PgError) say.Text {
	switch pg.Code {
	case pgerrcode.InvalidPassword:
		return say.New("error.password", "the database refused user and password: check them in the data source's settings")
	case pgerrcode.InvalidAuthorizationSpecification:
		return say.New("error.pg-hba", "the database lets nobody in that way: check the user and the TLS mode in the data source's settings, and the server's pg_hba.conf, which must allow this user, database and address")
	case pgerrcode.InvalidCatalogName:
		return say.New("error.no-database", "the database does not exist on the server: check its name in the data source's settings")
	case pgerrcode.UndefinedTable, pgerrcode.InvalidSchemaName:
		return say.New("error.no-tables", "the database has no Footfall tables in this schema: run collector migrate, or correct the schema in the data source's settings")
	case pgerrcode.InsufficientPrivilege:
		return say.New("error.no-rights", "the database user may not read Footfall's tables: make it a member of the schema's reader role, which collector migrate names ({{message}})", pg.Message)
	case pgerrcode.UndefinedFunction:
		return say.New("error.no-extension", "the TimescaleDB extension is not enabled in this database: run collector migrate ({{message}})", pg.Message)
	case pgerrcode.InvalidRegularExpression:
		return say.New("error.regular-expression", "a filter's regular expression is not valid: {{message}}", pg.Message)
	case pgerrcode.TooManyConnections:
		return say.New("error.no-connections", "the database has no free connections: lower max open connections in the data source's settings, or raise the server's limit")
	}
	return say.New("error.postgres", "the database reported: {{message}} (SQLSTATE {{code}})", pg.Message, pg.Code)
}

// connectionProblem returns which step of the connection failed, and what to do. It names the address but no secrets.
func connectionProblem(err error) say.Text {
	problem, step := err, (*net.OpError)(nil)
	if said := (*say.Error)(nil); errors.As(err, &said) {
		return said.Text
	} else if errors.As(err, &step) {
		problem = step
	} else if connect := (*pgconn.ConnectError)(nil); errors.As(err, &connect) {
		problem = connect.Unwrap() // without user and database
	}
	return say.New("error.connection", "cannot connect to the database: {{problem}}: {{advice}}", problem.Error(), connectionAdvice(err, step))
}

func connectionAdvice(err error, step *net.OpError) say.Text {
	var host *net.DNSError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var network net.Error
	switch {
	case step != nil && strings.HasPrefix(step.Op, "socks"), strings.Contains(err.Error(), "socks connect"):
		return say.New("error.advice-proxy", "check the secure socks proxy in Grafana's configuration, and that it may reach the database's host and port")
	case errors.As(err, &host):
		return say.New("error.advice-host", "check the host in the data source's settings, and that Grafana's machine can resolve it")
	case step != nil && (strings.Contains(step.Error(), "connection refused") || strings.Contains(step.Error(), "actively refused")): // the wording of Windows
		return say.New("error.advice-port", "check host and port in the data source's settings, and that the server runs and listens on that address")
	case errors.As(err, &certificate):
		return say.New("error.advice-certificate", "give the CA certificate that signed the server's, use the host's name that it was made for, or choose another TLS mode in the data source's settings")
	case errors.As(err, &record), strings.Contains(err.Error(), "refused TLS"), strings.Contains(err.Error(), "tls: "), strings.Contains(err.Error(), "x509: "):
		return say.New("error.advice-tls", "check the TLS mode and the certificates in the data source's settings, and that the server has TLS on")
	case errors.As(err, &network) && network.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return say.New("error.advice-firewall", "check host and port in the data source's settings, and that no firewall lies between")
	}
	return say.New("error.advice-other", "check the connection in the data source's settings")
}
