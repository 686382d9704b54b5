// Package ingest is the collector's HTTP side: it reads events from requests and answers when they are safe.
//
// [New] makes the handler of all routes. take.go has the path of one request, body.go reads it, and memory.go limits the memory that
// requests take.
package ingest
