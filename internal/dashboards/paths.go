package main

import "github.com/footfall-analytics/footfall/pkg/model"

func paths() dashboard {
	const nobody = "The event did not happen in this time range"
	start := variable("event", "Event", object{"kind": "events"})
	start["current"] = object{"text": "visit", "value": "visit"}
	// Clicks and scrolling would stand between all the other steps.
	steps := model.Filter{Property: "event_type", Operator: model.NotIn, Values: []string{"click", "scroll"}}
	ask := func(p model.Paths) []any {
		p.EventSelector = event("${event}")
		return []any{model.Query{QueryType: model.PathsType, Paths: &p}}
	}
	columns := []object{field("path", "Path", "custom.minWidth", 260, "custom.wrapText", true), field("paths", "Times", "custom.width", 70), field("share", "Share", "decimals", 1, "custom.width", 70)}
	return dashboard{
		name: "paths", title: "paths", description: "What users do next, and what led to it", from: month,
		source: footfall, variables: append([]object{start}, segment(deviceChoice, channelChoice)...), filters: append(filtersOf(deviceChoice, channelChoice), steps),
		rows: []row{
			{22, []panel{{
				title: "After ${event}", description: "What users did after the chosen event, step by step from left to right, within a visit: until nothing happens for 30 minutes. The numbers say how often, and the share of all paths.",
				noData: nobody, unit: "locale", visualization: picture(), queries: ask(model.Paths{Direction: model.PathsAfter, Steps: 4, Nodes: 4}),
			}}},
			{22, []panel{{
				title: "Before ${event}", description: "What led to the chosen event, which is on the right.",
				noData: nobody, unit: "locale", visualization: picture(), queries: ask(model.Paths{Direction: model.PathsBefore, Steps: 3, Nodes: 4}),
			}}},
			{12, []panel{
				{
					title: "Most frequent paths after ${event}", description: "Whole paths of up to five steps, with how often they were taken.",
					noData: nobody, unit: "locale", visualization: table(), overrides: columns,
					queries: ask(model.Paths{Direction: model.PathsAfter, Steps: 4, Output: model.PathsTable, Limit: 20}),
				},
				{
					title: "Most frequent paths to ${event}", description: "The same backwards: what came before.",
					noData: nobody, unit: "locale", visualization: table(), overrides: columns,
					queries: ask(model.Paths{Direction: model.PathsBefore, Steps: 3, Output: model.PathsTable, Limit: 20}),
				},
			}},
		},
	}
}
