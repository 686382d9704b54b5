package main

import "github.com/footfall-analytics/footfall/pkg/model"

func retention() dashboard {
	const nobody = "Nobody did the start event in this time range"
	visits := func(r model.Retention) []any {
		r.Start, r.Return, r.Cohorts = event("visit"), event("visit"), model.FirstTime
		return []any{retain(r)}
	}
	byDay := model.Retention{Period: model.Day, Periods: 8}
	with := func(r model.Retention, output model.RetentionOutput, breakdown *model.Breakdown) model.Retention {
		r.Output, r.Breakdown = output, breakdown
		return r
	}
	rate := func(column string) []any {
		return visits(model.Retention{Period: model.Day, Periods: 8, Output: model.RetentionRate, Column: column})
	}
	byWeek := model.Retention{Period: model.Week, Periods: 5}
	laterWeeks := byWeek
	laterWeeks.Mode = model.OnOrAfter
	cohort := field("cohort", "Cohort", "custom.width", 110)
	return dashboard{
		name: "retention", title: "retention", description: "Which users come back, how long after they first came", from: month,
		source: footfall, variables: segment(deviceChoice, channelChoice), filters: filtersOf(deviceChoice, channelChoice),
		rows: []row{
			{6, []panel{
				{
					title: "Day 1", description: "Of the users whose first visit fell into the range, the share who visited again on the day after. Days that are not over are left out.",
					noData: nobody, unit: "percentunit", width: 5, visualization: number(reduce(last)), queries: rate("1"),
				},
				{
					title: "Day 7", description: "The share who visited again exactly 7 days later.",
					noData: nobody, unit: "percentunit", width: 5, visualization: number(reduce(last)), queries: rate("7"),
				},
				{
					title: "Day 1 by channel", description: "The share who visited again on the day after, by the channel of the first visit.",
					noData: nobody, unit: "percentunit", visualization: gauges(eachRow), queries: visits(with(byDay, model.RetentionRate, by(channel))),
				},
			}},
			{18, []panel{{
				title:       "Do new visitors come back? By day",
				description: "Each row is a cohort: the users whose very first visit fell on that day. Day n is the share of them who visited again exactly n days later. Empty cells lie in the future; the period named under \"Not over yet\" can still grow. The first row is the mean over all cohorts, weighted by their size, without unfinished cells.",
				noData:      nobody, unit: "locale", visualization: picture(), queries: visits(byDay),
			}}},
			{11, []panel{
				{
					title: "Retention curve by week", description: "The share who visited again so many weeks after the week of their first visit: each week's cohort, and their weighted mean. Weeks that are not over are left out.",
					noData: nobody, unit: "percentunit", visualization: picture(), queries: visits(with(byWeek, model.RetentionCurve, nil)),
				},
				{
					title: "Retention curve by channel", description: "The share who visited again so many days after their first visit, by the channel of that visit.",
					noData: nobody, unit: "percentunit", visualization: picture(),
					queries: visits(with(model.Retention{Period: model.Day, Periods: 15}, model.RetentionCurve, by(channel))),
				},
			}},
			{14, []panel{
				{
					title: "Day 1, 7 and 30", description: "New users of each day, and how many of them visited again on the first, seventh and thirtieth day after.",
					noData: nobody, unit: "locale", visualization: table(), queries: visits(with(model.Retention{Period: model.Day}, model.RetentionClassic, nil)),
					overrides: []object{
						cohort, field("new_users", "New users", "custom.width", 100), field("in_progress", "Not over yet", "custom.width", 130),
						override("byRegexp", `^day \d+( rate)?$`, "custom.minWidth", 80, "decimals", 1),
					},
				},
			}},
			{18, []panel{{
				title: "The first 30 days", description: "Cohorts from top to bottom, days since the first visit from left to right. Cells in the future are empty.",
				noData: nobody, unit: "locale", visualization: picture(), queries: visits(model.Retention{Period: model.Day, Periods: 31}),
			}}},
			{9, []panel{
				{
					title: "Do buyers buy again? By week", description: "Recurring cohorts: a user belongs to every week in which they paid an order, so the same user can be in several rows. Week n is the share who paid again exactly n weeks later; the last number of a row can still grow.",
					noData: nobody, unit: "locale", visualization: picture(),
					queries: []any{retain(model.Retention{
						Start: event("pay_order"), Return: event("pay_order"), Cohorts: model.Recurring, Period: model.Week, Periods: 5,
					})},
				},
				{
					title: "Who is still around? By week", description: "The share of each week's new visitors who visited in week n or in any later week: a user who skips a week is not counted as lost. The last number of a row can still grow.",
					noData: nobody, unit: "locale", visualization: picture(), queries: visits(laterWeeks),
				},
			}},
		},
	}
}
