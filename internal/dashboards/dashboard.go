package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// object is a JSON object.
type object = map[string]any

// dashboard is a dashboard with rows of panels.
type dashboard struct {
	// name is the file's without its ending, and with footfall- before it the uid.
	name, title, description string
	// from is the start of the time range up to now.
	from      string
	refresh   string
	source    source
	variables []object
	// filters apply to every query of every panel.
	filters []model.Filter
	rows    []row
}

// row is panels side by side. Those without a width share evenly what the others leave.
type row struct {
	height int
	panels []panel
}

// panel is a panel: what it asks, and how it shows the answers.
type panel struct {
	title, description string
	// noData is shown where there is nothing to show.
	noData string
	// unit is the unit of numbers for which the answer names none.
	unit  string
	width int // of 24
	visualization
	queries         []any // model.Query, or promQL
	overrides       []object
	transformations []object
}

// source is a kind of data source with the variable that lists those of this kind.
type source struct{ kind, variable, label, description string }

var (
	footfall   = source{"footfall-behavior-datasource", "datasource", "Data source", "The Footfall data source that the panels ask"}
	prometheus = source{"prometheus", "prometheus", "Prometheus", "The Prometheus that scrapes the collectors"}
)

func (s source) ref() object { return object{"type": s.kind, "uid": "${" + s.variable + "}"} }

func (s source) chooser() object {
	return object{
		"type": "datasource", "name": s.variable, "label": s.label, "description": s.description, "query": s.kind, "refresh": 1,
		// Else Grafana takes the first by name.
		"current": object{"text": "default", "value": "default"},
	}
}

// json returns the dashboard as Grafana reads it.
func (d dashboard) json() ([]byte, error) {
	panels, err := d.panels()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err = encoder.Encode(object{
		"uid": "footfall-" + d.name, "title": "Footfall: " + d.title, "description": d.description, "tags": []string{"footfall"},
		"schemaVersion": 39, "editable": false, "timezone": "browser", "refresh": d.refresh,
		"time":       object{"from": d.from, "to": "now"},
		"templating": object{"list": append([]object{d.source.chooser()}, d.variables...)},
		"links": []object{{
			"type": "dashboards", "title": "Footfall dashboards", "tags": []string{"footfall"}, "asDropdown": true, "includeVars": true, "keepTime": true,
		}},
		"panels": panels,
	})
	return out.Bytes(), err
}

func (d dashboard) panels() ([]object, error) {
	var list []object
	y := 0
	for _, r := range d.rows {
		rest, free := 24, 0
		for _, p := range r.panels {
			rest -= p.width
			if p.width == 0 {
				free++
			}
		}
		x := 0
		for _, p := range r.panels {
			if p.width == 0 {
				p.width = rest / free
			}
			rendered, err := d.panel(p)
			if err != nil {
				return nil, fmt.Errorf("%s: panel %s: %w", d.name, p.title, err)
			}
			rendered["id"] = len(list) + 1
			rendered["gridPos"] = object{"x": x, "y": y, "w": p.width, "h": r.height}
			list = append(list, rendered)
			x += p.width
		}
		y += r.height
	}
	return list, nil
}

func (d dashboard) panel(p panel) (object, error) {
	var targets []object
	for i, query := range p.queries {
		if q, ok := query.(model.Query); ok {
			q.SchemaVersion = model.SchemaVersion
			q.Filters = append(q.Filters[:len(q.Filters):len(q.Filters)], d.filters...)
			query = q
		}
		target, err := toObject(query)
		if err != nil {
			return nil, err
		}
		target["refId"], target["datasource"] = string(rune('A'+i)), d.source.ref()
		targets = append(targets, target)
	}
	overrides := []object{}
	if p.kind == "table" || p.kind == "barchart" {
		// What says that there is no answer does not say that a cell is empty. An id of digits is no number.
		overrides = append(overrides, override("byType", "number", "noValue", ""), override("byType", "string", "noValue", "", "unit", "string"))
	}
	defaults := object{"unit": p.unit, "noValue": p.noData}
	for name, value := range p.defaults {
		defaults[name] = value
	}
	return object{
		"type": p.kind, "title": p.title, "description": p.description, "datasource": d.source.ref(), "targets": targets,
		"options":         p.options,
		"fieldConfig":     object{"defaults": defaults, "overrides": append(overrides, p.overrides...)},
		"transformations": append([]object{}, p.transformations...),
	}, nil
}

// toObject returns what a value is in JSON.
func toObject(value any) (o object, err error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return o, json.Unmarshal(text, &o)
}
