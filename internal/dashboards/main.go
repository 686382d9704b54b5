// Command dashboards writes the dashboards of provisioning/dashboards. Files beside this one say what is on them; dashboard.go how a
// dashboard, and visualization.go how a panel, is written in Grafana's classic JSON.
//
//	dashboards DIR
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

//go:generate go run . ../../provisioning/dashboards

func main() {
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "dashboards:", err)
		os.Exit(1)
	}
}

func all() []dashboard {
	return []dashboard{start(), overview(), registration(), checkout(), retention(), activity(), paths(), user(), anomalies(), collector()}
}

func write(dir string) error {
	for _, d := range all() {
		text, err := d.json()
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, d.name+".json"), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
