// Package embedded starts the TimescaleDB that development, demo and tests use if no server is given: the real extension, compiled to
// WebAssembly, run by Node in memory. It is for one machine's demo and tests, never for production.
//
// It has one session behind all connections. So every statement with arguments belongs in an explicit transaction,
// settings are made with SET LOCAL only, COPY and prepared statements are not to be used, background jobs do not run and
// statement_timeout has no effect.
package embedded

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/footfall-analytics/footfall/internal/leash"
)

// Options for [Start]. The zero value is ready to use.
type Options struct {
	// Port to listen on; 0 takes a free one.
	Port int
	// WithoutTimescaleDB leaves the extension out, to see what a plain PostgreSQL does.
	WithoutTimescaleDB bool
}

// Server is a running embedded TimescaleDB.
type Server struct {
	stop  context.CancelFunc
	ended <-chan struct{}
	port  int
}

// bootTimeout is generous: a first boot takes two or three seconds on an idle machine, and a minute on one that is much too busy.
const bootTimeout = 3 * time.Minute

// Start boots the database and returns when it accepts connections. It needs Node 20 or later on the PATH and the
// repository's npm packages (npm ci).
func Start(ctx context.Context, opts Options) (*Server, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, errors.New("the embedded TimescaleDB runs on Node.js, which is not installed: install Node 20 or later, or name a server")
	}
	root, err := RepositoryRoot()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(root, "node_modules", "@unni-craftsman", "pglite")); err != nil {
		return nil, errors.New("the embedded TimescaleDB is not installed: run npm ci")
	}
	args := []string{filepath.Join(root, "internal", "embedded", "server.mjs"), strconv.Itoa(opts.Port)}
	if opts.WithoutTimescaleDB {
		args = append(args, "--without-timescaledb")
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	cmd := leash.Command(running, node, args...)
	cmd.Dir = root
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		stop()
		return nil, err
	}
	ended, err := leash.Start(cmd)
	if err != nil {
		stop()
		return nil, fmt.Errorf("start the embedded TimescaleDB: %w", err)
	}
	s := &Server{stop: stop, ended: ended}
	if s.port, err = awaitPort(ctx, stdout); err != nil {
		s.Stop()
		if strings.Contains(stderr.String(), "EADDRINUSE") {
			return nil, fmt.Errorf("port %d for the embedded TimescaleDB is taken: set FOOTFALL_DB_PORT to a free one", opts.Port)
		}
		return nil, fmt.Errorf("the embedded TimescaleDB did not start: %w\n%s", err, stderr.String())
	}
	return s, nil
}

// awaitPort reads the line that says which port the server listens on, and discards whatever is printed later.
func awaitPort(ctx context.Context, stdout io.Reader) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, bootTimeout)
	defer cancel()
	ports := make(chan int, 1)
	go func() {
		defer close(ports)
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			var port int
			if n, _ := fmt.Sscanf(lines.Text(), "listening %d", &port); n == 1 {
				ports <- port
			}
		}
	}()
	select {
	case port, ok := <-ports:
		if !ok {
			return 0, errors.New("it ended")
		}
		return port, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// DSN returns the connection string for pgx.
func (s *Server) DSN() string {
	return fmt.Sprintf("postgres://postgres:postgres@127.0.0.1:%d/postgres?sslmode=disable&default_query_exec_mode=exec", s.port)
}

// Stop ends the server; what it held is gone.
func (s *Server) Stop() {
	s.stop()
	<-s.ended
}

// RepositoryRoot returns the nearest folder above the working directory with a go.mod.
func RepositoryRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			return "", errors.New("not inside the Footfall repository: change into it first")
		}
		dir = filepath.Dir(dir)
	}
}
