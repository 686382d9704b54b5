package programs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/footfall-analytics/footfall/internal/leash"
)

// Segments creates the segments of the files with the analyzer's own commands, and refreshes all.
func Segments(ctx context.Context, binary, dsn, schema string, files ...string) error {
	for _, args := range [][]string{append([]string{"segments", "apply"}, files...), {"segments", "refresh"}} {
		cmd := leash.Command(ctx, binary, append(args, "--schema", schema)...)
		cmd.Env = append(os.Environ(), "FOOTFALL_DSN="+OneConnection(dsn))
		if output, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("analyzer segments: %w\n%s", err, bytes.TrimSpace(output))
		}
	}
	return nil
}

// StartAnalyzer runs the analyzer on a port of 127.0.0.1 (0: a free one), and returns its address when it is ready, and a function that ends
// it. Its log goes to the writer.
func StartAnalyzer(ctx context.Context, binary, dsn, schema, token string, port int, log io.Writer) (url string, end func(), err error) {
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	cmd := leash.Command(running, binary, "serve", "--schema", schema, "--listen", fmt.Sprintf("127.0.0.1:%d", port), "--listen-admin", "127.0.0.1:0")
	cmd.Env = append(os.Environ(), "FOOTFALL_DSN="+OneConnection(dsn), "FOOTFALL_ANALYZER_TOKEN="+token)
	output := &startLog{next: log, listening: make(chan addresses, 1)}
	cmd.Stderr = output
	ended, err := leash.Start(cmd)
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("start the analyzer: %w", err)
	}
	end = func() {
		stop()
		<-ended
	}
	select {
	case at := <-output.listening:
		url = "http://" + at.Address
		err = AwaitOK(ctx, url+"/readyz", readyTimeout, ended)
	case <-ended:
		err = errors.New("it ended at once")
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		end()
		return "", nil, fmt.Errorf("the analyzer is not ready: %w\n%s", err, output)
	}
	return url, end, nil
}
