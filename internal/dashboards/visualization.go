package main

// visualization is a kind of panel with its settings, where they are not what Grafana takes by default.
type visualization struct {
	kind     string
	defaults object // of every field
	options  object
}

// Reductions of a series to a number.
const (
	last  = "lastNotNull"
	total = "sum"
)

func reduce(calc string) object { return object{"calcs": []string{calc}, "values": false} }

var eachRow = object{"calcs": []string{last}, "values": true}

var blue = object{"mode": "fixed", "fixedColor": "blue"}

// number returns one big number.
func number(reduction object) visualization {
	return visualization{"stat", object{"color": blue}, object{"reduceOptions": reduction, "graphMode": "none"}}
}

// sparkline returns the last number, with its history behind it.
func sparkline() visualization {
	v := number(reduce(last))
	v.options["graphMode"] = "area"
	return v
}

// limits colours numbers from limits on; below the first they are green.
func (v visualization) limits(colors ...object) visualization {
	v.defaults["color"] = object{"mode": "thresholds"}
	v.defaults["thresholds"] = steps(append([]object{from(nil, "green")}, colors...)...)
	return v
}

func from(value any, color string) object { return object{"value": value, "color": color} }

func steps(list ...object) object { return object{"mode": "absolute", "steps": list} }

// fieldName returns a big text: the name of a series.
func fieldName() visualization {
	v := number(reduce(total))
	v.options["textMode"], v.options["text"] = "name", object{"valueSize": 24}
	return v
}

// gauges returns horizontal bars, one for each series or row.
func gauges(reduction object) visualization {
	return visualization{"bargauge", object{"color": blue, "min": 0}, object{
		"reduceOptions": reduction, "orientation": "horizontal", "namePlacement": "left", "displayMode": "basic", "valueMode": "color",
		"text": object{"titleSize": 12, "valueSize": 16},
	}}
}

// totals are horizontal bars, one for the sum of each series.
var (
	totals   = gauges(eachRow)
	sumsOnly = []object{{"id": "reduce", "options": object{"mode": "seriesToRows", "reducers": []string{total}}}}
)

var everySeries = object{"mode": "multi", "sort": "none"}

func lines() visualization {
	return visualization{"timeseries", object{"custom": object{"lineWidth": 2, "fillOpacity": 5, "showPoints": "never"}}, object{"tooltip": everySeries}}
}

// stacks returns bars over time, with the bars of a time on top of each other.
func stacks() visualization {
	return visualization{"timeseries", object{"decimals": 0, "custom": object{
		"drawStyle": "bars", "fillOpacity": 80, "lineWidth": 0, "stacking": object{"mode": "normal", "group": "A"},
	}}, object{"tooltip": everySeries}}
}

// picture returns the project's own panel, which draws an answer as the data source says.
func picture() visualization { return visualization{"footfall-behavior-panel", object{}, object{}} }

// onPage draws places that events give in percent of their page.
func onPage() visualization {
	return visualization{"footfall-behavior-panel", object{}, object{"pageUnit": "percent"}}
}

func table() visualization {
	return visualization{"table", object{}, object{"showHeader": true, "cellHeight": "sm"}}
}

// timeWidth is the width of a column of times.
const timeWidth = 165

// newestFirst sorts a table by a time, by the title of its column.
func (v visualization) newestFirst(title string) visualization {
	v.options["sortBy"] = []object{{"displayName": title, "desc": true}}
	return v
}

// field sets properties, in pairs of name and value, of the field with the name.
func field(name, title string, properties ...any) object {
	return override("byName", name, append([]any{"displayName", title}, properties...)...)
}

func override(matcher, of string, properties ...any) object {
	list := []object{}
	for i := 0; i < len(properties); i += 2 {
		list = append(list, object{"id": properties[i], "value": properties[i+1]})
	}
	return object{"matcher": object{"id": matcher, "options": of}, "properties": list}
}

// only keeps the fields with the names.
func only(names ...string) object {
	return object{"id": "filterFieldsByName", "options": object{"include": object{"names": names}}}
}

// without leaves out the fields with the names.
func without(names ...string) object {
	return object{"id": "filterFieldsByName", "options": object{"exclude": object{"names": names}}}
}

// quotient divides one series by another.
func quotient(part, whole, title string) []object {
	return []object{
		{"id": "joinByField", "options": object{"byField": "time", "mode": "outer"}},
		{"id": "calculateField", "options": object{
			"mode": "binary", "binary": object{"left": part, "operator": "/", "right": whole}, "alias": title, "replaceFields": true,
		}},
	}
}

// userLink leads from a user to the dashboard of that user.
var userLink = object{
	"title": "Timeline of this user", "url": "/d/footfall-user?var-user=${__value.raw}&${datasource:queryparam}&${__url_time_range}",
}
