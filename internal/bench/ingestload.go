package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// load is what the process that sends is told.
type load struct {
	URL     string
	Seconds int
	// Senders are connections; each sends its next request when the last one is answered, or, where Rate is not 0, when it is
	// its turn of so many requests a second.
	Senders int
	Rate    float64
	// Batch is how many events a request brings.
	Batch int
}

func load1(senders int, rate float64) load { return load{Senders: senders, Rate: rate, Batch: 1} }
func loadOf(batch, senders int) load       { return load{Senders: senders, Batch: batch} }

// result is what became of it. Latencies count from when a request should have been sent.
type result struct {
	Requests, Events int64
	Seconds          float64
	P50, P99         time.Duration
}

func (r result) rate() float64 { return float64(r.Requests) / r.Seconds }

func (r result) String() string {
	return fmt.Sprintf("%.0f requests, %.0f events a second; half within %s ms, 99 %% within %s ms", r.rate(),
		float64(r.Events)/r.Seconds, milliseconds(r.P50), milliseconds(r.P99))
}

func loadProcess(ctx context.Context) error {
	var l load
	if err := json.NewDecoder(os.Stdin).Decode(&l); err != nil {
		return err
	}
	address, err := url.Parse(l.URL)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	latencies := make([][]time.Duration, l.Senders)
	begin := time.Now()
	for i := range l.Senders {
		group.Go(func() (err error) {
			latencies[i], err = l.send(ctx, address.Host, i, begin)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	all := slices.Concat(latencies...)
	slices.Sort(all)
	r := result{Requests: int64(len(all)), Events: int64(len(all) * l.Batch), Seconds: time.Since(begin).Seconds(),
		P50: all[len(all)/2], P99: all[len(all)*99/100]}
	return json.NewEncoder(os.Stdout).Encode(r)
}

// send returns one connection. It speaks HTTP by itself, as net/http's client would take more of the machine than the collector.
func (l load) send(ctx context.Context, address string, sender int, begin time.Time) ([]time.Duration, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	request := l.request(address, sender)
	var latencies []time.Duration
	end := begin.Add(time.Duration(l.Seconds) * time.Second)
	for n := 0; ctx.Err() == nil; n++ {
		due := time.Now()
		if l.Rate > 0 {
			due = begin.Add(time.Duration(float64(n*l.Senders+sender) / l.Rate * float64(time.Second)))
			time.Sleep(time.Until(due))
		}
		if due.After(end) {
			return latencies, nil
		}
		if _, err := conn.Write(request.next()); err != nil {
			return nil, err
		}
		if err := readAnswer(in); err != nil {
			return nil, err
		}
		latencies = append(latencies, time.Since(due))
	}
	return latencies, ctx.Err()
}

func readAnswer(in *bufio.Reader) error {
	answer, err := http.ReadResponse(in, nil)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", answer.Status, body)
	}
	return err
}

// requests are one sender's: the same text with other ids, users and times.
type requests struct {
	text   []byte
	events []int // where the varying parts begin
	rng    *rand.Rand
}

// Parts of an event that vary, all of the same length.
const (
	sentEvent = `{"event_id":"00000000-0000-4000-8000-000000000000","user_id":"user-000000","timestamp":"2006-01-02T15:04:05.000000Z",` +
		`"event_type":"view_product","page_url":"https://shop.example/products/1234","device_type":"mobile","session_id":"0192f0c1",` +
		`"metadata":{"channel":"ads","price":12.5,"cart":{"total":99.5,"items":3}}}`
	timeLayout = "2006-01-02T15:04:05.000000Z"
	sentUsers  = 400_000
)

func (l load) request(host string, sender int) *requests {
	path, body := "/track", sentEvent
	if l.Batch > 1 {
		path, body = "/track/batch", `{"batch":[`+strings.Repeat(sentEvent+",", l.Batch-1)+sentEvent+`]}`
	}
	text := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, host, len(body), body)
	r := &requests{text: []byte(text), rng: rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), uint64(sender)))}
	for at := strings.Index(text, sentEvent); at+len(sentEvent) <= len(text); at += len(sentEvent) + 1 {
		r.events = append(r.events, at)
	}
	return r
}

func (r *requests) next() []byte {
	const hexDigits = "0123456789abcdef"
	now := time.Now().UTC().Add(-time.Duration(r.rng.IntN(1000)) * time.Millisecond).Format(timeLayout)
	for _, at := range r.events {
		id := r.text[at+len(`{"event_id":"`):]
		for _, i := range [...]int{0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 15, 16, 17, 20, 21, 22, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35} {
			id[i] = hexDigits[r.rng.IntN(16)]
		}
		user := r.text[at+strings.Index(sentEvent, "000000\","):]
		for i, n := 5, r.rng.IntN(sentUsers); i >= 0; i, n = i-1, n/10 {
			user[i] = byte('0' + n%10)
		}
		copy(r.text[at+strings.Index(sentEvent, "2006"):], now)
	}
	return r.text
}
