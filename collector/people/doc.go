// Package people exports everything that is stored about one user, and deletes it. A user is known by several ids: its own, and the aliases
// that were joined with it.
package people
