package main

import "github.com/footfall-analytics/footfall/pkg/model"

func overview() dashboard {
	const nobody = "Nobody was active in this time range"
	users := func(value model.TrendValue, label string) model.Query {
		return count(anyEvent, value, model.Daily, label, nil)
	}
	daily, weekly, monthly := users(model.TrendUsers, "Daily"), users(model.TrendUsers7Days, "Weekly"), users(model.TrendUsers30Days, "Monthly")
	events := func(limit int) model.Query {
		return count(anyEvent, model.TrendEvents, model.Daily, "", &model.Breakdown{Property: "event_type", Limit: limit})
	}
	const ofMonth = "Daily / monthly"
	return dashboard{
		name: "overview", title: "overview", description: "How many users come, whether they stay, and what they do", from: month,
		source: footfall, variables: segment(deviceChoice, channelChoice), filters: filtersOf(deviceChoice, channelChoice),
		rows: []row{
			{5, []panel{
				{
					title: "Daily users", description: "Different users of the last day of the range. Today's number grows until midnight.",
					noData: nobody, unit: "locale", visualization: sparkline(), queries: []any{daily},
				},
				{
					title: "Weekly users", description: "Different users of the 7 days that end with the last day of the range.",
					noData: nobody, unit: "locale", visualization: sparkline(), queries: []any{weekly},
				},
				{
					title: "Monthly users", description: "Different users of the 30 days that end with the last day of the range.",
					noData: nobody, unit: "locale", visualization: sparkline(), queries: []any{monthly},
				},
				{
					title: "Came back", description: "Of the users who were active in the range, the share who were active on at least two different days.",
					noData: nobody, unit: "percentunit", visualization: number(reduce(last)),
					queries: []any{model.Query{QueryType: model.StickinessType, Stickiness: &model.Stickiness{
						EventSelector: anyEvent, Interval: model.Day, Output: model.StickinessRate, AtLeast: 2,
					}}},
				},
			}},
			{9, []panel{
				{
					title: "Active users", description: "Different users of each day, of the 7 days that end with it, and of the 30 days that end with it.",
					noData: nobody, unit: "locale", width: 14, visualization: lines(), queries: []any{daily, weekly, monthly},
				},
				{
					title: "Stickiness: daily / monthly users", description: "The users of a day divided by those of the 30 days that end with it: 100 % if everyone came every day.",
					noData: nobody, unit: "percentunit", visualization: lines(), queries: []any{daily, monthly},
					transformations: quotient("Daily", "Monthly", ofMonth),
				},
			}},
			{10, []panel{
				{
					title:       "Lifecycle by week",
					description: "The users of each week: new ones, those who were also there the week before, and those who are back after a pause. Below zero: those who were there the week before and not any more. Of the week that is not over, who is gone is not known yet.",
					noData:      nobody, unit: "locale", visualization: picture(),
					queries: []any{model.Query{QueryType: model.LifecycleType, Lifecycle: &model.Lifecycle{EventSelector: anyEvent, Interval: model.Weekly}}},
				},
				{
					title: "On how many days users were active", description: "How many users were active on just so many days of the range.",
					noData: nobody, unit: "locale", visualization: picture(),
					queries: []any{model.Query{QueryType: model.StickinessType, Stickiness: &model.Stickiness{
						EventSelector: anyEvent, Interval: model.Day, Output: model.StickinessTable,
					}}},
				},
			}},
			{10, []panel{
				{
					title: "Top events", description: "How often each event happened in the range.",
					noData: nobody, unit: "locale", width: 9, visualization: totals, transformations: sumsOnly, queries: []any{events(10)},
				},
				{
					title: "Events by day", description: "How often the most frequent events happened on each day.",
					noData: nobody, unit: "locale", visualization: stacks(), queries: []any{events(6)},
				},
			}},
		},
	}
}
