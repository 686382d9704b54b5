package main

func start() dashboard {
	return dashboard{
		name: "start", title: "start", description: "How events come in, and whether they do", from: "now-24h", source: footfall,
		rows: []row{{13, []panel{{
			title: "First events", description: "How the first events are sent, and how many have arrived.",
			noData: "No events in this time range", unit: "locale",
			visualization: visualization{"footfall-behavior-panel", object{}, object{"view": "start"}},
			queries:       []any{count(anyEvent, "", "", "", nil)},
		}}}},
	}
}
