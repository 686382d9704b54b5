package repository_test

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/sql"
)

// loadCompose reads docker-compose.yml, its profiles included, with nothing set in the environment but what is given.
func loadCompose(t *testing.T, env ...string) (*types.Project, string) {
	t.Helper()
	return loadComposeProfiles(t, []string{"*"}, env...)
}

func loadComposeProfiles(t *testing.T, profiles []string, env ...string) (*types.Project, string) {
	t.Helper()
	root := repositoryRoot(t)
	options, err := cli.NewProjectOptions([]string{filepath.Join(root, "docker-compose.yml")},
		cli.WithWorkingDirectory(root), cli.WithEnv(env), cli.WithProfiles(profiles))
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return project, root
}

func TestServicesStartInOrder(t *testing.T) {
	project, _ := loadCompose(t)
	const healthy, done = types.ServiceConditionHealthy, types.ServiceConditionCompletedSuccessfully
	want := map[string]map[string]string{
		"database":   {},
		"migrate":    {"database": healthy},
		"logins":     {"migrate": done},
		"collector":  {"logins": done, "kafka": healthy},
		"kafka":      {},
		"writer":     {"logins": done, "kafka": healthy, "collector": healthy},
		"segments":   {"logins": done},
		"analyzer":   {"logins": done},
		"traffic":    {"collector": healthy},
		"prometheus": {},
		"grafana":    {"logins": done},
	}
	for name, service := range project.Services {
		if _, known := want[name]; !known {
			t.Errorf("service %s is not expected", name)
		}
		for other, dependency := range service.DependsOn {
			if want[name][other] != dependency.Condition {
				t.Errorf("%s waits for %s %s", name, other, dependency.Condition)
			}
		}
		if len(service.DependsOn) != len(want[name]) {
			t.Errorf("%s waits for %v, want %v", name, service.DependsOn, want[name])
		}
	}
	if len(project.Services) != len(want) {
		t.Errorf("%d services, want %d", len(project.Services), len(want))
	}
}

// Without its profile, Kafka is neither started nor waited for, and events wait on disk.
func TestKafkaIsAChoice(t *testing.T) {
	for _, test := range []struct {
		queue    string
		profiles []string
	}{{"disk", nil}, {"kafka", []string{"kafka"}}} {
		var env []string
		if len(test.profiles) > 0 {
			env = []string{"FOOTFALL_QUEUE=" + test.queue}
		}
		project, _ := loadComposeProfiles(t, test.profiles, env...)
		if queue := *project.Services["collector"].Environment["FOOTFALL_QUEUE"]; queue != test.queue {
			t.Errorf("%v: events wait in %q", test.profiles, queue)
		}
		for _, name := range []string{"kafka", "writer"} {
			if _, runs := project.Services[name]; runs != (len(test.profiles) > 0) {
				t.Errorf("%v: %s runs: %v", test.profiles, name, runs)
			}
		}
		if project.Services["collector"].DependsOn["kafka"].Required {
			t.Error("the collector does not start without Kafka")
		}
	}
}

// A service that offers a port says whether it is ready; one that ends does not start again.
func TestServicesAreWatched(t *testing.T) {
	project, _ := loadCompose(t)
	for name, service := range project.Services {
		serves := len(service.Ports) > 0
		check := service.HealthCheck
		if serves && (check == nil || len(check.Test) < 2 || check.Interval == nil || check.Timeout == nil || check.Retries == nil) {
			t.Errorf("%s has no complete health check", name)
		}
		oneShot := name == "migrate" || name == "logins" || name == "segments"
		if oneShot == (service.Restart != "") {
			t.Errorf("%s restarts %q", name, service.Restart)
		}
	}
}

func TestPortsAreBoundToThisMachineAndCanBeChosen(t *testing.T) {
	project, _ := loadCompose(t)
	chosen, _ := loadCompose(t, "FOOTFALL_DB_PORT=1001", "FOOTFALL_COLLECTOR_PORT=1002", "FOOTFALL_GRAFANA_PORT=1003", "FOOTFALL_ANALYZER_PORT=1004")
	want := map[string][2]string{"database": {"54320", "1001"}, "collector": {"8090", "1002"}, "grafana": {"3000", "1003"}, "analyzer": {"8093", "1004"}}
	for name, service := range project.Services {
		for i, port := range service.Ports {
			other := chosen.Services[name].Ports[i]
			if port.HostIP != "127.0.0.1" || port.Published != want[name][0] || other.Published != want[name][1] {
				t.Errorf("%s publishes %s:%s, with other ports chosen %s", name, port.HostIP, port.Published, other.Published)
			}
		}
	}
}

