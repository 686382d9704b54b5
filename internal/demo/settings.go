package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// settings of the demo, all from the environment.
type settings struct {
	// dsn names a server; empty: the embedded one.
	dsn string
	// grafanaHome is an installation of Grafana to show the answers in; empty: the preview page.
	grafanaHome string
	// ci ends the demo after the tables.
	ci bool
	// ports by the variable that sets them.
	ports map[string]int
}

const (
	dbPort        = "FOOTFALL_DB_PORT"
	collectorPort = "FOOTFALL_COLLECTOR_PORT"
	analyzerPort  = "FOOTFALL_ANALYZER_PORT"
	previewPort   = "FOOTFALL_PREVIEW_PORT"
	shopPort      = "FOOTFALL_SHOP_PORT"
	grafanaPort   = "FOOTFALL_GRAFANA_PORT"
)

func readSettings() (settings, error) {
	s := settings{
		dsn:         os.Getenv("FOOTFALL_DSN"),
		grafanaHome: os.Getenv("GRAFANA_HOME"),
		ci:          os.Getenv("CI") == "true",
		ports:       map[string]int{collectorPort: 8090, analyzerPort: 8093},
	}
	if s.dsn == "" {
		s.ports[dbPort] = 54320
	}
	switch {
	case s.ci:
	case s.grafanaHome == "":
		s.ports[previewPort] = 8089
	default:
		s.ports[grafanaPort] = 3000
		if _, err := os.Stat(filepath.Join(s.grafanaHome, "conf", "defaults.ini")); err != nil {
			return s, fmt.Errorf("GRAFANA_HOME is %s, which holds no conf/defaults.ini: name the folder of a Grafana installation", s.grafanaHome)
		}
	}
	if !s.ci {
		s.ports[shopPort] = 8091
	}
	for name := range s.ports {
		if text := os.Getenv(name); text != "" {
			port, err := strconv.ParseUint(text, 10, 16)
			if err != nil || port == 0 {
				return s, fmt.Errorf("%s is %q: use a port number from 1 to 65535", name, text)
			}
			s.ports[name] = int(port)
		}
	}
	return s, nil
}

// checkPorts reports ports that other programs hold, before anything is started. The demos that run are known by their ports.
func (s *settings) checkPorts(running []trace) error {
	holders := map[int]string{}
	for _, name := range []string{dbPort, collectorPort, analyzerPort, previewPort, shopPort, grafanaPort} {
		port, wanted := s.ports[name]
		if !wanted {
			continue
		}
		if other, twice := holders[port]; twice {
			return fmt.Errorf("%s and %s are both %d: give each a port of its own", other, name, port)
		}
		holders[port] = name
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if errors.Is(err, syscall.EADDRINUSE) {
			return fmt.Errorf("port %d is taken by %s: end that, or set %s to a free port", port, holder(port, running), name)
		}
		if err != nil {
			return fmt.Errorf("port %d (%s): %w", port, name, err)
		}
		_ = listener.Close()
	}
	return nil
}
