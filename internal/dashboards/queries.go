package main

import "github.com/footfall-analytics/footfall/pkg/model"

// Properties of the shop's events.
const (
	device  = "device_type"
	channel = "metadata.channel"
)

// month is the time range of most dashboards.
const month = "now-30d"

func event(name string) model.EventSelector { return model.EventSelector{Event: name} }

var anyEvent = event(model.AnyEvent)

// where keeps events of an event by one of their properties.
func where(name, property string, operator model.Operator, values ...string) model.EventSelector {
	return model.EventSelector{Event: name, Filters: []model.Filter{{Property: property, Operator: operator, Values: values}}}
}

func by(property string) *model.Breakdown { return &model.Breakdown{Property: property, Limit: 6} }

func funnel(f model.Funnel) model.Query { return model.Query{QueryType: model.FunnelType, Funnel: &f} }

func retain(r model.Retention) model.Query {
	return model.Query{QueryType: model.RetentionType, Retention: &r}
}

// count returns a trend of one event.
func count(e model.EventSelector, value model.TrendValue, interval model.Interval, label string, breakdown *model.Breakdown) model.Query {
	return model.Query{QueryType: model.TrendType, Trend: &model.Trend{
		Series: []model.TrendSeries{{EventSelector: e, Label: label}}, Value: value, Interval: interval, Breakdown: breakdown,
	}}
}

func heat(h model.Heatmap) model.Query { return model.Query{QueryType: model.HeatmapType, Heatmap: &h} }

// A choice is a variable of a dashboard: one or several of a property's values.
type choice struct{ name, label, property string }

var (
	deviceChoice  = choice{"device", "Device", device}
	channelChoice = choice{"channel", "Channel", channel}
	pageChoice    = choice{"page", "Page", "page_url"}
)

// segment returns the variables of a dashboard that looks at a part of the events: chosen values, and whatever else one likes.
func segment(choices ...choice) []object {
	var list []object
	for _, c := range choices {
		v := variable(c.name, c.label, object{"kind": "values", "property": c.property})
		v["multi"], v["includeAll"], v["allValue"] = true, true, "$__all" // then the plugin leaves the filter out
		v["current"] = object{"text": []string{"All"}, "value": []string{"$__all"}}
		list = append(list, v)
	}
	return append(list, object{"type": "adhoc", "name": "filters", "label": "Filters", "datasource": footfall.ref(), "filters": []object{}})
}

// variable lists what the data has, newly for each time range.
func variable(name, label string, query object) object {
	query["refId"] = name
	return object{
		"type": "query", "name": name, "label": label, "datasource": footfall.ref(), "query": query,
		"definition": label + " of events", "refresh": 2, "sort": 0,
	}
}

// filtersOf returns the filters for what is chosen in the variables.
func filtersOf(choices ...choice) []model.Filter {
	var filters []model.Filter
	for _, c := range choices {
		filters = append(filters, model.Filter{Property: c.property, Operator: model.In, Values: []string{"${" + c.name + "}"}})
	}
	return filters
}
