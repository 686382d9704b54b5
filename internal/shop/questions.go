package shop

import "github.com/footfall-analytics/footfall/pkg/model"

// Question is a saved query with the sentence that it answers.
type Question struct {
	// Name is short, Sentence the question in full.
	Name, Sentence string
	// Days is how many whole days before today the question is about.
	Days  int
	Query model.Query
	// Options are the panel's, where they are not the usual ones.
	Options map[string]string
}

// Questions returns what the demo asks about the shop: a funnel, a retention and a heatmap. They name no time zone: like those of
// a panel, they are asked in the zone of whoever looks.
func Questions() []Question {
	return []Question{
		{
			Name:     "Checkout funnel",
			Sentence: "How many visitors who look at a product pay for an order within a day, on which device?",
			Days:     30,
			Query: model.Query{QueryType: model.FunnelType, Funnel: &model.Funnel{
				Steps:     steps("view_product", "add_to_cart", "checkout_start", "pay_order"),
				Window:    "24h",
				Breakdown: &model.Breakdown{Property: "device_type", Limit: 5},
			}},
		},
		{
			Name:     "Retention",
			Sentence: "How many first-time visitors come back in the days after?",
			Days:     14,
			Query: model.Query{QueryType: model.RetentionType, Retention: &model.Retention{
				Start: model.EventSelector{Event: "visit"}, Return: model.EventSelector{Event: "visit"},
				Cohorts: model.FirstTime, Period: model.Day, Periods: 15, Mode: model.On,
			}},
		},
		{
			Name:     "Busy hours",
			Sentence: "At which hours of the week is the shop busy?",
			Days:     27, // with today, each weekday four times
			Query: model.Query{QueryType: model.HeatmapType, Heatmap: &model.Heatmap{
				EventSelector: model.EventSelector{Event: model.AnyEvent},
				X:             model.HourOfDay, Y: model.Weekday, Value: model.Events,
			}},
		},
	}
}

func steps(events ...string) []model.FunnelStep {
	var list []model.FunnelStep
	for _, event := range events {
		list = append(list, model.FunnelStep{EventSelector: model.EventSelector{Event: event}})
	}
	return list
}
