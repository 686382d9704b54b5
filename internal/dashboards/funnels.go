package main

import "github.com/footfall-analytics/footfall/pkg/model"

func registration() dashboard {
	return funnelDashboard(
		dashboard{name: "registration", title: "registration funnel", description: "How many users register, and where they drop out"},
		model.Funnel{Window: "7d", Steps: []model.FunnelStep{
			{EventSelector: event("start_registration"), Label: "Opened the form"},
			{EventSelector: event("submit_registration"), Label: "Sent the form"},
			{EventSelector: event("confirm_email"), Label: "Confirmed the e-mail"},
		}},
		"",
		"opened the form and sent it, and confirmed their e-mail address, in this order and within 7 days",
		"Who sent the form and did not confirm",
	)
}

func checkout() dashboard {
	return funnelDashboard(
		dashboard{name: "checkout", title: "checkout funnel", description: "How many users buy, by device and channel, and where they drop out"},
		model.Funnel{Window: "24h", Steps: []model.FunnelStep{
			{EventSelector: event("view_product"), Label: "Viewed a product"},
			{EventSelector: event("add_to_cart"), Label: "Added to cart"},
			{EventSelector: event("checkout_start"), Label: "Started checkout"},
			{EventSelector: event("pay_order"), Label: "Paid"},
		}},
		", 30, 60",
		"viewed a product, added one to the cart, started checkout and paid, in this order and within 24 hours",
		"Who started checkout and did not pay",
	)
}

// funnelDashboard shows one funnel in all ways. The sentence says what those who convert do; dropped is the title of the list of
// those who did all of it but the last step; marked are the percentages below which the way to a next step is marked.
func funnelDashboard(d dashboard, f model.Funnel, marked, sentence, dropped string) dashboard {
	steps := picture()
	steps.options["markBelow"] = marked
	const nobody = "Nobody did the first step in this time range"
	ask := func(output model.FunnelOutput, breakdown *model.Breakdown) []any {
		f := f
		f.Output, f.Breakdown = output, breakdown
		if output == model.FunnelActors {
			f.Actors = &model.FunnelActorList{Step: len(f.Steps) - 1, Status: model.Dropped}
		}
		return []any{funnel(f)}
	}
	share := func(name, title string) object { return field(name, title, "decimals", 1, "custom.minWidth", 120) }
	d.from, d.source = month, footfall
	d.variables, d.filters = segment(deviceChoice, channelChoice), filtersOf(deviceChoice, channelChoice)
	d.rows = []row{
		{7, []panel{
			{
				title: "Conversion", description: "Of the users who did the first step in the range, the share who " + sentence + ".",
				noData: nobody, unit: "percentunit", width: 6, visualization: number(reduce(last)), queries: ask(model.FunnelConversion, nil),
			},
			{
				title: "Conversion by device", description: "The same for each kind of device: that of the user's first step.",
				noData: nobody, unit: "percentunit", width: 8, visualization: picture(), queries: ask(model.FunnelConversion, by(device)),
			},
			{
				title: "Conversion by channel", description: "The same for each channel: that by which the user came to the first step.",
				noData: nobody, unit: "percentunit", visualization: picture(), queries: ask(model.FunnelConversion, by(channel)),
			},
		}},
		{11, []panel{
			{
				title: "Funnel", description: "How many users reached each step, how many of them went no further, and how many still have time left to do so.",
				noData: nobody, unit: "locale", visualization: steps, queries: ask(model.FunnelSteps, nil),
			},
			{
				title: "Conversion by day", description: "Of the users who did the first step on a day, the share who converted. The last days can still grow.",
				noData: nobody, unit: "percentunit", visualization: picture(), queries: ask(model.FunnelTrend, by(device)),
			},
		}},
		{13, []panel{{
			title: "By device", description: "How many users of each kind of device reached each step.",
			noData: nobody, unit: "locale", visualization: steps, queries: ask(model.FunnelSteps, by(device)),
		}}},
		{15, []panel{{
			title: "By channel", description: "How many users of each channel reached each step.",
			noData: nobody, unit: "locale", visualization: steps, queries: ask(model.FunnelSteps, by(channel)),
		}}},
		{3*len(f.Steps) + 2, []panel{
			{
				title: "Step by step, by device", description: "Users, shares and the median time between two steps. In progress: the user's time for the funnel is not over yet, so they may still go on.",
				noData: nobody, unit: "locale", visualization: table(), queries: ask(model.FunnelSteps, by(device)),
				transformations: []object{only("breakdown", "step", "users", "share_of_first", "share_of_previous", "dropped", "in_progress", "median_time")},
				overrides: []object{
					field("breakdown", "Device", "custom.width", 90), field("step", "Step", "custom.width", 180), field("users", "Users", "custom.width", 75),
					share("share_of_first", "Of first step"), share("share_of_previous", "Of step before"),
					field("dropped", "Dropped", "custom.width", 85), field("in_progress", "In progress", "custom.width", 100),
					field("median_time", "Median time", "decimals", 1, "custom.width", 110),
				},
			},
		}},
		{10, []panel{
			{
				title: "Time to convert", description: "How long it took from the first step to the last, of those who converted.",
				noData: "Nobody did the last step in this time range", unit: "locale", width: 8, visualization: picture(), queries: ask(model.FunnelTimeToConvert, nil),
			},
			{
				title: dropped, description: "The users behind a number of the funnel, the latest first: those who came to the step before the last and can come no further. A click on a user leads to what the user did.",
				noData: "Nobody dropped out at this step in this time range", unit: "locale", visualization: table().newestFirst("First step"), queries: ask(model.FunnelActors, by(device)),
				transformations: []object{without("steps")}, // the same of all
				overrides: []object{
					field("user_id", "User", "links", []object{userLink}), field("started", "First step", "custom.width", timeWidth),
					field("ended", "Last step reached", "custom.width", timeWidth), field("breakdown", "Device", "custom.width", 90),
				},
			},
		}},
	}
	return d
}
