// Package event is what the collector takes in: the event, the rules that it must keep, and the strict reading of it from
// JSON.
//
//	batch, err := event.Decoder{MaxBatch: 1000}.DecodeBatch(body, time.Now())
//	record := event.AppendRecord(nil, batch.Events) // as it waits for the database
//	events, err := event.DecodeRecord(nil, record)
package event
