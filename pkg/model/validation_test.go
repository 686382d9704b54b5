package model

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// problem is an [Error] as the cases write it.
type problem struct {
	Field, Reason string
	IsMissing     bool
}

// The front end finds those that are missing without asking (src/validate.test.ts), and shows all of them (src/components).
func TestValidationCases(t *testing.T) {
	raw, err := os.ReadFile("testdata/validation_cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name     string
		Query    json.RawMessage
		Problems []problem // none: the query is valid
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			_, err := Parse(c.Query)
			var found []problem
			for _, p := range Problems(err) {
				found = append(found, problem{p.Field, p.Reason.String(), p.Missing})
			}
			if diff := cmp.Diff(c.Problems, found); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if err == nil {
				return
			}
			if first := c.Problems[0]; err.Error() != first.Field+" "+first.Reason {
				t.Errorf("the error says %q", err)
			}
		})
	}
}

// Of a query with more problems than anybody reads, as many are told as the limit says.
func TestProblemsAreLimited(t *testing.T) {
	for steps, want := range map[int]int{maxProblems - 1: maxProblems, maxProblems: maxProblems, 10 * maxProblems: maxProblems} {
		empty := strings.TrimSuffix(strings.Repeat(`{"event":""},`, steps), ",")
		_, err := Parse(fmt.Appendf(nil, `{"queryType":"funnel","funnel":{"steps":[%s]}}`, empty))
		if found := Problems(err); len(found) != want || found[0].Field != "funnel.steps" || !found[1].Missing {
			t.Errorf("%d steps without events: %d problems", steps, len(found))
		}
	}
}
