package main

import "github.com/footfall-analytics/footfall/pkg/model"

func activity() dashboard {
	const nothing = "No events in this time range"
	week := func(name string, value model.HeatmapValue) []any {
		return []any{heat(model.Heatmap{EventSelector: event(name), X: model.HourOfDay, Y: model.Weekday, Value: value})}
	}
	percent := &model.Bins{Min: 0, Max: 100, Count: 25}
	clicks := where("click", pageChoice.property, model.In, "${page}")
	return dashboard{
		name: "activity", title: "activity", description: "When users are active, and where on a page they click", from: month,
		source: footfall, variables: segment(deviceChoice, channelChoice, pageChoice), filters: filtersOf(deviceChoice, channelChoice),
		rows: []row{
			{11, []panel{
				{
					title: "Events by hour and weekday", description: "When the shop is busy: all events, by hour of day (left to right) and weekday, in the dashboard's time zone.",
					noData: nothing, unit: "locale", visualization: picture(), queries: week(model.AnyEvent, model.Events),
				},
				{
					title: "Users by hour and weekday", description: "How many different users were active in each hour of each weekday. A user who came on three Mondays at the same hour counts once in that cell.",
					noData: nothing, unit: "locale", visualization: picture(), queries: week(model.AnyEvent, model.Users),
				},
			}},
			{14, []panel{
				{
					title: "Orders by hour and weekday", description: "When orders are paid.",
					noData: "No orders in this time range", unit: "locale", visualization: picture(), queries: week("pay_order", model.Events),
				},
				{
					title: "Events by date and hour", description: "Every day of the range from left to right, its hours from top to bottom: a quiet night, an outage or a campaign shows at once.",
					noData: nothing, unit: "locale", visualization: picture(),
					queries: []any{heat(model.Heatmap{EventSelector: anyEvent, X: model.Date, Y: model.HourOfDay, Value: model.Events})},
				},
			}},
			{16, []panel{
				{
					title: "Where visitors click", description: "Clicks by their place on the page, in percent of its width and height, with the elements that were clicked and how far down users came. Choose one page above.",
					noData: "No clicks in this time range", unit: "locale", width: 14, visualization: onPage(),
					queries: []any{heat(model.Heatmap{
						EventSelector: clicks, X: model.ByBins, XProperty: "metadata.x", XBins: percent, Y: model.ByBins, YProperty: "metadata.y", YBins: percent, Value: model.Events,
						Elements: &model.Breakdown{Property: "metadata.element", Limit: 10}, Scroll: &model.Scroll{EventSelector: event("scroll"), Property: "metadata.depth"},
					})},
				},
				{
					title: "Clicks by page", description: "The pages with the most clicks.",
					noData: "No clicks in this time range", unit: "locale", visualization: totals, transformations: sumsOnly,
					queries: []any{count(event("click"), model.TrendEvents, model.Daily, "", &model.Breakdown{Property: pageChoice.property, Limit: 12})},
				},
			}},
		},
	}
}
