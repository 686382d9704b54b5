// Package model is the query that a panel saves and an alert rule runs: plain JSON, complete by itself, with its
// defaults and its validation. The front end's types (src/types.gen.ts) are generated from it.
//
//	query, err := model.Parse(raw) // as a panel saves it
//	for _, problem := range model.Problems(err) { ... } // each names its field and says what to do
//
// A query has a part for its type ([Query.QueryType]). What several types share has its own files: actor.go, period.go, breakdown.go,
// window.go, filter.go, event.go. When you add a field, add its default and its check beside it, and run go generate.
package model
