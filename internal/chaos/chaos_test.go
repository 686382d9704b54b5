package main

import (
	"math/rand/v2"
	"testing"

	"github.com/footfall-analytics/footfall/internal/dbtest"
)

// TestNothingAcknowledgedIsLostOrDoubled goes once through all that can go wrong. "go tool mage chaos" goes on for longer.
func TestNothingAcknowledgedIsLostOrDoubled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		if err := run(t.Context(), options{dsn: dsn, rounds: 18, seed: rand.Uint64()}); err != nil {
			t.Fatal(err)
		}
	})
}
