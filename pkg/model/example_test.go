package model_test

import (
	"fmt"

	"github.com/footfall-analytics/footfall/pkg/model"
)

func ExampleParse() {
	query, err := model.Parse([]byte(`{"queryType": "funnel", "funnel": {"steps": [{"event": "view_product"}, {"event": "pay_order"}]}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(query.Output(), query.Funnel.Actor, query.Funnel.WindowDuration())
	// Output: steps user 24h0m0s
}

// A query that cannot run says all that is wrong with it.
func ExampleProblems() {
	_, err := model.Parse([]byte(`{"queryType": "funnel", "timeZone": "Berlin", "funnel": {"steps": [{"event": "view_product"}]}}`))
	for _, problem := range model.Problems(err) {
		fmt.Printf("%s: %s\n", problem.Field, problem.Reason)
	}
	// Output:
	// timeZone: is "Berlin", which is not a known time zone; use an IANA name such as Europe/Berlin or UTC
	// funnel.steps: has 1 steps; a funnel has 2 to 64
}
