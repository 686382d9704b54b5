// Package retry repeats what must succeed in the end.
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

// Until calls do until it returns nil or ctx ends, and returns nil or the cause of ctx's end. failed is called with each error and the
// pause that follows it; it may be nil.
func Until(ctx context.Context, do func() error, failed func(err error, pause time.Duration)) error {
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval, pauses.MaxInterval = shortest, longest
	_, err := backoff.Retry(ctx, func() (struct{}, error) { return struct{}{}, do() },
		backoff.WithBackOff(pauses), backoff.WithMaxElapsedTime(0), backoff.WithNotify(failed))
	return err
}
