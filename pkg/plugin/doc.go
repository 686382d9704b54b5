// Package plugin is Grafana's side of the data source: instances, queries, resources and health.
//
// [New] makes the data source of one set of settings; Grafana's SDK calls its methods. answers.go says which answer an output has and who may
// see it, errors.go what is said where there is none, flights.go answers the same question once.
package plugin