func TestImagesArePinnedAndCanBeBuilt(t *testing.T) {
	project, root := loadCompose(t)
	pinned := regexp.MustCompile(`^[a-z0-9./-]+:v?[0-9]+\.[0-9]+\.[0-9]+(-[a-z0-9.]+)?(@sha256:[0-9a-f]{64})?$`)
	for name, service := range project.Services {
		if service.Build == nil && !pinned.MatchString(service.Image) {
			t.Errorf("%s: image %q has no full version", name, service.Image)
		}
	}
	text, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	// Which Grafana is a choice; unchosen, compose and the Dockerfile agree on one.
	usual := *project.Services["grafana"].Build.Args["GRAFANA_IMAGE"]
	if !pinned.MatchString(usual) || !strings.Contains(string(text), "\nARG GRAFANA_IMAGE="+usual+"\n") {
		t.Errorf("compose builds on %q, not on what the Dockerfile does unless it is told", usual)
	}
	stages := map[string]bool{"${GRAFANA_IMAGE}": true, "scratch": true}
	for _, from := range regexp.MustCompile(`(?m)^FROM (?:--platform=\S+ )?(\S+) AS (\S+)$`).FindAllStringSubmatch(string(text), -1) {
		if !stages[from[1]] && !pinned.MatchString(from[1]) {
			t.Errorf("Dockerfile: image %q has no full version", from[1])
		}
		stages[from[2]] = true
	}
	for _, source := range regexp.MustCompile(`(?m) go build .* (\./\S+)$`).FindAllStringSubmatch(string(text), -1) {
		if _, err := os.Stat(filepath.Join(root, source[1])); err != nil {
			t.Errorf("Dockerfile: %v", err)
		}
	}
	for name, service := range project.Services {
		if service.Build != nil && !stages[service.Build.Target] {
			t.Errorf("%s: the Dockerfile has no stage %q", name, service.Build.Target)
		}
	}
}

func TestFilesThatAreNamedExist(t *testing.T) {
	project, root := loadCompose(t)
	for name, service := range project.Services {
		for _, volume := range service.Volumes {
			if volume.Type == types.VolumeTypeVolume {
				if _, named := project.Volumes[volume.Source]; !named {
					t.Errorf("%s: volume %s is not declared", name, volume.Source)
				}
				continue
			}
			if _, err := os.Stat(volume.Source); err != nil || !volume.ReadOnly {
				t.Errorf("%s: %s: %v, read only %v", name, volume.Source, err, volume.ReadOnly)
			}
		}
	}
	home := project.Services["grafana"].Environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
	if _, err := os.Stat(filepath.Join(root, strings.TrimPrefix(*home, "/etc/grafana"))); err != nil {
		t.Error(err)
	}
}

var fromEnvironment = regexp.MustCompile(`\$(FOOTFALL_[A-Z_]+)`)

// variableNames returns the variables that a text mentions.
func variableNames(text string) map[string]bool {
	found := map[string]bool{}
	for _, match := range fromEnvironment.FindAllStringSubmatch(text, -1) {
		found[match[1]] = true
	}
	return found
}

