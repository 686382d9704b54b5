package shop

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"golang.org/x/sync/errgroup"
)

// The collector takes 1000 events at most in one request, unless set otherwise.
const (
	eventsPerRequest = 1000
	requestsAtOnce   = 4
)

// Send posts the events to the collector at the URL, several requests at once, and calls sent with the number of events
// after each. A collector that is away or busy is asked again for about a minute. It returns an error unless every event
// was accepted; sending all of them again is harmless.
func Send(ctx context.Context, url string, events []Event, sent func(n int)) error {
	client := retryablehttp.NewClient()
	client.Logger = nil
	client.RetryMax = 8
	client.RetryWaitMin, client.RetryWaitMax = 200*time.Millisecond, 20*time.Second
	client.ErrorHandler = retryablehttp.PassthroughErrorHandler
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(requestsAtOnce)
	for batch := range slices.Chunk(events, eventsPerRequest) {
		group.Go(func() error {
			if err := post(ctx, client, url+"/track/batch", batch); err != nil {
				return fmt.Errorf("send events to %s: %w", url, err)
			}
			sent(len(batch))
			return nil
		})
	}
	return group.Wait()
}

func post(ctx context.Context, client *retryablehttp.Client, url string, batch []Event) error {
	body, err := json.Marshal(map[string][]Event{"batch": batch})
	if err != nil {
		return err
	}
	request, err := retryablehttp.NewRequestWithContext(ctx, http.MethodPost, url, body)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 2000))
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, bytes.TrimSpace(answer))
	}
	return err
}
