// Package analysis follows single actors through their events and adds up what they did. Its functions are pure: they see one
// actor's events at a time, in order, and know no database.
//
//	funnel := analysis.NewFunnel(query.Funnel)
//	outcome := funnel.NewWalker().Walk(ctx, events, analysis.Starts{From: from, To: to}) // of one actor, in order
//
// Times are microseconds since 2000-01-01 UTC, as PostgreSQL counts ([Microseconds], [TimeOf]). The sum over all actors is a value of its
// own, such as [FunnelTally].
package analysis
