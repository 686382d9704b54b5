package analysis

import "time"

// Annotation is a moment to mark. What is not known is nil.
type Annotation struct {
	Time  time.Time `db:"time"`
	Event *string   `db:"event"`
	Value *string   `db:"value"`
}
