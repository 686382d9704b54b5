// Package people gives out all that is stored of one user, and forgets it. A user is known by several ids: its own, and the
// aliases that were joined with it.
package people
