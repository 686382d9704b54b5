package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// question is one of the questions of an analyst's day, with what it should take.
type question struct {
	name  string
	query *model.Query
	// next is what is asked after it, of the same days: with another step, window, filter or breakdown.
	next *model.Query
	// days is how far both look back.
	days   int
	target target
}

// target is what an answer should take. Zero values are not asked for.
type target struct {
	// cold, refresh and next are in times of what ClickHouse takes for the same question.
	cold, refresh, next float64
	// coldMost is absolute; ofOther is in times of what another question takes.
	coldMost time.Duration
	ofOther  float64
	other    string
}

var (
	usual = target{cold: 1, refresh: 0.1, next: 0.25}
	plain = target{cold: 0.5, refresh: 0.1, next: 0.25}
)

// The properties that questions ask about.
const (
	device  = "device_type"
	channel = "metadata.channel"
	price   = "metadata.price"
)

const fourSteps = "funnel, 4 steps"

// questions returns about the last days: all of them, which p counts, or the last 7.
func questions(p parameters) []question {
	const week = 7
	four := []string{"visit", "view_product", "add_to_cart", "pay_order"}
	otherFour := []string{"visit", "search", "add_to_cart", "pay_order"}
	var all []string
	for _, t := range eventTypes {
		all = append(all, t.name)
	}
	twelve := usual
	twelve.ofOther, twelve.other = 2, fourSteps
	counts := usual
	counts.coldMost = 50 * time.Millisecond
	return []question{
		{fourSteps, funnel(four), funnel(otherFour), p.Days, plain},
		{"... last 7 days", funnel(four), funnel(four, within("1h")), week, usual},
		{"... 12 steps", funnel(all), funnel(all, within("2d")), p.Days, twelve},
		{"... by device", funnel(four, by(device)), funnel(four, by(channel)), p.Days, usual},
		{"... by channel", funnel(four, by(channel)), funnel(four, by(channel), within("1h")), p.Days, usual},
		{"... events of one device", funnel(four, only(device, "mobile")), funnel(four, only(device, "tablet")), p.Days, usual},
		{"... events of one channel", funnel(four, only(channel, "ads")), funnel(four, only(channel, "email")), p.Days, usual},
		{"... one step with a price >= 250", funnel(four, priced(2, 250)), funnel(four, priced(3, 100)), p.Days, usual},
		{"... by device, last 7 days", funnel(four, by(device)), funnel(four, by(channel)), week, usual},
		{"... of sessions", funnel(four, ofSessions), funnel(otherFour, ofSessions), p.Days, usual},
		{"... list of who stopped, last 7 days", funnel(four, stoppedAt(3)), funnel(four, stoppedAt(2)), week, usual},
		{"retention, first visit, visits", retention("visit", "visit"), retention("open_app", "open_app"), p.Days, plain},
		{"retention, first visit, orders", retention("visit", "pay_order"), retention("visit", "review"), p.Days, plain},
		{"... visits, by channel", retention("visit", "visit", by(channel)), retention("visit", "visit", by(device)), p.Days, usual},
		{"trend, users a day", trend(model.AnyEvent, model.TrendUsers), trend(model.AnyEvent, model.TrendUsers, only(device, "mobile")), p.Days, usual},
		{"... users a day by device", trend(model.AnyEvent, model.TrendUsers, by(device)), trend(model.AnyEvent, model.TrendUsers, by(channel)), p.Days, usual},
		{"... orders a day by channel", trend("pay_order", model.TrendEvents, by(channel)), trend("pay_order", model.TrendEvents, by(device)), p.Days, usual},
		{"lifecycle", lifecycle(model.AnyEvent), lifecycle("visit"), p.Days, usual},
		{"stickiness", stickiness(model.AnyEvent), stickiness("pay_order"), p.Days, usual},
		{"heatmap, events, hour x weekday", heatmap(model.Events, model.AnyEvent), heatmap(model.Events, "pay_order"), p.Days, counts},
		{"... users, hour x weekday", heatmap(model.Users, model.AnyEvent), heatmap(model.Users, "visit"), p.Days, usual},
		{"... events, device x weekday", heatmap(model.Events, model.AnyEvent, across(device)), heatmap(model.Events, model.AnyEvent, across(channel)), p.Days, usual},
		{"paths after a visit, last 7 days", paths("visit"), paths("search"), week, usual},
	}
}

// since returns the beginning of what a question is about: a whole second, because ClickHouse's times are.
func since(days int, now time.Time) time.Time {
	return now.UTC().Truncate(time.Second).AddDate(0, 0, -days)
}

