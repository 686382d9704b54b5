// Package weblog turns the access logs of web servers into events.
package weblog
