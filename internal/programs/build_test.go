package programs

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What cannot be reached is told after one try, with what to do, and is not tried again: npm by itself does so for minutes. What its
// cache has it takes all the same.
func TestRegistryThatIsAwayIsToldAtOnce(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	registry := "http://" + free.Addr().String() + "/"
	_ = free.Close()
	folder := t.TempDir()
	t.Setenv("npm_config_registry", registry)
	t.Setenv("npm_config_cache", filepath.Join(folder, "cache"))
	lock := `{"name": "x", "lockfileVersion": 3, "packages": {"": {"dependencies": {"left-pad": "1.3.0"}}, "node_modules/left-pad": {"version": "1.3.0",
		"integrity": "sha512-XI5MPzVNApjAyhQzphX8BkmKsKUxD4LdyK24iZeQGinBN9yTQT3bFlCBy/aVx2HrNcqQGsdot8ghrjyrvMCoEA=="}}}`
	for file, text := range map[string]string{"package.json": `{"name": "x", "dependencies": {"left-pad": "1.3.0"}}`, "package-lock.json": lock} {
		if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, err = install(t.Context(), folder, func(string) {})
	if err == nil || !strings.Contains(err.Error(), "npm's registry "+registry+" cannot be reached (ECONNREFUSED): connect this machine") || !strings.Contains(err.Error(), "ENOTCACHED") {
		t.Error(err)
	}
	// A registry that answers, whatever it says, is not away.
	refusing := httptest.NewServer(http.NotFoundHandler())
	defer refusing.Close()
	t.Setenv("npm_config_registry", refusing.URL+"/")
	if err := registryAway(t.Context()); err != nil {
		t.Error(err)
	}
}

// A command that fails says what to do, and what it said itself.
func TestFailuresSayWhatToDo(t *testing.T) {
	for says, do := range map[string]string{
		"npm error code ENOSPC":                               "the disk is full",
		"npm error code EINTEGRITY":                           "not the one that the lock file names",
		"open /home/dev/.cache/go-build: permission denied":   "Files of another user",
		"dial tcp: lookup proxy.golang.org: no such host":     "connect it",
		"FATAL ERROR: Reached heap limit; heap out of memory": "memory did not suffice",
		"collector/main.go:5:2: undefined: x":                 "in the sources",
		"npm error code ENOTCACHED":                           "comes over the network",
	} {
		err := run(t.Context(), nil, "sh", "-c", `echo "$1"; exit 3`, "sh", says)
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(do)) {
			t.Errorf("%s: %v", says, err)
		}
	}
}
