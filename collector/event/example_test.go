package event_test

import (
	"fmt"
	"time"

	"github.com/footfall-analytics/footfall/collector/event"
)

// Good events are taken, and of a bad one the field and the reason are named.
func ExampleDecoder_DecodeBatch() {
	body := []byte(`{"batch": [
		{"user_id": "u-17", "event_type": "pay_order", "timestamp": "2026-11-24T09:30:00Z"},
		{"user_id": "u-17", "event_type": "", "timestamp": "yesterday"}
	]}`)
	batch, err := event.Decoder{MaxBatch: 1000}.DecodeBatch(body, time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range batch.Events {
		fmt.Println(e.UserID, e.Type, e.Time)
	}
	for _, r := range batch.Refused {
		fmt.Printf("%d: %s %s\n", r.Index, r.Field, r.Reason)
	}
	// Output:
	// u-17 pay_order 2026-11-24 09:30:00 +0000 UTC
	// 1: timestamp "yesterday" is not an RFC 3339 time with a time zone, such as 2026-11-24T06:00:00Z or 2026-11-24T14:00:00.250+08:00
	// 1: event_type is blank; it must say something
}
