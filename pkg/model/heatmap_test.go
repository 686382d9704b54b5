package model

import (
	"slices"
	"testing"
)

func TestEdgesOfBins(t *testing.T) {
	for _, c := range []struct {
		bins Bins
		want []float64
	}{
		{Bins{Min: 0, Max: 100, Count: 4}, []float64{0, 25, 50, 75, 100}},
		{Bins{Min: -1, Max: 0, Count: 3}, []float64{-1, -0.666666667, -0.333333333, 0}},
		{Bins{Min: 0, Max: 0.3, Size: 0.1}, []float64{0, 0.1, 0.2, 0.3}},
		{Bins{Min: 0, Max: 1.1, Size: 0.55}, []float64{0, 0.55, 1.1}},
		{Bins{Min: 10, Max: 35, Size: 10}, []float64{10, 20, 30, 40}},
		{Bins{Min: 0, Max: 1, Size: 1}, []float64{0, 1}},
	} {
		if got := c.bins.Edges(); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v; want %v", c.bins, got, c.want)
		}
	}
	if n := len((&Bins{Min: 0, Max: 1.1, Size: 0.1}).Edges()); n != 12 {
		t.Errorf("0 to 1.1 by 0.1 has %d edges; want 12", n)
	}
}
