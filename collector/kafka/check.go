package kafka

import (
	"time"

	"github.com/google/uuid"

	"github.com/footfall-analytics/footfall/collector/event"
)

// clockDifference is how far the clock of the collector that took an event may be ahead of this one.
const clockDifference = time.Hour

// check applies the rules for events over HTTP: the topic may contain anything. Metadata and traits that are null become nil, as over HTTP.
func check(e *event.Event, now time.Time) event.Refusals {
	var bad event.Refusals
	refuse := func(field, reason string) { bad = append(bad, event.Refusal{Field: field, Reason: reason}) }
	if e.ID == uuid.Nil {
		refuse("event_id", "is missing")
	}
	if e.Received.After(now.Add(clockDifference)) || e.Received.Unix() < 0 {
		refuse("received_at", "is out of range: it must lie between 1970-01-01 and now")
	} else if e.Received.After(now) {
		now = e.Received
	}
	// A client's clock may say anything that can be written as a time.
	if year := e.SentTime.Year(); !e.SentTime.IsZero() && (year < 0 || year > 9999) {
		refuse("sent_time", "is out of range: its year has four digits")
	}
	if e.Forgets < 0 {
		refuse("forgets", "is negative")
	}
	checked := *e
	for _, object := range []struct {
		field string
		raw   *[]byte
	}{{"metadata", &e.Metadata}, {"traits", &e.Traits}} {
		text, faults := event.CheckStoredObject(object.field, *object.raw)
		if bad = append(bad, faults...); text == nil && len(faults) == 0 {
			*object.raw = nil // it was null
		}
	}
	checked.Metadata, checked.Traits = nil, nil // they may be larger than what clients may send
	bad = append(bad, checked.Validate(now, 0)...)
	return bad
}
