package main

// promQL is a query of Prometheus.
type promQL struct {
	Expr         string `json:"expr"`
	LegendFormat string `json:"legendFormat"`
	Range        bool   `json:"range"`
}

func collector() dashboard {
	const unscraped = "No data: is Prometheus scraping the collector?"
	number := func(title, description, unit, expression string, v visualization) panel {
		return panel{title: title, description: description, noData: unscraped, unit: unit, visualization: v, queries: []any{promQL{expression, title, true}}}
	}
	rates := func(title, description, unit, metric, by string) panel {
		return panel{
			title: title, description: description, noData: unscraped, unit: unit, visualization: lines(),
			queries: []any{promQL{"sum by (" + by + ") (rate(" + metric + "[$__rate_interval]))", "{{" + by + "}}", true}},
		}
	}
	times := func(title, description, metric string) panel {
		quantile := func(q, legend string) promQL {
			return promQL{"histogram_quantile(" + q + ", sum by (le) (rate(" + metric + "_bucket[$__rate_interval])))", legend, true}
		}
		return panel{
			title: title, description: description, noData: unscraped, unit: "s", visualization: lines(),
			queries: []any{quantile("0.5", "50 %"), quantile("0.99", "99 %")},
		}
	}
	return dashboard{
		name: "collector", title: "collector", description: "What the collectors take in, how long events wait, and what goes wrong",
		from: "now-6h", refresh: "30s", source: prometheus,
		rows: []row{
			{5, []panel{
				number("Events accepted", "Events a second that are safe on disk or in Kafka.", "eps",
					`sum(rate(footfall_events_received_total{result="accepted"}[$__rate_interval]))`, sparkline()),
				number("Oldest event", "How long the first event that is not in the database yet has been waiting. It is about a second when all is well, and grows while the database is away.",
					"s", "max(footfall_oldest_event_seconds)", sparkline().limits(from(60, "orange"), from(600, "red"))),
				number("Queue on disk", "Bytes of the queue on disk. When it is full (--queue-bytes), requests are answered 503.", "bytes",
					"sum(footfall_queue_bytes)", sparkline()),
				number("Events rejected", "Events of the last hour that the database did not take: they went to rejected_events. After you have mended the cause, collector replay stores them.", "short",
					`sum(increase(footfall_events_written_total{result="rejected"}[1h]))`, sparkline().limits(from(1, "red"))),
			}},
			{8, []panel{
				rates("Events by outcome", "Events in requests a second: accepted, refused (bad), ignored (kept out by privacy settings), turned away (answered 503).", "eps",
					"footfall_events_received_total", "result"),
				rates("Requests by status", "Requests a second by the status of their answer.", "reqps", "footfall_http_request_seconds_count", "status"),
			}},
			{8, []panel{
				times("Time to answer", "Half of the requests are answered within the lower time, 99 % within the upper one.", "footfall_http_request_seconds"),
				times("Time to commit", "How long it takes until the events of a request are safe: the write to disk that many requests share, or Kafka's acknowledgement.", "footfall_commit_seconds"),
			}},
			{8, []panel{
				rates("Rows into the database", "Events a second that went to the database: new, known (there already), rejected.", "eps", "footfall_events_written_total", "result"),
				times("Batches", "Time to write a batch, waiting for the database included: half of them within the lower time, 99 % within the upper one.", "footfall_batch_seconds"),
			}},
			{8, []panel{
				rates("Refused events by field", "Events a second that were refused, by the field at fault. Senders are told field and reason.", "eps", "footfall_events_refused_total", "field"),
				{
					title: "Memory", description: "Resident memory of each collector.", noData: unscraped, unit: "bytes", visualization: lines(),
					queries: []any{promQL{`process_resident_memory_bytes{job="footfall-collector"}`, "{{instance}}", true}},
				},
			}},
			{8, []panel{
				{
					title: "Background jobs of the database", description: "How much longer ago each background job ran than it should have: 0 when all is well.", noData: unscraped, unit: "s",
					visualization: lines(), queries: []any{promQL{"max by (job) (footfall_job_late_seconds)", "{{job}}", true}},
				},
				rates("Work of background jobs that collectors did", "Steps a second that the database did not do by itself: days closed, changes taken into profiles, chunks compressed or dropped.", "ops",
					"footfall_job_steps_total", "job"),
			}},
		},
	}
}
