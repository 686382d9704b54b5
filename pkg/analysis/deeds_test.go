package analysis_test

import (
	"strings"
	"testing"

	"github.com/footfall-analytics/footfall/pkg/analysis"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// Sums are exact, and a text counts as a number up to a length.
func TestDeedsAreMeasuredExactly(t *testing.T) {
	values := analysis.NewValues()
	events := func(texts ...string) (list []analysis.Event) {
		for i, text := range texts {
			id, err := values.ID([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, analysis.Event{Actor: 1, Time: int64(i), Picks: 1, Value: id})
		}
		return list
	}
	for _, c := range []struct {
		measure model.Measure
		value   string
		texts   []string
		want    bool
	}{
		{model.Sum, "0.3", []string{"0.1", "0.2"}, true},
		{model.Sum, "0", []string{"ads", "1e1000"}, true},
		{model.Mean, "1.5", []string{"1", "2", "none"}, true},
		{model.Minimum, "-1e-400", []string{"3", "-1e-400"}, true},
		{model.Maximum, "3", []string{"3", "-7"}, true},
		{model.Maximum, "0", []string{"none"}, false},
		{model.DistinctValues, "2", []string{"a", "b", "a"}, true},
		{model.Count, "70", make([]string, 70), true},
		{model.Sum, strings.Repeat("9", 2000), []string{strings.Repeat("9", 2000)}, true},
		{model.Sum, "0", []string{strings.Repeat("9", 2001)}, true},
	} {
		deed := analysis.Deed{To: 1000, Measure: c.measure, Comparison: analysis.NewComparison(model.Equal, c.value)}
		d := analysis.NewDeeds([]analysis.Deed{deed}, values, nil)
		d.Visit(t.Context(), events(c.texts...))
		holds := d.Nothing
		if d.Bits != nil {
			holds = d.Bits[0]
		}
		if (holds == 1) != c.want {
			t.Errorf("%s of %.60q equals %.60s: %v; want %v", c.measure, c.texts, c.value, holds == 1, c.want)
		}
	}
}
