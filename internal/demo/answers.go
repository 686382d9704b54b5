package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/internal/demo/tables"
	"github.com/footfall-analytics/footfall/internal/shop"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// answer asks the plugin the questions and prints what it says.
func (d *demo) answer(ctx context.Context) error {
	style := tables.Style{Color: d.Color()}
	draw := map[model.QueryType]func(*data.Frame, tables.Style) string{
		model.FunnelType: tables.Funnel, model.RetentionType: tables.Retention, model.HeatmapType: tables.Heatmap,
	}
	for _, question := range shop.Questions() {
		start := time.Now()
		frame, err := d.ask(ctx, question)
		if err != nil {
			return fmt.Errorf("%s: %w", question.Sentence, err)
		}
		took := time.Since(start).Round(time.Millisecond)
		fmt.Printf("\n%s\n\n%s", style.Heading(question.Sentence, fmt.Sprintf("last %d days, answered in %s", question.Days, took)),
			draw[question.Query.QueryType](frame, style))
	}
	return nil
}

// ask returns the answer's frame; no rows are an error, for the shop was busy.
func (d *demo) ask(ctx context.Context, question shop.Question) (*data.Frame, error) {
	question.Query.TimeZone = shop.Zone.String() // as the front end fills in the dashboard's
	raw, err := json.Marshal(question.Query)
	if err != nil {
		return nil, err
	}
	response, err := d.plugin.QueryData(ctx, []json.RawMessage{raw}, shop.Start(d.now, question.Days), d.now)
	if err != nil {
		return nil, err
	}
	answer := response.Responses["A"]
	if answer.Error != nil {
		return nil, answer.Error
	}
	if len(answer.Frames) == 0 || answer.Frames[0].Rows() == 0 {
		return nil, fmt.Errorf("the plugin's answer is empty")
	}
	return answer.Frames[0], nil
}
