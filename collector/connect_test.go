package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/program"
)

// Where TLS is demanded, it is of every host, by its own name; where it is only preferred, the collector says what that means.
func TestEveryHostIsAskedForTheSameTLS(t *testing.T) {
	config, err := pgx.ParseConfig("postgres://u:p@a,b:5433,c/d?sslmode=verify-full")
	if err != nil {
		t.Fatal(err)
	}
	names := []string{config.TLSConfig.ServerName}
	for _, other := range config.Fallbacks {
		names = append(names, other.TLSConfig.ServerName)
	}
	if !slices.Equal(names, []string{"a", "b", "c"}) {
		t.Errorf("certificates are checked for %v", names)
	}
	for dsn, warns := range map[string]bool{
		"postgres://db.example.com/d": true, "postgres://db.example.com/d?sslmode=prefer": true, "host=a,127.0.0.1 sslmode=allow": true,
		"postgres://127.0.0.1,db.example.com/d":             true,
		"postgres://db.example.com/d?sslmode=verify-full":   false,
		"postgres://a,b/d?sslmode=require":                  false,
		"postgres://db.example.com/d?sslmode=disable":       false,
		"postgres://localhost/d":                            false,
		"postgres://[::1],127.0.0.1/d":                      false,
		"host=/var/run/postgresql user=u dbname=d port=123": false,
	} {
		t.Setenv("PGSSLMODE", "")
		var stderr bytes.Buffer
		pool, err := (&environment{ctx: t.Context(), cli: &cli{Settings: program.Settings{Database: dsn}}, stderr: &stderr}).connect()
		if err != nil {
			t.Fatal(err)
		}
		pool.Close()
		if strings.Contains(stderr.String(), "verify-full") != warns {
			t.Errorf("%s: %q", dsn, stderr.String())
		}
	}
}

func TestDurationsHaveDaysAndWeeks(t *testing.T) {
	days := func(n time.Duration) *time.Duration { d := n * 24 * time.Hour; return &d }
	for args, want := range map[string][2]*time.Duration{
		"": {}, "--retention off": {days(0), nil}, "--retention=400d --compress-after 1w": {days(400), days(7)}, "--retention 0s": {days(0), nil},
		"--retention 9600h": {days(400), nil},
	} {
		var c cli
		_, err := parser(t, &c).Parse(append([]string{"migrate"}, strings.Fields(args)...))
		if err != nil || !same(c.Migrate.Retention, want[0]) || !same(c.Migrate.CompressAfter, want[1]) {
			t.Errorf("%s: %v", args, err)
		}
	}
	for _, args := range []string{"--retention forever", "--compress-after off", "--compress-after 3"} {
		var c cli
		if _, err := parser(t, &c).Parse(append([]string{"migrate"}, strings.Fields(args)...)); err == nil || !strings.Contains(err.Error(), "is no duration") {
			t.Errorf("%s: %v", args, err)
		}
	}
	file := filepath.Join(t.TempDir(), "settings.yaml")
	for text, want := range map[string]*time.Duration{"off": days(0), "90d": days(90), "'2w'": days(14)} {
		if err := os.WriteFile(file, []byte("migrate:\n  retention: "+text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		var c cli
		if _, err := parser(t, &c).Parse([]string{"migrate", "--config", file}); err != nil || !same(c.Migrate.Retention, want) {
			t.Errorf("%s in a file is %v, %v", text, c.Migrate.Retention, err)
		}
	}
	t.Setenv("FOOTFALL_RETENTION", "off")
	t.Setenv("FOOTFALL_DRAIN_TIMEOUT", "1d")
	var c cli
	if _, err := parser(t, &c).Parse([]string{"serve"}); err != nil || !same(c.Serve.Retention, days(0)) || c.Serve.DrainTimeout != 24*time.Hour {
		t.Errorf("from the environment: %v", err)
	}
}

func same(a, b *time.Duration) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }
