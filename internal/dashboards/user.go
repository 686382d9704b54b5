package main

import "github.com/footfall-analytics/footfall/pkg/model"

func user() dashboard {
	const nothing = "The user did nothing in this time range"
	chooser := variable("user", "User", object{"kind": "values", "property": "user_id", "event": "pay_order"})
	chooser["description"] = "The users with the most orders; any other user_id can be typed"
	total := func(title, description, name string) panel {
		return panel{
			title: title, description: description, noData: nothing, unit: "locale", visualization: number(reduce(total)),
			queries: []any{count(event(name), model.TrendEvents, model.Daily, title, nil)},
		}
	}
	profile := func(title, description, property string) panel {
		return panel{
			title: title, description: description, noData: nothing, unit: "locale", visualization: fieldName(),
			queries: []any{count(anyEvent, model.TrendEvents, model.Daily, "", by(property))},
		}
	}
	return dashboard{
		name: "user", title: "one user", description: "What a user did, event by event. Choose one with orders above, or type any user_id", from: month,
		source: footfall, variables: []object{chooser},
		filters: []model.Filter{{Property: "user_id", Operator: model.Equal, Values: []string{"${user}"}}},
		rows: []row{
			{4, []panel{
				total("Events", "How many events the user has in the range.", model.AnyEvent),
				total("Visits", "How many visits the user made in the range.", "visit"),
				total("Orders", "How many orders the user paid in the range.", "pay_order"),
			}},
			{4, []panel{
				profile("Favourites", "The product categories that the user's events of all time name most often.", "profile.favorite_categories"),
				profile("Consent", "Whether the user agreed to be analysed, as far as the profile says.", "profile.consent"),
			}},
			{10, []panel{
				{
					title: "Events by day", description: "What the user did on each day.",
					noData: nothing, unit: "locale", visualization: stacks(), queries: []any{count(anyEvent, model.TrendEvents, model.Daily, "", &model.Breakdown{Property: "event_type", Limit: 8})},
				},
				{
					title: "At which hours", description: "The user's events by hour of day (left to right) and weekday, in the dashboard's time zone.",
					noData: nothing, unit: "locale", visualization: picture(),
					queries: []any{heat(model.Heatmap{EventSelector: anyEvent, X: model.HourOfDay, Y: model.Weekday, Value: model.Events})},
				},
			}},
			{18, []panel{{
				title: "Timeline", description: "The user's newest 200 events of the range, with everything that they say.",
				noData: nothing, unit: "locale", visualization: picture(),
				queries: []any{model.Query{QueryType: model.TimelineType, Timeline: &model.Timeline{EventSelector: anyEvent, User: "${user}", Limit: 200}}},
			}}},
		},
	}
}
