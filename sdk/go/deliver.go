package footfall

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

const (
	maxPause = 30 * time.Second
	// maxRetryAfter limits how long a server may ask the client to wait, so that a wrong answer does not silence it for days.
	maxRetryAfter = 5 * time.Minute
	maxAnswer     = 8 << 20
)

// RefusedError says why the collector did not take a message. Sending it again would not help.
type RefusedError struct {
	// Status is the HTTP status: 400 for a message that is wrong, 401 and 403 for a wrong key, 413 for one that is too large.
	Status int
	// Field is the field at fault; empty if the whole request was refused.
	Field, Reason string
}

func (e *RefusedError) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("refused with status %d: %s", e.Status, e.Reason)
	}
	return fmt.Sprintf("refused with status %d: %s %s", e.Status, e.Field, e.Reason)
}

// answer is the collector's answer.
type answer struct {
	status     int
	retryAfter time.Duration
	Error      string
	Refused    []struct {
		Index         int
		Field, Reason string
	}
}

// deliver sends a batch until it is accepted, refused or given up. It returns how many of its messages, from the first on, are settled:
// all, unless the context ends before.
func (c *Client) deliver(ctx context.Context, batch []json.RawMessage) int {
	start := time.Now()
	for pause := c.pause; ; pause = min(2*pause, maxPause) {
		a, err := c.post(ctx, batch)
		if ctx.Err() != nil {
			return 0
		}
		if err == nil && !a.worthRetrying() {
			return c.conclude(ctx, batch, a)
		}
		if err == nil {
			err = fmt.Errorf("the collector answers %d: %s", a.status, a.Error)
		}
		// Part of the pause is random, or all clients would come back at the same moment.
		wait := max(a.retryAfter, pause/2) + rand.N(pause/2+1)
		if time.Since(start)+wait > c.options.GiveUpAfter {
			c.options.OnError(batch, fmt.Errorf("given up after %s: %w", time.Since(start).Round(time.Millisecond), err))
			return len(batch)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return 0
		}
	}
}

func (a answer) worthRetrying() bool {
	return a.status >= 500 || a.status == http.StatusTooManyRequests || a.status == http.StatusRequestTimeout
}

// conclude acts on a final answer: it cuts a batch that is too large in two, and reports what was refused.
func (c *Client) conclude(ctx context.Context, batch []json.RawMessage, a answer) int {
	switch {
	case a.status >= 200 && a.status < 300:
	case a.status == http.StatusRequestEntityTooLarge && len(batch) > 1:
		half := len(batch) / 2
		if done := c.deliver(ctx, batch[:half]); done < half {
			return done
		}
		return half + c.deliver(ctx, batch[half:])
	case a.status == http.StatusBadRequest && len(a.Refused) > 0:
		// The others were taken. One message may be wrong in several fields.
		refused := map[int][]error{}
		for _, r := range a.Refused {
			refused[r.Index] = append(refused[r.Index], &RefusedError{a.status, r.Field, r.Reason})
		}
		for i := range batch {
			if errs := refused[i]; errs != nil {
				c.options.OnError(batch[i:i+1], errors.Join(errs...))
			}
		}
	default:
		c.options.OnError(batch, &RefusedError{Status: a.status, Reason: a.Error})
	}
	return len(batch)
}

// post sends a batch once. sentAt is new each time: the collector corrects the client's clock by it.
func (c *Client) post(ctx context.Context, batch []json.RawMessage) (answer, error) {
	var body bytes.Buffer
	zipped := gzip.NewWriter(&body)
	// Neither can fail: the messages are JSON already, and the buffer takes everything.
	_ = json.NewEncoder(zipped).Encode(map[string]any{"batch": batch, "sentAt": time.Now()})
	_ = zipped.Close()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, &body)
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Content-Encoding", "gzip")
	request.Header.Set("User-Agent", "footfall-go")
	if c.options.WriteKey != "" {
		request.SetBasicAuth(c.options.WriteKey, "")
	}
	response, err := c.options.HTTPClient.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	a := answer{status: response.StatusCode, retryAfter: retryAfter(response.Header.Get("Retry-After"))}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return a, err
	}
	// A proxy in between may answer with a page of its own: then that is the reason.
	if json.Unmarshal(text, &a) != nil || a.Error == "" {
		a.Error = string(text[:min(len(text), 200)])
	}
	return a, nil
}

// retryAfter reads the header's seconds or time; 0 if it has neither.
func retryAfter(header string) time.Duration {
	wait := time.Duration(0)
	if seconds, err := strconv.Atoi(header); err == nil {
		wait = time.Duration(min(seconds, int(maxRetryAfter.Seconds()))) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		wait = time.Until(at)
	}
	return min(max(wait, 0), maxRetryAfter)
}
