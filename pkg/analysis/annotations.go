package analysis

import "time"

// Annotation is a moment to mark. Unknown values are nil.
type Annotation struct {
	Time  time.Time `db:"time"`
	Event *string   `db:"event"`
	Value *string   `db:"value"`
}