func TestVariablesAreThoseThatTheProgramsRead(t *testing.T) {
	project, root := loadCompose(t)
	reads := map[string]map[string]bool{"logins": {"FOOTFALL_WRITER_PASSWORD": true, "FOOTFALL_READER_PASSWORD": true, "FOOTFALL_ANALYZER_PASSWORD": true}, "database": {"FOOTFALL_OWNER_PASSWORD": true}}
	for service, command := range map[string][]string{"migrate": {"./collector", "migrate"}, "collector": {"./collector", "serve"}, "writer": {"./collector", "write"},
		"analyzer": {"./analyzer", "serve"}, "segments": {"./analyzer", "segments", "apply"}} {
		help := exec.CommandContext(t.Context(), "go", slices.Concat([]string{"run"}, command, []string{"--help"})...)
		help.Dir = root
		text, err := help.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		reads[service] = variableNames(string(text))
	}
	var provisioning []byte
	for _, name := range []string{"datasources/footfall.yaml", "prometheus/datasources/prometheus.yaml"} {
		text, err := os.ReadFile(filepath.Join(root, "provisioning", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		provisioning = append(provisioning, text...)
	}
	reads["grafana"] = variableNames(string(provisioning))
	for name, service := range project.Services {
		for key := range service.Environment {
			if strings.HasPrefix(key, "FOOTFALL_") && !reads[name][key] {
				t.Errorf("%s sets %s, which nothing there reads", name, key)
			}
		}
	}
	for key := range reads["grafana"] {
		if _, set := project.Services["grafana"].Environment[key]; !set {
			t.Errorf("grafana does not set %s, which its data source needs", key)
		}
	}
}

// Every password has a default for the demo and can be set from outside, everywhere at once.
func TestPasswordsCanBeSet(t *testing.T) {
	secret := map[string]string{
		"FOOTFALL_SUPERUSER_PASSWORD": "superuser 0", "FOOTFALL_OWNER_PASSWORD": "owner 1", "FOOTFALL_WRITER_PASSWORD": "writer 2", "FOOTFALL_READER_PASSWORD": "reader 3", "FOOTFALL_GRAFANA_PASSWORD": "grafana 4",
		"FOOTFALL_ANALYZER_PASSWORD": "analyzer 5",
	}
	var env []string
	for key, value := range secret {
		env = append(env, key+"="+value)
	}
	project, _ := loadCompose(t, env...)
	for service, want := range map[string]map[string]string{
		"database":  {"POSTGRES_PASSWORD": "superuser 0", "FOOTFALL_OWNER_PASSWORD": "owner 1"},
		"migrate":   {"PGPASSWORD": "owner 1"},
		"logins":    {"PGPASSWORD": "owner 1", "FOOTFALL_WRITER_PASSWORD": "writer 2", "FOOTFALL_READER_PASSWORD": "reader 3", "FOOTFALL_ANALYZER_PASSWORD": "analyzer 5"},
		"segments":  {"PGPASSWORD": "analyzer 5"},
		"analyzer":  {"PGPASSWORD": "analyzer 5"},
		"collector": {"PGPASSWORD": "writer 2"},
		"writer":    {"PGPASSWORD": "writer 2"},
		"grafana":   {"FOOTFALL_DB_PASSWORD": "reader 3", "GF_SECURITY_ADMIN_PASSWORD": "grafana 4"},
	} {
		for key, value := range project.Services[service].Environment {
			if strings.Contains(key, "PASSWORD") && *value != want[key] {
				t.Errorf("%s: %s is %q, want %q", service, key, *value, want[key])
			}
		}
	}
}

// Nothing connects as the superuser, and the owner is made as none; the scripts run on a server if there is one.
func TestTheOwnerIsNoSuperuser(t *testing.T) {
	project, root := loadCompose(t)
	if user, set := project.Services["database"].Environment["POSTGRES_USER"]; set {
		t.Errorf("the superuser is %s", *user)
	}
	for name, service := range project.Services {
		for key, value := range service.Environment {
			if value != nil && name != "database" && (key == "PGUSER" && *value == "postgres" || strings.Contains(*value, "postgres://postgres")) {
				t.Errorf("%s connects as the superuser", name)
			}
		}
	}
	dsn := os.Getenv("FOOTFALL_TEST_DSN")
	if dsn == "" {
		t.Log("FOOTFALL_TEST_DSN names no server, and the embedded database has no psql")
		return
	}
	admin := dbtest.Connect(t, dsn)
	do := func(conn *pgx.Conn, statement string) {
		t.Helper()
		if _, err := conn.Exec(context.WithoutCancel(t.Context()), statement); err != nil {
			t.Fatal(statement, err)
		}
	}
	unique := "compose_" + strings.ReplaceAll(uuid.NewString(), "-", "")[:12]
	do(admin, "CREATE DATABASE "+unique+" TEMPLATE template0")
	address, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	address.Path = "/" + unique
	t.Cleanup(func() {
		do(admin, "DROP DATABASE "+unique+" WITH (FORCE)")
		for _, role := range []string{"_collector", "_grafana", "_footfall_writer", "_footfall_reader", "_siteb_writer", "_siteb_reader", "_analyzer", "_footfall_analyzer", "_siteb_analyzer", "_owner"} {
			do(admin, "DROP ROLE IF EXISTS "+unique+role)
		}
	})
	psql := func(target *url.URL, file string, env []string, args ...string) (string, error) {
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		script := filepath.Join(t.TempDir(), "script.sql")
		// The names are the server's.
		if err := os.WriteFile(script, []byte(strings.ReplaceAll(string(text), "footfall_owner", unique+"_owner")), 0o600); err != nil {
			t.Fatal(err)
		}
		command := exec.CommandContext(t.Context(), "psql", append([]string{"--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=" + script, target.String()}, args...)...)
		command.Env = append(os.Environ(), env...)
		out, err := command.CombinedOutput()
		return string(out), err
	}
	superuser := dbtest.Connect(t, address.String())
	do(superuser, "CREATE EXTENSION timescaledb")
	var scripts []string
	for _, volume := range project.Services["database"].Volumes {
		if name, ok := strings.CutPrefix(volume.Target, "/docker-entrypoint-initdb.d/"); ok {
			scripts = append(scripts, name)
			file, err := filepath.Rel(root, volume.Source)
			if err != nil {
				t.Fatal(err)
			}
			if out, err := psql(address, file, []string{"FOOTFALL_OWNER_PASSWORD=it's secret"}); err != nil {
				t.Fatal(name, err, out)
			}
		}
	}
	if !slices.IsSorted(scripts) || len(scripts) != 2 {
		t.Errorf("the scripts are %v", scripts)
	}
	owner := *address
	owner.User = url.UserPassword(unique+"_owner", "it's secret")
	conn := dbtest.Connect(t, owner.String())
	if err := sql.Migrate(t.Context(), conn, sql.Options{Log: func(line string) {
		if strings.Contains(line, "everybody may") {
			t.Error(line)
		}
	}}); err != nil {
		t.Fatal(err)
	}
	logins := "provisioning/database/logins.sql"
	names := []string{"--set=collector=" + unique + "_collector", "--set=grafana=" + unique + "_grafana", "--set=analyzer=" + unique + "_analyzer"}
	if out, err := psql(&owner, logins, nil, names...); err == nil || !strings.Contains(out, "FOOTFALL_WRITER_PASSWORD is not set") {
		t.Error("without passwords:", err, out)
	}
	passwords := []string{"FOOTFALL_WRITER_PASSWORD=w", "FOOTFALL_READER_PASSWORD=r"}
	if out, err := psql(&owner, logins, passwords, names...); err != nil {
		t.Fatal("without the analyzer:", err, out)
	}
	passwords = append(passwords, "FOOTFALL_ANALYZER_PASSWORD=a")
	for range 2 {
		if out, err := psql(&owner, logins, passwords, names...); err != nil {
			t.Fatal(err, out)
		}
	}
	grafana := *address
	grafana.User = url.UserPassword(unique+"_grafana", "r")
	reader := dbtest.Connect(t, grafana.String())
	do(reader, "SELECT count(*) FROM footfall.user_events")
	do(reader, "SET default_transaction_read_only = off")
	for _, statement := range []string{"CREATE TEMP TABLE mine (n int)", "SELECT lo_create(0)", "SELECT lo_from_bytea(0, 'x')", "CREATE TABLE public.mine (n int)",
		"SELECT add_job('pg_stat_reset'::regproc, '1h')", "SELECT pg_logical_emit_message(false, 'x', 'y')", "COPY (SELECT 1) TO PROGRAM 'true'"} {
		if _, err := reader.Exec(t.Context(), statement); err == nil {
			t.Errorf("Grafana's user may %s", statement)
		}
	}
	analyzer := *address
	analyzer.User = url.UserPassword(unique+"_analyzer", "a")
	do(dbtest.Connect(t, analyzer.String()), "INSERT INTO footfall.segments (name) SELECT 'x' FROM footfall.user_events; UPDATE footfall.segments SET title = 'x'")
	// A second installation does not take the first one's users.
	if err := sql.Migrate(t.Context(), conn, sql.Options{Schema: "siteb"}); err != nil {
		t.Fatal(err)
	}
	if out, err := psql(&owner, logins, passwords, append(names, "--set=schema=siteb")...); err == nil || !strings.Contains(out, "of this installation's own") {
		t.Error("for a second installation:", err, out)
	}
}
