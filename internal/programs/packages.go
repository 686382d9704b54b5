package programs

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/magefile/mage/target"
)

// minNode is the oldest version of Node.js that the front end is built with.
const minNode = 20

func checkNode(ctx context.Context, _ progress) (string, error) {
	help := fmt.Sprintf("install Node.js %d or later, with npm, and put it on the PATH", minNode)
	version, err := exec.CommandContext(ctx, "node", "--version").Output()
	if err != nil {
		return "", fmt.Errorf("no Node.js is installed (%w): %s", err, help)
	}
	found := strings.TrimSpace(string(version))
	major, _, _ := strings.Cut(strings.TrimPrefix(found, "v"), ".")
	if n, err := strconv.Atoi(major); err != nil || n < minNode {
		return "", fmt.Errorf("the installed Node.js %s is too old: %s", found, help)
	}
	if _, err := exec.LookPath("npm"); err != nil {
		return "", fmt.Errorf("npm is not installed: %s", help)
	}
	return found, nil
}

const current = "up to date"

// installPackages installs what the lock file names, unless that was done since it last changed.
func installPackages(ctx context.Context, at progress) (string, error) {
	// npm writes this file at the end of an installation.
	stale, err := target.Path("node_modules/.package-lock.json", "package-lock.json")
	if err != nil || !stale {
		return current, err
	}
	return install(ctx, ".", at)
}

// install has npm install what the folder's lock file names. npm itself is silent while it does so, and tries for minutes to reach a
// registry that is not there: so that is asked for first. Without it, npm's cache may have everything.
func install(ctx context.Context, folder string, at progress) (string, error) {
	var lock struct{ Packages map[string]json.RawMessage }
	text, err := os.ReadFile(filepath.Join(folder, "package-lock.json"))
	if err == nil {
		err = json.Unmarshal(text, &lock)
	}
	if err != nil {
		return "", err
	}
	delete(lock.Packages, "") // the folder itself
	at("asking for the registry")
	offline := registryAway(ctx)
	args := []string{"npm", "ci", "--prefix", folder, "--loglevel", "http"}
	if offline != nil {
		args = append(args, "--offline")
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var answers atomic.Int64
	go func() {
		for ctx.Err() == nil {
			at(fmt.Sprintf("%d of %d there, %d answers of the registry", countInstalled(folder, lock.Packages), len(lock.Packages), answers.Load()))
			time.Sleep(time.Second)
		}
	}()
	err = run(ctx, func(line string) {
		if strings.Contains(line, "npm http fetch ") {
			answers.Add(1)
		}
	}, args...)
	if err != nil && offline != nil {
		return "", fmt.Errorf("%w\nnpm's cache does not hold every package either:\n%w", offline, err)
	}
	return fmt.Sprintf("%d installed", len(lock.Packages)), err
}

// countInstalled returns how many of the packages are there.
func countInstalled(folder string, packages map[string]json.RawMessage) (there int) {
	for path := range packages {
		if _, err := os.Stat(filepath.Join(folder, path, "package.json")); err == nil {
			there++
		}
	}
	return there
}

// away are npm's error codes for a registry that does not answer.
var away = regexp.MustCompile(`code (ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b`)

// registryAway reports whether npm's registry cannot be reached, with npm's own settings of registry and proxy. It gives up when one
// attempt has failed, or after ten seconds without an answer. Any answer counts, even a refusal.
func registryAway(ctx context.Context) error {
	output, err := exec.CommandContext(ctx, "npm", "ping", "--fetch-retries=0", "--fetch-timeout=10000").CombinedOutput()
	code := away.FindStringSubmatch(string(output))
	if err == nil || code == nil {
		return nil
	}
	registry, _ := exec.CommandContext(ctx, "npm", "config", "get", "registry").Output()
	return fmt.Errorf("npm's registry %s cannot be reached (%s): connect this machine to it, name a proxy (npm config set https-proxy http://HOST:PORT) "+
		"or another registry (npm config set registry URL), and run the command again", strings.TrimSpace(string(registry)), code[1])
}
