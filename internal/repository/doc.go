// Package repository checks what the compiler does not check: the files for Grafana in provisioning, docker-compose.yml and the Dockerfile,
// the pages of the documentation, and that the client for Go is a module of its own. What may import what is checked by depguard, see
// .golangci.yml.
//
// Its tests are the checks. Other tests find here the provisioned dashboards and alert rules ([Dashboards], [Rules]), and whether an
// alert rule takes an answer ([Alertable]).
package repository
