package analysis_test

import (
	"context"
	"fmt"
	"time"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// One user views a product twice and pays once: the chain that counts is the one that starts latest.
func ExampleWalker_Walk() {
	query, err := model.Parse([]byte(`{"queryType": "funnel", "funnel": {"steps": [{"event": "view_product"}, {"event": "pay_order"}]}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	at := func(clock string) int64 {
		t, err := time.Parse(time.RFC3339, "2026-11-24T"+clock+":00Z")
		if err != nil {
			fmt.Println(err)
		}
		return analysis.Microseconds(t)
	}
	const view, pay = 1 << 0, 1 << 1
	events := []analysis.Event{{Time: at("09:00"), Picks: view}, {Time: at("09:30"), Picks: view}, {Time: at("10:00"), Picks: pay}}
	outcome := analysis.NewFunnel(query.Funnel).NewWalker().Walk(context.Background(), events, analysis.Starts{From: at("00:00"), To: at("23:59")})
	fmt.Println("level", outcome.Level)
	for _, t := range outcome.Times {
		fmt.Println(analysis.TimeOf(t).UTC().Format(time.TimeOnly))
	}
	// Output:
	// level 2
	// 09:30:00
	// 10:00:00
}
