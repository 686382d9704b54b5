package retry

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// Pauses grow up to the longest and no further, however often it fails, and a success ends them.
func TestPausesGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		var tries int
		var pauses []time.Duration
		err := Until(t.Context(), func() error {
			if tries++; tries <= 2000 { // for hours
				return broken
			}
			return nil
		}, func(err error, pause time.Duration) {
			if !errors.Is(err, broken) {
				t.Error(err)
			}
			pauses = append(pauses, pause)
		})
		if err != nil || tries != 2001 || len(pauses) != 2000 {
			t.Fatal(tries, len(pauses), err)
		}
		if first := pauses[0]; first < shortest/2 || first > 2*shortest {
			t.Error("the first pause is", first)
		}
		for _, pause := range pauses[100:] {
			if pause < longest/2 || pause > 2*longest {
				t.Fatal("a later pause is", pause)
			}
		}
	})
}

// What has ended is not tried again, and nobody waits for a pause.
func TestUntilTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		tries := 0
		err := Until(ctx, func() error {
			if tries++; tries == 50 {
				cancel()
			}
			return errors.New("broken")
		}, nil)
		if !errors.Is(err, context.Canceled) || tries != 50 {
			t.Error(tries, err)
		}
		ctx, cancel = context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		if err := Until(ctx, func() error { return errors.New("broken") }, nil); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Minute {
			t.Error(err, time.Since(start))
		}
	})
}
