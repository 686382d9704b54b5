// Package frames turns the rows of an analysis into Grafana data frames. Its functions are pure.
//
//	answer := frames.FunnelSteps(panel, groups)
//
// Overrides, transformations and alert rules go by the names of fields: these are the same in every language.
package frames
