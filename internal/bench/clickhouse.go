package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/footfall-analytics/footfall/internal/leash"
	"github.com/footfall-analytics/footfall/internal/programs"
)

// clickHouse is a server of the bench's own, on loopback, in a temporary folder.
type clickHouse struct {
	url  string
	stop func()
}

// findClickHouse returns where Debian's server is; empty where it is not installed.
func findClickHouse() string {
	for _, name := range []string{"clickhouse-server", "/usr/sbin/clickhouse-server"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// clickHouseConfig has a folder and two free ports.
const clickHouseConfig = `<yandex>
<logger><level>warning</level><console>1</console></logger>
<listen_host>127.0.0.1</listen_host><http_port>%[2]d</http_port><tcp_port>%[3]d</tcp_port>
<path>%[1]s/data/</path><tmp_path>%[1]s/tmp/</tmp_path><users_config>%[1]s/users.xml</users_config>
<default_profile>default</default_profile><default_database>default</default_database>
<timezone>UTC</timezone><mark_cache_size>1073741824</mark_cache_size>
</yandex>
`

const clickHouseUsers = `<yandex>
<profiles><default><max_memory_usage>16000000000</max_memory_usage></default></profiles>
<users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users>
<quotas><default></default></quotas>
</yandex>
`

// clickHouseBoot is how long the server may take to start.
const clickHouseBoot = 30 * time.Second

func startClickHouse(ctx context.Context, program string) (*clickHouse, error) {
	folder, err := os.MkdirTemp("", "footfall-bench-")
	if err != nil {
		return nil, err
	}
	ports, err := freePorts(2)
	if err != nil {
		return nil, err
	}
	files := map[string]string{"config.xml": fmt.Sprintf(clickHouseConfig, folder, ports[0], ports[1]), "users.xml": clickHouseUsers}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	cmd := leash.Command(running, program, "--config-file="+filepath.Join(folder, "config.xml"))
	cmd.Dir, cmd.Stdout, cmd.Stderr = folder, log, log
	ended, err := leash.Start(cmd)
	if err != nil {
		cancel()
		return nil, fmt.Errorf("start ClickHouse: %w", err)
	}
	c := &clickHouse{url: fmt.Sprintf("http://127.0.0.1:%d/", ports[0]), stop: func() {
		cancel()
		<-ended
		_ = os.RemoveAll(folder)
	}}
	if err := programs.AwaitOK(ctx, c.url+"ping", clickHouseBoot, ended); err != nil {
		text, _ := os.ReadFile(log.Name())
		c.stop()
		return nil, fmt.Errorf("ClickHouse does not start: %w\n%s", err, text)
	}
	return c, nil
}

// freePorts returns ports of loopback that nobody listens on.
func freePorts(n int) ([]int, error) {
	ports := make([]int, n)
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer func() { _ = l.Close() }()
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	return ports, nil
}

// query runs a statement, and returns the rows of its answer.
func (c *clickHouse) query(ctx context.Context, sql string) ([][]string, error) {
	answer, err := c.post(ctx, c.url, strings.NewReader(sql))
	if err != nil {
		return nil, fmt.Errorf("ClickHouse: %s: %w", sql, err)
	}
	var rows [][]string
	for line := range strings.Lines(string(answer)) {
		rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return rows, nil
}

// insert adds rows in ClickHouse's RowBinary format.
func (c *clickHouse) insert(ctx context.Context, rows io.Reader) error {
	_, err := c.post(ctx, c.url+"?query="+url.QueryEscape("INSERT INTO events FORMAT RowBinary"), rows)
	return err
}

func (c *clickHouse) post(ctx context.Context, url string, body io.Reader) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, body)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, bytes.TrimSpace(answer))
	}
	return answer, err
}
