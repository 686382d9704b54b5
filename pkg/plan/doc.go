// Package plan turns a query into SQL. Its functions are pure: a validated model, a time range and settings in, a statement
// with bound arguments out. Text of users (events, properties, values, zones) is always an argument, never part of the SQL.
//
//	scan := plan.FunnelScan(query, r)   // which events, with a bit for each condition
//	pieces := scan.Pieces(days)         // which source for which time
//	statement := plan.Heatmap(...)      // or, where the database adds up: one statement
//
// Files are named after the analyses; scan.go and counts.go have the rules by which a source is chosen.
package plan
