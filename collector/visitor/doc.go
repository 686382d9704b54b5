// Package visitor says who sent an event: device, browser, system and country, and whether it is a program.
package visitor
