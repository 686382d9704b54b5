// Package engine answers queries: it reads what the planner chose, hands actors to the analyses, and keeps the results of days that are
// over.
//
//	e := engine.New(store)
//	groups, err := e.Funnel(ctx, engine.Question{...}, &trace) // trace is told the statements, sources and cost
//
// scan.go reads what was planned, sort.go puts each actor's events in order, keep.go keeps the results of days that are over; the other
// files are named after the analyses.
package engine
