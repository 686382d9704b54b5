package main

import "github.com/footfall-analytics/footfall/pkg/model"

func anomalies() dashboard {
	const unknown = "Not known: it takes at least three earlier weeks"
	ask := func(a model.Anomalies) []any {
		a.Event, a.MoreThan = model.AnyEvent, 60
		return []any{model.Query{QueryType: model.AnomaliesType, Anomalies: &a}}
	}
	return dashboard{
		name: "anomalies", title: "anomalies", description: "Hours that are not as usual, and users who do more than a person can", from: "now-7d",
		source: footfall, variables: segment(deviceChoice, channelChoice), filters: filtersOf(deviceChoice, channelChoice),
		rows: []row{
			{5, []panel{
				{
					title: "Events in this hour", description: "How many events have come in so far in the hour that is going on, and the hours before behind it.",
					noData: "No events", unit: "locale", visualization: sparkline(), queries: []any{count(anyEvent, model.TrendEvents, model.Hourly, "Events", nil)},
				},
				{
					title: "Score of the last whole hour", description: "How far the last hour that is over is from what is usual at that hour of the week, in deviations. Beyond 3.5, up or down, is unusual.",
					noData: unknown, unit: "none", visualization: number(reduce(last)), queries: ask(model.Anomalies{Output: model.BucketScore}),
				},
				{
					title: "Busy users", description: "How many users had more than 60 events within any minute of the range: robots and broken trackers, as a rule.",
					noData: "None", unit: "locale", visualization: number(reduce(last)).limits(from(1, "red")), queries: ask(model.Anomalies{Output: model.BusyActorCount}),
				},
			}},
			{11, []panel{{
				title: "Events by hour, and what is usual", description: "The events of each hour. The band is the usual range: the median of the same hour of the four weeks before, and 3.5 deviations around it.",
				noData: "No events in this time range", unit: "locale", visualization: picture(), queries: ask(model.Anomalies{Output: model.UnusualBuckets}),
			}}},
			{9, []panel{
				{
					title: "Score by hour", description: "How far each hour is from what is usual, in deviations.",
					noData: unknown, unit: "none", visualization: lines(), queries: ask(model.Anomalies{Output: model.UnusualBuckets}),
					transformations: []object{only("time", "score")}, overrides: []object{field("score", "Score", "color", blue)},
				},
				{
					title: "Who has more than 60 events a minute", description: "These users, the busiest first: their most events within a minute, and when that minute ended.",
					noData: "None", unit: "locale", visualization: table(), queries: ask(model.Anomalies{Output: model.BusyActors}),
					overrides: []object{field("user_id", "User", "links", []object{userLink}), field("events", "Events in a minute"), field("time", "When", "custom.width", timeWidth)},
				},
			}},
		},
	}
}
