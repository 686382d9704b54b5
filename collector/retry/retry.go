// Package retry does again what must succeed some day.
package retry

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// The pauses between two tries grow from the shortest to the longest, a little different each time.
const (
	shortest = 100 * time.Millisecond
	longest  = 5 * time.Second
)

// Until calls do until it returns nil or ctx ends, and returns nil or why ctx ended. failed is told each error that is followed by a
// pause, with the pause; nil where nobody wants to know.
func Until(ctx context.Context, do func() error, failed func(err error, pause time.Duration)) error {
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval, pauses.MaxInterval = shortest, longest
	_, err := backoff.Retry(ctx, func() (struct{}, error) { return struct{}{}, do() },
		backoff.WithBackOff(pauses), backoff.WithMaxElapsedTime(0), backoff.WithNotify(failed))
	return err
}
