package repository

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"gopkg.in/yaml.v3"
)

// DataSourceUID is the uid of the provisioned data source, which alert rules name.
const DataSourceUID = "footfall"

// Dashboard is a dashboard in Grafana's classic JSON.
type Dashboard struct {
	File          string `json:"-"`
	UID           string `json:"uid"`
	Title         string `json:"title"`
	Description   string `json:"description"`
	SchemaVersion int    `json:"schemaVersion"`
	Editable      bool   `json:"editable"`
	TimeZone      string `json:"timezone"`
	Time          struct {
		From string `json:"from"`
		To   string `json:"to"`
	} `json:"time"`
	Templating struct {
		List []Variable `json:"list"`
	} `json:"templating"`
	Panels []Panel `json:"panels"`
}

// Variable is a variable of a dashboard.
type Variable struct {
	Type       string          `json:"type"`
	Name       string          `json:"name"`
	DataSource DataSource      `json:"datasource"`
	Query      json.RawMessage `json:"query"`
}

// Panel is a panel of a dashboard.
type Panel struct {
	ID          int    `json:"id"`
	Type        string `json:"type"`
	Title       string `json:"title"`
	Description string `json:"description"`
	GridPos     struct {
		X int `json:"x"`
		Y int `json:"y"`
		W int `json:"w"`
		H int `json:"h"`
	} `json:"gridPos"`
	DataSource DataSource        `json:"datasource"`
	Targets    []json.RawMessage `json:"targets"` // each a saved query
	// Transformations have the options of filterFieldsByName and groupingToMatrix.
	Transformations []struct {
		Options struct {
			Include struct {
				Names []string `json:"names"`
			} `json:"include"`
			RowField    string `json:"rowField"`
			ColumnField string `json:"columnField"`
			ValueField  string `json:"valueField"`
		} `json:"options"`
	} `json:"transformations"`
	FieldConfig struct {
		Defaults struct {
			Unit    string `json:"unit"`
			NoValue string `json:"noValue"`
		} `json:"defaults"`
		Overrides []struct {
			Matcher struct {
				ID      string `json:"id"`
				Options string `json:"options"`
			} `json:"matcher"`
			Properties []struct {
				ID    string `json:"id"`
				Value any    `json:"value"`
			} `json:"properties"`
		} `json:"overrides"`
	} `json:"fieldConfig"`
}

// DataSource names the data source of a panel or a query.
type DataSource struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

// Rule is an alert rule.
type Rule struct {
	UID         string            `yaml:"uid"`
	Title       string            `yaml:"title"`
	Condition   string            `yaml:"condition"`
	For         string            `yaml:"for"`
	NoDataState string            `yaml:"noDataState"`
	Annotations map[string]string `yaml:"annotations"`
	Data        []RuleQuery       `yaml:"data"`
}

// RuleQuery is a query or an expression of an alert rule.
type RuleQuery struct {
	RefID             string `yaml:"refId"`
	QueryType         string `yaml:"queryType"`
	DatasourceUID     string `yaml:"datasourceUid"`
	RelativeTimeRange struct {
		From int `yaml:"from"` // seconds ago
		To   int `yaml:"to"`
	} `yaml:"relativeTimeRange"`
	Model map[string]any `yaml:"model"`
}

// Dashboards returns the dashboards below the repository's root.
func Dashboards(root string) ([]Dashboard, error) {
	files, err := filepath.Glob(filepath.Join(root, "provisioning", "dashboards", "*.json"))
	if err != nil {
		return nil, err
	}
	dashboards := make([]Dashboard, len(files))
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		dashboards[i].File = filepath.Base(file)
		if err := json.Unmarshal(text, &dashboards[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	return dashboards, nil
}

// Rules returns the alert rules of a file below the repository's provisioning.
func Rules(root, name string) ([]Rule, error) {
	name = filepath.Join(root, "provisioning", filepath.FromSlash(name))
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var file struct {
		Groups []struct {
			Rules []Rule `yaml:"rules"`
		} `yaml:"groups"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var rules []Rule
	for _, group := range file.Groups {
		rules = append(rules, group.Rules...)
	}
	return rules, nil
}

// Files of alert rules: those that ask the data source, and those that ask Prometheus about the collectors.
const (
	DataRules      = "alerting/footfall.yaml"
	CollectorRules = "prometheus/alerting/collector.yaml"
)
