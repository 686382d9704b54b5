// Package visitor finds out who sent an event: device, browser, system and country, and whether it is a program.
package visitor
