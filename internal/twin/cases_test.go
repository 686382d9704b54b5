package twin

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Published examples that the model can express are kept here, word for number; the collection they come from may lie
// beside the checkout.
var (
	ownCases   = filepath.Join("testdata", "worked_cases.json")
	collection = filepath.Join("..", "..", "..", "shared", "data", "worked_cases.json")
)

func TestWorkedCases(t *testing.T) {
	for _, c := range load(t, ownCases) {
		t.Run(c.ID, func(t *testing.T) { check(t, c) })
	}
}

// Of the collection, exactly the cases named here are beyond the model.
func TestWholeCollection(t *testing.T) {
	if _, err := os.Stat(collection); err != nil {
		t.Log("there is no collection beside the checkout; TestWorkedCases has checked our own copies")
		return
	}
	beyond := map[string]string{
		"ph-f-26b": "a step that takes a user's first event ever only",
		"ph-f-38":  "a strict funnel in which events of any kind count as between",
		"ph-f-42b": "a histogram of the time between two steps of a longer funnel",
		"ph-r-20":  "a breakdown whose value the return event must share",
	}
	var checked []string
	for _, c := range load(t, collection) {
		if c.Reason != beyond[c.ID] {
			t.Errorf("%s: the model lacks %q, want %q", c.ID, c.Reason, beyond[c.ID])
		}
		if c.Reason == "" {
			check(t, c)
			checked = append(checked, c.ID)
		}
	}
	var own []string
	for _, c := range load(t, ownCases) {
		own = append(own, c.ID)
	}
	slices.Sort(own)
	slices.Sort(checked)
	if !slices.Equal(own, checked) {
		t.Errorf("our own copies are %v, the collection has %v", own, checked)
	}
}

func load(t *testing.T, path string) []Case {
	t.Helper()
	cases, err := LoadCases(path)
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

func check(t *testing.T, c Case) {
	t.Helper()
	if err := c.Check(Ask(c.Query, c.World, c.Range, c.Settings)); err != nil {
		t.Errorf("%s (%s): %v", c.ID, c.Source, err)
	}
}
