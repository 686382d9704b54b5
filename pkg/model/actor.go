package model

// Actor is the thing that is followed and counted.
type Actor string

// The actors. Events without the chosen one are left out.
const (
	UserActor    Actor = "user"
	SessionActor Actor = "session"
)

func (a Actor) validate(c *checker, field string) { oneOf(c, field, a, UserActor, SessionActor) }
