package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Names of what the ledger counts.
const (
	requests   = "requests"
	repeated   = "events sent again"
	known      = "requests sent again after their answer"
	halfWay    = "clients that reset the connection half-way"
	impatient  = "clients that left before the answer"
	turnedAway = "answers 503"
	broken     = "requests without an answer"
	damaged    = "acknowledged events damaged on disk by us"
)

// sender sends requests, each until it is acknowledged.
type sender struct {
	number int
	rng    *rand.Rand
	url    string
	ledger *ledger
	// gate is shut while nothing may be under way.
	gate   *sync.RWMutex
	client *http.Client
	past   []*request
	events int
}

// answerTimeout is how long a sender waits for an answer.
const answerTimeout = 10 * time.Second

// run sends until told to stop, when its last request has been acknowledged.
func (s *sender) run(ctx context.Context, stop <-chan struct{}) error {
	for {
		r := s.next()
		for {
			acknowledged, err := s.send(ctx, r)
			if err != nil {
				return err
			}
			if acknowledged {
				break
			}
			if err := pause(ctx, s.rng, 10*time.Millisecond, 80*time.Millisecond); err != nil {
				return err
			}
		}
		if s.past = append(s.past, r); len(s.past) > mostPast {
			s.past = s.past[1:]
		}
		select {
		case <-stop:
			return nil
		default:
		}
		if err := pause(ctx, s.rng, 10*time.Millisecond, 50*time.Millisecond); err != nil {
			return err
		}
	}
}

// mostPast is how many requests a sender remembers.
const mostPast = 200

// next returns a new request or, now and then, one that was acknowledged before.
func (s *sender) next() *request {
	if len(s.past) > 0 && s.rng.IntN(6) == 0 {
		s.ledger.count(known)
		return s.past[s.rng.IntN(len(s.past))]
	}
	return newRequest(s.rng, s.number, &s.events)
}

// send tries once. The error is for an answer that should not be.
func (s *sender) send(ctx context.Context, r *request) (acknowledged bool, err error) {
	s.gate.RLock()
	defer s.gate.RUnlock()
	body, err := r.body(s.rng, s.ledger)
	if err != nil {
		return false, err
	}
	s.ledger.count(requests)
	switch s.rng.IntN(15) {
	case 0:
		s.ledger.count(halfWay)
		return false, s.hangUpHalfWay(r.path, body)
	case 1:
		s.ledger.count(impatient)
		soon, cancel := context.WithTimeout(ctx, time.Duration(s.rng.IntN(4_000))*time.Microsecond)
		defer cancel()
		return s.post(soon, r, body)
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	return s.post(ctx, r, body)
}

func (s *sender) post(ctx context.Context, r *request, body []byte) (acknowledged bool, err error) {
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+r.path, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	response, err := s.client.Do(post)
	if err != nil {
		s.ledger.count(broken)
		return false, nil
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.ledger.count(broken)
		return false, nil
	}
	if response.StatusCode == http.StatusServiceUnavailable {
		s.ledger.count(turnedAway)
		return false, nil
	}
	var answer struct {
		Accepted int
		Refused  []struct{ Index int }
	}
	expected := http.StatusOK
	if len(r.bad) > 0 {
		expected = http.StatusBadRequest
	}
	err = json.Unmarshal(text, &answer)
	if err != nil || response.StatusCode != expected || answer.Accepted != len(r.messages) || len(answer.Refused) != len(r.bad) {
		return false, fmt.Errorf("%s answers %s %s to %d good and %d bad events: %s", r.path, response.Status, text, len(r.messages), len(r.bad), body)
	}
	s.ledger.acknowledge(r.messages)
	return true, nil
}

// hangUpHalfWay resets the connection within the body.
func (s *sender) hangUpHalfWay(path string, body []byte) error {
	address, err := url.Parse(s.url)
	if err != nil {
		return err
	}
	conn, err := net.Dial("tcp", address.Host)
	if err != nil {
		return nil // the collector is down
	}
	defer hangUp(conn.(*net.TCPConn))
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: collector\r\nContent-Length: %d\r\n\r\n", path, len(body))
	_, _ = conn.Write(append([]byte(head), body[:s.rng.IntN(len(body))]...)) // it may go down now
	return nil
}

// pause waits for a random time.
func pause(ctx context.Context, rng *rand.Rand, least, most time.Duration) error {
	select {
	case <-time.After(least + time.Duration(rng.Int64N(int64(most-least)))):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
