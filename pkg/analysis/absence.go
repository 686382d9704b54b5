package analysis

import "time"

// Absence says why a question found nothing, or nothing of some event. Its zero value says nothing.
type Absence struct {
	// NoEvents says that there are no events at all.
	NoEvents bool
	// Unknown are the events that the question names and that there never were.
	Unknown []UnknownEvent
	// Missing says that nothing of what the question begins with lies in its range.
	Missing bool
	// Latest is when the latest of that was, up to now, and Event its name; zero and empty where there is none.
	Latest time.Time
	Event  string
}

// UnknownEvent is a name that no event has, and the known name that is most like it; empty if none is.
type UnknownEvent struct{ Name, Similar string }
