package analysis

import (
	"cmp"
	"context"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Event is what an analysis sees of an event.
type Event struct {
	// Actor is the user's or session's numeric key.
	Actor int64
	// Time is in microseconds since 2000-01-01 UTC, as PostgreSQL counts.
	Time int64
	// Picks has bit i set when selector i of the scan picks the event. At least one is set.
	Picks uint64
	// Value is the number of the property's text in the scan's [Values]; 0 if it is not set or was not asked for.
	Value uint32
}

// ActorID is an actor's id: the user_id or session_id.
type ActorID struct {
	ID string `db:"id"`
	// User is the session's user; nil for users, and if the user is not known.
	User *string `db:"user_id"`
}

// CompareIDs orders actors by their ids, then by their users, sessions without a user first.
func CompareIDs(a, b ActorID) int {
	of := func(user *string) string {
		if user == nil {
			return ""
		}
		return *user
	}
	return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(of(a.User), of(b.User)))
}

// Limited is a list cut to the query's limit; More says that there was more.
type Limited[T any] struct {
	List []T
	More bool
}

// Limit cuts a list.
func Limit[T any](list []T, limit int) *Limited[T] {
	return &Limited[T]{list[:min(limit, len(list))], len(list) > limit}
}

// Visitor is called once for each actor, with all its events in order of time. Events at the same time come in no particular order. The
// slice is valid only during the call. A visitor that takes long over an actor stops when ctx ends. What it has counted is worthless then: the
// caller has to check ctx.
type Visitor interface {
	Visit(ctx context.Context, events []Event)
}

var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// Microseconds returns t as [Event] counts; parts of a microsecond are cut off.
func Microseconds(t time.Time) int64 {
	return (t.Unix()-epoch.Unix())*1e6 + int64(t.Nanosecond()/1000)
}

// AllMicroseconds returns times as [Event] counts.
func AllMicroseconds(times []time.Time) []int64 {
	list := make([]int64, len(times))
	for i, t := range times {
		list[i] = Microseconds(t)
	}
	return list
}

// TimeOf returns the time for which [Microseconds] returns us.
func TimeOf(us int64) time.Time {
	return time.Unix(epoch.Unix()+floorDiv(us, 1e6), (us-floorDiv(us, 1e6)*1e6)*1000).UTC()
}

// Bounds returns the ends of a range as [Event] counts.
func Bounds(r model.Range) (from, to int64) {
	if r.From.IsZero() {
		return -1 << 63, Microseconds(r.To)
	}
	return Microseconds(r.From), Microseconds(r.To)
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
