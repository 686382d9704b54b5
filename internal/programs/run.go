package programs

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/footfall-analytics/footfall/internal/leash"
)

// run runs a command that ends with this program, silently: each line that it prints goes to the function, if there is one. When it
// fails, the error has the end of its output and what to do.
func run(ctx context.Context, line func(string), command ...string) error {
	cmd := leash.Command(ctx, command[0], command[1:]...)
	var output bytes.Buffer
	read, write := io.Pipe()
	to := io.MultiWriter(&output, write)
	cmd.Stdout, cmd.Stderr = to, to
	done := make(chan struct{})
	go func() {
		defer close(done)
		for lines := bufio.NewScanner(read); lines.Scan(); {
			if line != nil {
				line(lines.Text())
			}
		}
		_, _ = io.Copy(io.Discard, read) // after a line that is too long
	}()
	err := cmd.Run()
	_ = write.Close()
	<-done
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	said := strings.TrimSpace(output.String())
	const most = 4000
	shown := said
	if len(shown) > most {
		shown = "... " + shown[len(shown)-most:]
	}
	return fmt.Errorf("%s failed: %w\n%s\n\nwhat to do: %s", strings.Join(command, " "), err, shown, advice(said))
}

// known are messages of commands when the machine is at fault, and what to do then.
var known = []struct {
	says *regexp.Regexp
	do   string
}{
	{regexp.MustCompile(`ENOSPC|[Nn]o space left on device`), "the disk is full: make room, and run the command again"},
	{regexp.MustCompile(`EACCES|EPERM|permission denied`), "files of another user are in the way: make this folder and the caches (npm config get cache, go env GOCACHE GOMODCACHE) yours, or delete node_modules, dist and .footfall"},
	{regexp.MustCompile(`EINTEGRITY|checksum mismatch`), "a package is not the one that the lock file names: empty the caches (npm cache clean --force, go clean -modcache), and run the command again; if it stays so, do not trust the registry"},
	{regexp.MustCompile(`heap out of memory|signal: killed|exit status 137`), "the memory did not suffice: close other programs, and run the command again"},
	{regexp.MustCompile(`dial tcp|i/o timeout|TLS handshake|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTCACHED|proxyconnect`), "what is not on this machine yet comes over the network: connect it, or name a proxy that it reaches (HTTPS_PROXY; for Go's modules GOPROXY, for npm's packages npm config set registry), and run the command again"},
}

// advice returns what to do about a failure.
func advice(said string) string {
	for _, k := range known {
		if k.says.MatchString(said) {
			return k.do
		}
	}
	return "mend what it names in the sources, and run the command again; in sources that nobody has changed, delete node_modules, dist and .footfall first"
}
