// Package event defines the event that the collector takes, the rules that it must keep, and how it is read, strictly, from JSON.
//
//	batch, err := event.Decoder{MaxBatch: 1000}.DecodeBatch(body, time.Now())
//	record := event.AppendRecord(nil, batch.Events) // as it waits for the database
//	events, err := event.DecodeRecord(nil, record)
package event