// change makes a query another one.
type change func(*model.Query)

// complete makes the changes and returns the query with its defaults, as the plugin reads it.
func complete(q *model.Query, changes []change) *model.Query {
	q.TimeZone = "UTC"
	for _, c := range changes {
		c(q)
	}
	parsed, err := model.Parse(raw(q))
	if err != nil {
		panic("bench: " + err.Error())
	}
	return parsed
}

// raw returns a query as a panel saves it.
func raw(q *model.Query) json.RawMessage {
	text, err := json.Marshal(q)
	if err != nil {
		panic(fmt.Sprintf("bench: %v", err))
	}
	return text
}

func funnel(steps []string, changes ...change) *model.Query {
	f := &model.Funnel{}
	for _, s := range steps {
		f.Steps = append(f.Steps, model.FunnelStep{EventSelector: model.EventSelector{Event: s}})
	}
	return complete(&model.Query{QueryType: model.FunnelType, Funnel: f}, changes)
}

// within gives a funnel another window.
func within(window string) change { return func(q *model.Query) { q.Funnel.Window = window } }

// ofSessions makes a funnel follow sessions.
func ofSessions(q *model.Query) { q.Funnel.Actor = model.SessionActor }

// priced asks for a price at a step of a funnel, counted from 1.
func priced(step, least int) change {
	return func(q *model.Query) {
		q.Funnel.Steps[step-1].Filters = []model.Filter{{Property: price, Operator: model.GreaterOrEqual, Values: []string{strconv.Itoa(least)}}}
	}
}

// stoppedAt lists who came to a step of a funnel and no further.
func stoppedAt(step int) change {
	return func(q *model.Query) {
		q.Funnel.Output, q.Funnel.Actors = model.FunnelActors, &model.FunnelActorList{Step: step, Status: model.Dropped}
	}
}

// periods is how many periods a retention question has: the day of the first start, and 30 days after it.
const periods = 31

// retention has the users who did something for the first time on each day, and those of them who came back on each day after.
func retention(start, comeBack string, changes ...change) *model.Query {
	return complete(&model.Query{QueryType: model.RetentionType, Retention: &model.Retention{
		Start: model.EventSelector{Event: start}, Return: model.EventSelector{Event: comeBack}, Periods: periods, Output: model.RetentionLong,
	}}, changes)
}

func trend(event string, value model.TrendValue, changes ...change) *model.Query {
	series := model.TrendSeries{EventSelector: model.EventSelector{Event: event}}
	return complete(&model.Query{QueryType: model.TrendType, Trend: &model.Trend{Series: []model.TrendSeries{series}, Value: value}}, changes)
}

func lifecycle(event string) *model.Query {
	return complete(&model.Query{QueryType: model.LifecycleType, Lifecycle: &model.Lifecycle{EventSelector: model.EventSelector{Event: event}}}, nil)
}

func stickiness(event string) *model.Query {
	return complete(&model.Query{QueryType: model.StickinessType, Stickiness: &model.Stickiness{EventSelector: model.EventSelector{Event: event}}}, nil)
}

// heatmap is of hours and weekdays.
func heatmap(value model.HeatmapValue, event string, changes ...change) *model.Query {
	return complete(&model.Query{QueryType: model.HeatmapType, Heatmap: &model.Heatmap{EventSelector: model.EventSelector{Event: event}, Value: value}}, changes)
}

// across puts a property in place of a heatmap's hours.
func across(property string) change {
	return func(q *model.Query) { q.Heatmap.X, q.Heatmap.XProperty = model.ByProperty, property }
}

// paths has a node for every type of event at each step.
func paths(event string) *model.Query {
	return complete(&model.Query{QueryType: model.PathsType, Paths: &model.Paths{EventSelector: model.EventSelector{Event: event}, Nodes: len(eventTypes)}}, nil)
}

// by breaks an answer down by a property.
func by(property string) change {
	return func(q *model.Query) {
		b := &model.Breakdown{Property: property}
		switch q.QueryType {
		case model.FunnelType:
			q.Funnel.Breakdown = b
		case model.RetentionType:
			q.Retention.Breakdown = b
		case model.TrendType:
			q.Trend.Breakdown = b
		}
	}
}

// only keeps the events with a value of a property.
func only(property, value string) change {
	return func(q *model.Query) {
		q.Filters = []model.Filter{{Property: property, Operator: model.Equal, Values: []string{value}}}
	}
}
