// Package plugin is Grafana's side of the data source: instances, queries, resources and health.
//
// [New] makes the data source of one set of settings; Grafana's SDK calls its methods. answers.go says how each output is answered and who
// may see it, errors.go says what went wrong, and flights.go answers the same question once.
package plugin
