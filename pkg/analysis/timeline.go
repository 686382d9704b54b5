package analysis

import "time"

// TimelineEvent is an event of a timeline. What is not set is nil.
type TimelineEvent struct {
	Time    time.Time `db:"time"`
	Event   string    `db:"event"`
	Page    *string   `db:"page"`
	Device  *string   `db:"device"`
	Session *string   `db:"session"`
	User    *string   `db:"user_id"`
	// Metadata is JSON; nil where it was LeftOut, as too long.
	Metadata *string `db:"metadata"`
	LeftOut  bool    `db:"left_out"`
}
