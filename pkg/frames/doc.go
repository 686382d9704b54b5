// Package frames turns the rows of an analysis into Grafana data frames. Its functions are pure.
//
//	answer := frames.FunnelSteps(panel, groups)
//
// Names of fields are what overrides, transformations and alert rules go by: they stay as they are, in every language.
package frames
